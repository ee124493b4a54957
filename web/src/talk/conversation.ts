/**
 * A conversation as the page shows it: who said what, what is understood so far, what is said now.
 * Pure: messages go in, a conversation comes out. What was not heard is not in it.
 */

import type { Role, State, Told, Utterance } from "../link/messages";

/** A stretch of a reply and when it is heard, in seconds of the timeline. */
export interface Piece {
  reply: number;
  text: string;
  start: number;
  final: boolean;
}

export interface Line {
  id: number;
  role: Role;
  text: string;
  /** The reply's number, of what the avatar said here. */
  reply?: number;
  /** Broken off; `text` is what was heard. */
  interrupted?: boolean;
}

export interface Conversation {
  state: State;
  lines: readonly Line[];
  /** What the user says just now, as far as it is understood. */
  partial: string;
  /** Of the reply that is being said, those that are not heard yet. */
  pieces: readonly Piece[];
  /** The last piece that began. */
  saying: Piece | null;
  /** The first line of this session; those before it are of one that the server has forgotten. */
  begins: number;
  /** Seconds to the first sound, of the last reply. */
  answer: number | null;
}

export const SILENT: Conversation = {
  state: "idle",
  lines: [],
  partial: "",
  pieces: [],
  saying: null,
  begins: 0,
  answer: null,
};

/** What a message changes. */
export function heard(before: Conversation, message: Told): Conversation {
  switch (message.type) {
    case "session":
      return opened(before, message.resumed, message.history);
    case "state":
      return { ...before, state: message.state };
    case "transcript":
      return understood(before, message.text.trim(), message.final);
    case "reply":
      return { ...before, pieces: [...ofReply(before.pieces, message.reply), piece(message)] };
    case "interrupted":
      return brokenOff(before, message.reply, message.text.trim());
    case "timing":
      return { ...before, answer: message.stages["first"] ?? before.answer };
    default:
      return before;
  }
}

/** What the user typed. */
export function typed(before: Conversation, text: string): Conversation {
  return { ...before, partial: "", saying: null, lines: added(before.lines, { role: "user", text }) };
}

/** The conversation once the timeline has come to a time: pieces that have begun are part of its lines. */
export function at(before: Conversation, time: number): Conversation {
  const begun = before.pieces.filter((one) => one.start <= time);
  if (begun.length === 0) return before;
  const lines = begun.reduce(spoken, before.lines);
  const saying = begun.findLast((one) => one.text.trim() !== "") ?? before.saying;
  return { ...before, lines, saying, pieces: before.pieces.filter((one) => one.start > time) };
}

/** When the next piece begins, or null. */
export function upcoming(conversation: Conversation): number | null {
  return conversation.pieces[0]?.start ?? null;
}

function piece(message: Extract<Told, { type: "reply" }>): Piece {
  const { reply, text, start, final } = message;
  return { reply, text, start, final };
}

function ofReply(pieces: readonly Piece[], reply: number): readonly Piece[] {
  return pieces.every((one) => one.reply === reply) ? pieces : pieces.filter((one) => one.reply === reply);
}

function spoken(lines: readonly Line[], one: Piece): readonly Line[] {
  const text = one.text.trim();
  if (!text) return lines;
  const last = lines.at(-1);
  if (last?.role === "assistant" && last.reply === one.reply)
    return [...lines.slice(0, -1), { ...last, text: joined(last.text, text) }];
  return added(lines, { role: "assistant", text, reply: one.reply });
}

function brokenOff(before: Conversation, reply: number, text: string): Conversation {
  const rest = before.lines.filter((line) => line.reply !== reply);
  const index = before.lines.findIndex((line) => line.reply === reply);
  const pieces = before.pieces.filter((one) => one.reply !== reply);
  if (!text) return { ...before, pieces, lines: rest };
  if (index < 0)
    return { ...before, pieces, lines: added(before.lines, { role: "assistant", text, reply, interrupted: true }) };
  const lines = before.lines.map((line) => (line.reply === reply ? { ...line, text, interrupted: true } : line));
  return { ...before, pieces, lines };
}

function understood(before: Conversation, text: string, final: boolean): Conversation {
  if (!final) return { ...before, partial: text };
  if (!text) return { ...before, partial: "" };
  return { ...before, partial: "", saying: null, lines: added(before.lines, { role: "user", text }) };
}

/** After reconnecting the server knows best; a session that it has begun anew goes on below the old one. */
function opened(before: Conversation, resumed: boolean, history: readonly Utterance[]): Conversation {
  if (!resumed && history.length === 0) {
    const begins = (before.lines.at(-1)?.id ?? -1) + 1;
    return { ...SILENT, answer: before.answer, lines: before.lines, begins };
  }
  const lines = history.map((one, id) => {
    const mine = before.lines.find((line) => line.role === one.role && line.text === one.text);
    return { id, role: one.role, text: one.text, ...(mine?.interrupted ? { interrupted: true } : {}) };
  });
  return { ...SILENT, answer: before.answer, lines };
}

function added(lines: readonly Line[], line: Omit<Line, "id">): readonly Line[] {
  return [...lines, { id: (lines.at(-1)?.id ?? -1) + 1, ...line }];
}

/** Han text has no spaces between sentences. */
function joined(one: string, other: string): string {
  const tight = /[\u3000-\u9fff\uff00-\uffef]$/u.test(one) || /^[\u3000-\u9fff\uff00-\uffef]/u.test(other);
  return tight ? one + other : `${one} ${other}`;
}
