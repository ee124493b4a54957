/**
 * What to do with a buffer of live pictures: where to seek to, and what to forget.
 * Pure; times are seconds of the media's own timeline. The figures are Chromium's, measured; others are milder.
 */

import type { Chunk } from "./messages";

/** Stretches that are buffered, in order: [start, end]. */
export type Ranges = readonly (readonly [number, number])[];

export interface Sight {
  ranges: Ranges;
  playhead: number;
  /** Whether the latest of what is buffered is part of a reply. */
  spoken: boolean;
  /** Seconds for which playback has been waiting. */
  waited: number;
}

/** What has been played is kept for so long, and is cut away once it is so much longer. */
const KEPT = 10;
const SLACK = 10;

/** A playhead this near to the end of its stretch has reached it; decoders stop a little short of it. */
const EDGE = 0.06;

/** A gap up to this long is none that anybody notices. */
const HAIR = 0.02;

/** More of what is between replies is old: the tab was asleep, say. It then goes on so far from the end. */
const OLD = 0.8;
const FRESH = 0.35;

/** Nobody notices when a reply begins so much later. */
const SOON = 0.1;

/** Chromium waits for more and more each time it runs dry; a seek makes it forget. */
const STUCK = 0.3;

/** Where a stretch that begins at `start`, and takes the place of what was before, can be played from. */
export function landing(ranges: Ranges, start: number): number | null {
  const held = ranges.find(([, end]) => end > start + HAIR);
  return held ? Math.max(held[0], start) : null;
}

/** Whether a chunk is to be played at once: what is to be seen before a reply is not worth waiting for. */
export function isPressing(chunk: Chunk, before: Chunk | null, playhead: number): boolean {
  if (chunk.cut || chunk.mime !== null) return true;
  return chunk.spoken && !before?.spoken && chunk.start - playhead > SOON;
}

/** Where to seek to so that it plays on, and plays what is now; null: it does. */
export function correction({ ranges, playhead, spoken, waited }: Sight): number | null {
  const end = ranges.at(-1)?.[1];
  if (end === undefined) return null;
  const here = ranges.find(([from, to]) => playhead >= from - HAIR && playhead < to - EDGE);
  if (!here) return ranges.find(([from, to]) => from > playhead && to - from > EDGE)?.[0] ?? null;
  if (!spoken && end - playhead > OLD) return end - FRESH;
  return waited > STUCK ? Math.max(playhead, here[0]) : null;
}

/** The stretch to remove, [from, to], or null while there is little to remove. */
export function stale(ranges: Ranges, playhead: number): readonly [number, number] | null {
  const first = ranges[0]?.[0];
  if (first === undefined || playhead - first < KEPT + SLACK) return null;
  return [first, playhead - KEPT];
}
