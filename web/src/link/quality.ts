/**
 * How good a connection is, in one grade and one reason: what its figures mean to somebody who talks.
 * Loss and delay are the network's. Without them, what is late is the doing of a machine that is busy.
 */

/**
 * rtt, answer: seconds; null while not known. lost: 0..1 of what was sent to us. freezes: in the last ten seconds.
 * narrowed: 0..1, by how much the picture's width was stepped down.
 */
export interface Figures {
  rtt: number | null;
  lost: number | null;
  freezes: number;
  narrowed: number;
  answer: number | null;
}

export type Grade = "unknown" | "good" | "fair" | "weak";
export type Cause = "loss" | "delay" | "freezes" | "narrow" | "answers" | null;

export interface Quality {
  grade: Grade;
  /** What is worst about it; null when it is good. */
  cause: Cause;
  /** Whether it is the connection that is not good. */
  network: boolean;
}

/** From where on it is fair, and from where on weak. Delays over 150 ms are felt in talk (ITU-T G.114). */
const LIMITS = {
  loss: [0.02, 0.08],
  delay: [0.15, 0.4],
  freezes: [1, 3],
  narrow: [0.1, 0.5],
  answers: [1.2, 3],
} as const;

export const NOTHING: Figures = { rtt: null, lost: null, freezes: 0, narrowed: 0, answer: null };

export function quality(figures: Figures): Quality {
  const measured: [Exclude<Cause, null>, number | null][] = [
    ["loss", figures.lost],
    ["freezes", figures.freezes],
    ["narrow", figures.narrowed],
    ["delay", figures.rtt],
    ["answers", figures.answer],
  ];
  const graded = measured.map(([cause, value]) => ({ cause, level: level(cause, value) }));
  const worst = graded.reduce((one, other) => (other.level > one.level ? other : one));
  const network = graded.some(({ cause, level }) => level > 0 && (cause === "loss" || cause === "delay"));
  if (worst.level > 0) return { grade: worst.level === 2 && network ? "weak" : "fair", cause: worst.cause, network };
  const known = figures.rtt !== null || figures.lost !== null || figures.answer !== null;
  return { grade: known ? "good" : "unknown", cause: null, network: false };
}

function level(cause: Exclude<Cause, null>, value: number | null): 0 | 1 | 2 {
  if (value === null) return 0;
  const [fair, weak] = LIMITS[cause];
  return value >= weak ? 2 : value >= fair ? 1 : 0;
}
