/**
 * The course of a connection, decided purely: what comes after what happened, and when to try again.
 * Knows no socket and no clock; times are milliseconds that are given to it.
 */

export type Transport = "webrtc" | "websocket";

/** Why a connection did not come about, or ended. */
export type Ending =
  | { why: "udp" }
  | { why: "network" }
  | { why: "closing" } // the server is being ended
  | { why: "full"; wait: number }
  | { why: "loading"; wait: number }
  | { why: "key"; wrong: boolean }
  | { why: "refused"; complaint: Complaint };

/** What a server says went wrong. code: a word for programs; detail: a sentence in English. */
export interface Complaint {
  code: string;
  detail: string;
}

/**
 * reconnecting: what was live is lost `since` then, and the server still keeps it. lost: it does not, or there was
 * nothing to lose. starting: the server opens its engines. In these, `next` is when it is tried again; null: now.
 */
export type Course =
  | { at: "start" }
  | { at: "connecting"; transport: Transport }
  | { at: "live"; transport: Transport }
  | { at: "reconnecting"; transport: Transport; since: number; next: number | null; tries: number }
  | { at: "full"; until: number; transport: Transport }
  | { at: "key"; wrong: boolean }
  | { at: "lost"; transport: Transport; next: number | null; tries: number }
  | { at: "starting"; transport: Transport; next: number | null }
  | { at: "refused"; complaint: Complaint };

export type Turn =
  | { now: number; type: "begin"; transport: Transport }
  | { now: number; type: "opened" }
  | { now: number; type: "ended"; ending: Ending }
  | { now: number; type: "due" }
  | { now: number; type: "woken" }
  | { now: number; type: "keyed" }
  | { now: number; type: "leave" };

/** How long the server keeps a session whose client has gone, milliseconds. */
export const KEPT = 30_000;

/** Milliseconds between one try and the next; the last of them for as long as the page is open. */
const PAUSES = [300, 700, 1500, 2500, 4000, 6000, 8000, 10_000] as const;

/** Tries of the first seconds, after which somebody should know that it takes longer. */
export const SOON = 4;

/** The longest and the shortest wait in seconds, when the server is full or starts; what it says is a guess of its. */
const WAIT = { least: 3, most: 20 } as const;
const START = { least: 1, most: 10 } as const;

export function next(course: Course, turn: Turn): Course {
  switch (turn.type) {
    case "begin":
      return { at: "connecting", transport: turn.transport };
    case "leave":
      return { at: "start" };
    case "opened": {
      const transport = transportOf(course);
      return transport ? { at: "live", transport } : course;
    }
    case "keyed":
      return course.at === "key" ? { at: "connecting", transport: "webrtc" } : course;
    case "due":
      return due(course, turn.now);
    case "woken":
      return course.at === "reconnecting" || course.at === "lost" ? { ...course, next: null, tries: 0 } : course;
    case "ended":
      return after(course, turn.ending, turn.now);
  }
}

/** When the course is to be looked at again by itself, or null. */
export function alarm(course: Course): number | null {
  switch (course.at) {
    case "full":
      return course.until;
    case "reconnecting":
      return Math.min(course.next ?? Infinity, course.since + KEPT);
    case "lost":
    case "starting":
      return course.next;
    default:
      return null;
  }
}

/** The transport that a connection is to be opened with now, or null. */
export function opens(course: Course): Transport | null {
  if (course.at === "connecting") return course.transport;
  return "next" in course && course.next === null ? course.transport : null;
}

function due(course: Course, now: number): Course {
  if (course.at === "full" && now >= course.until) return { at: "connecting", transport: course.transport };
  if (!("next" in course)) return course;
  const tried = course.next !== null && now >= course.next ? { ...course, next: null } : course;
  if (tried.at !== "reconnecting" || now < tried.since + KEPT) return tried;
  return { at: "lost", transport: tried.transport, next: tried.next, tries: Math.max(SOON + 1, tried.tries) };
}

function after(course: Course, ending: Ending, now: number): Course {
  const transport = transportOf(course);
  if (!transport) return course;
  switch (ending.why) {
    case "key":
      return { at: "key", wrong: ending.wrong };
    case "refused":
      return { at: "refused", complaint: ending.complaint };
    case "full":
      return { at: "full", until: now + within(ending.wait, WAIT), transport };
    case "loading":
      return { at: "starting", next: now + within(ending.wait, START), transport };
    case "udp":
      return "next" in course
        ? { ...course, transport: "websocket", next: null }
        : { at: "connecting", transport: "websocket" };
    case "network":
      return again(course, transport, now);
    case "closing": // and what it kept is gone with it
      return again({ at: "connecting", transport }, transport, now);
  }
}

function again(course: Course, transport: Transport, now: number): Course {
  const tries = course.at === "reconnecting" || course.at === "lost" ? course.tries : 0;
  const next = now + (PAUSES[Math.min(tries, PAUSES.length - 1)] ?? 0);
  const since = course.at === "reconnecting" ? course.since : course.at === "live" ? now : null;
  if (since === null || now >= since + KEPT) return { at: "lost", transport, next, tries: tries + 1 };
  return { at: "reconnecting", transport, since, next, tries: tries + 1 };
}

/** Seconds that are no fewer and no more than that, in milliseconds. */
function within(seconds: number, { least, most }: { least: number; most: number }): number {
  return 1000 * Math.min(Math.max(seconds, least), most);
}

function transportOf(course: Course): Transport | null {
  return "transport" in course ? course.transport : null;
}
