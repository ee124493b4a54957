/**
 * The course of a connection, decided purely: what comes after what happened, and when to try again.
 * Knows no socket and no clock; times are milliseconds that are given to it.
 */

export type Transport = "webrtc" | "websocket";

/** Why a connection did not come about, or ended. */
export type Ending =
  | { why: "udp" }
  | { why: "network" }
  | { why: "full"; wait: number }
  | { why: "key"; wrong: boolean }
  | { why: "refused"; sentence: string };

export type Course =
  | { at: "start" }
  | { at: "connecting"; transport: Transport }
  | { at: "live"; transport: Transport }
  | { at: "reconnecting"; transport: Transport; since: number; next: number | null; tries: number }
  | { at: "full"; until: number; transport: Transport }
  | { at: "key"; wrong: boolean }
  | { at: "lost" }
  | { at: "refused"; sentence: string };

export type Turn =
  | { now: number; type: "begin"; transport: Transport }
  | { now: number; type: "opened" }
  | { now: number; type: "ended"; ending: Ending }
  | { now: number; type: "due" }
  | { now: number; type: "keyed" }
  | { now: number; type: "leave" };

/** How long the server keeps a session whose client has gone, milliseconds. */
export const KEPT = 30_000;

/** Milliseconds between one try and the next. */
const PAUSES = [300, 700, 1500, 2500] as const;

/** The longest and the shortest wait when the server is full, in seconds; what it says is a guess of its. */
const WAIT = { least: 3, most: 20 } as const;

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
    case "ended":
      return after(course, turn.ending, turn.now);
  }
}

/** When the course is to be looked at again by itself, or null. */
export function alarm(course: Course): number | null {
  if (course.at === "full") return course.until;
  return course.at === "reconnecting" ? course.next : null;
}

/** The transport that a connection is to be opened with now, or null. */
export function opens(course: Course): Transport | null {
  if (course.at === "connecting") return course.transport;
  return course.at === "reconnecting" && course.next === null ? course.transport : null;
}

function due(course: Course, now: number): Course {
  if (course.at === "full" && now >= course.until) return { at: "connecting", transport: course.transport };
  if (course.at === "reconnecting" && course.next !== null && now >= course.next)
    return { ...course, next: null };
  return course;
}

function after(course: Course, ending: Ending, now: number): Course {
  const transport = transportOf(course);
  if (!transport) return course;
  switch (ending.why) {
    case "key":
      return { at: "key", wrong: ending.wrong };
    case "refused":
      return { at: "refused", sentence: ending.sentence };
    case "full": {
      const wait = Math.min(Math.max(ending.wait, WAIT.least), WAIT.most);
      return { at: "full", until: now + wait * 1000, transport };
    }
    case "udp":
      return course.at === "reconnecting"
        ? { ...course, transport: "websocket", next: null }
        : { at: "connecting", transport: "websocket" };
    case "network":
      return again(course, transport, now);
  }
}

function again(course: Course, transport: Transport, now: number): Course {
  const { since, tries } = course.at === "reconnecting" ? course : { since: now, tries: 0 };
  const pause = PAUSES[Math.min(tries, PAUSES.length - 1)] ?? 0;
  if (now + pause - since > KEPT) return { at: "lost" };
  return { at: "reconnecting", transport, since, next: now + pause, tries: tries + 1 };
}

function transportOf(course: Course): Transport | null {
  return "transport" in course ? course.transport : null;
}
