/** The server's figures (server/routes/figures.py), and what two readings of them tell. */

export interface Spread {
  p50: number;
  p95: number;
  count: number;
}

export interface Engaged {
  name: string;
  state: "loading" | "works" | "missing";
  sentence: string;
}

export interface Figures {
  version: string;
  /** Seconds. */
  uptime: number;
  device: string;
  missing: string[];
  without: string[];
  places: { all: number; talking: number; parked: number };
  sessions: Record<string, number>;
  replies: Record<string, number>;
  stages: Record<string, Spread>;
  pictures: { moments: number; spoken: number; late: number; starved: number };
  engines: Record<string, Engaged>;
  videos: { running: number; waiting: number };
  /** seconds: of processor time that the server has used. */
  processors: { count: number; seconds: number };
  /** Bytes; null where the system does not tell. */
  memory: number | null;
}

/** What is drawn over time. */
export interface Course {
  /** 0..1 of all processors, since the reading before. */
  processor: number[];
  memory: number[];
  talking: number[];
  /** Pictures a second that were given to all. */
  pictures: number[];
  answer: number[];
}

export const EMPTY: Course = { processor: [], memory: [], talking: [], pictures: [], answer: [] };

/** Readings that are kept: two minutes of them. */
const KEPT = 60;

export function drawn(course: Course, before: Figures | null, now: Figures): Course {
  const seconds = before ? now.uptime - before.uptime : 0;
  const rate = (one: number, other: number) => (seconds > 0 ? Math.max(0, (other - one) / seconds) : null);
  const busy = before && rate(before.processors.seconds, now.processors.seconds);
  return {
    processor: longer(course.processor, busy === null ? null : Math.min(1, busy / now.processors.count)),
    memory: longer(course.memory, now.memory),
    talking: longer(course.talking, now.places.talking),
    pictures: longer(course.pictures, before && rate(before.pictures.moments, now.pictures.moments)),
    answer: longer(course.answer, now.stages["first"]?.p50 ?? null),
  };
}

function longer(values: number[], value: number | null): number[] {
  return value === null ? values : [...values, value].slice(-KEPT);
}

/** Points of a line across a box of 100 by 30, the latest at the right; most: what reaches the top. */
export function line(values: readonly number[], most: number): string {
  const last = Math.max(1, values.length - 1);
  return values
    .map((value, i) => `${((100 * i) / last).toFixed(2)},${(29 - (28 * Math.min(value, most)) / (most || 1)).toFixed(2)}`)
    .join(" ");
}
