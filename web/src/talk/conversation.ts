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
  /** Broken off; `text` is what was heard of it. */
  interrupted?: boolean;
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
  const pieces = before.pieces.filter((one) => one.reply !== reply);
  const line = lineOf(before, reply, text);
  const saying = before.saying?.reply === reply ? heardOf(before.saying, line?.text ?? "", text) : before.saying;
  const cut = { role: "assistant", text, reply, interrupted: true } as const;
  if (!line) return { ...before, pieces, saying, lines: text ? added(before.lines, cut) : before.lines };
  const lines = before.lines.flatMap((one) => (one !== line ? [one] : text ? [{ ...one, ...cut }] : []));
  return { ...before, pieces, saying, lines };
}

/** The line of a reply; what the server has told of itself has no number, but says that it was broken off. */
function lineOf({ lines, begins }: Conversation, reply: number, text: string): Line | undefined {
  const ours = lines.filter((line) => line.id >= begins);
  const same = (line: Line) => text !== "" && (line.text.startsWith(text) || text.startsWith(line.text));
  return (
    ours.find((line) => line.reply === reply) ??
    ours.findLast((line) => line.reply === undefined && line.interrupted && same(line))
  );
}

/** What was heard of the last piece, or before it. whole: the reply's line, which ends with it; text: what was heard. */
function heardOf(piece: Piece, whole: string, text: string): Piece | null {
  if (piece.interrupted || !text) return text ? piece : null;
  const begins = Math.max(0, whole.length - piece.text.trim().length);
  return { ...piece, text: text.slice(begins).trim() || lastSentence(text), interrupted: true };
}

function lastSentence(text: string): string {
  return /[^.!?…。！？؟]*[.!?…。！？؟]*$/u.exec(text)?.[0].trim() ?? text;
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
    const lines = before.lines.map(({ reply: _, ...line }) => line); // replies are counted anew
    return { ...SILENT, answer: before.answer, lines, begins };
  }
  return { ...SILENT, answer: before.answer, lines: history.map((one, id) => ({ id, ...one })) };
}

function added(lines: readonly Line[], line: Omit<Line, "id">): readonly Line[] {
  return [...lines, { id: (lines.at(-1)?.id ?? -1) + 1, ...line }];
}

/** Han text has no spaces between sentences. */
function joined(one: string, other: string): string {
  const tight = /[\u3000-\u9fff\uff00-\uffef]$/u.test(one) || /^[\u3000-\u9fff\uff00-\uffef]/u.test(other);
  return tight ? one + other : `${one} ${other}`;
}
