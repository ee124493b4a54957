/** What the page remembers: of this tab its session, of this browser what the user chose. Nothing leaves it. */

import type { Choice } from "../link/messages";
import { KEPT } from "../link/course";

const SESSION = "visavis.session";
const CHOICE = "visavis.choice";
const FELL_BACK = "visavis.fell-back";
const HANDS = "visavis.hands";

/** free: the microphone is always open. hold: only while a key or the button is held. */
export type Hands = "free" | "hold";

const NONE: Choice = { avatar_id: null, voice: null, language: null };

/** The session that this tab had, while the server still keeps it; now: milliseconds. */
export function session(now: number): string | null {
  const kept = read<{ token: string; at: number }>(sessionStorage, SESSION);
  return kept && now - kept.at < KEPT ? kept.token : null;
}

export function keepSession(token: string, now: number): void {
  write(sessionStorage, SESSION, { token, at: now });
}

export function forgetSession(): void {
  sessionStorage.removeItem(SESSION);
}

/** Whether UDP did not pass for this tab, so that the next start need not wait for it. */
export function fellBack(): boolean {
  return read<boolean>(sessionStorage, FELL_BACK) === true;
}

export function keepFellBack(): void {
  write(sessionStorage, FELL_BACK, true);
}

export function choice(): Choice {
  return { ...NONE, ...read<Choice>(localStorage, CHOICE) };
}

export function keepChoice(chosen: Choice): void {
  write(localStorage, CHOICE, chosen);
}

export function hands(): Hands {
  return read<Hands>(localStorage, HANDS) === "hold" ? "hold" : "free";
}

export function keepHands(mode: Hands): void {
  write(localStorage, HANDS, mode);
}

function read<T>(storage: Storage, name: string): T | null {
  try {
    return JSON.parse(storage.getItem(name) ?? "null") as T | null;
  } catch {
    return null;
  }
}

function write(storage: Storage, name: string, value: unknown): void {
  try {
    storage.setItem(name, JSON.stringify(value));
  } catch {
    // A browser that keeps nothing still talks.
  }
}
