/**
 * What page and server say to each other, over a WebSocket or a data channel alike.
 * Owns the shapes, and refuses what does not have them; knows no transport.
 */

export type State = "idle" | "listening" | "thinking" | "speaking";
export type Language = "en" | "zh" | "es" | "fa";
export type Role = "user" | "assistant";

export interface Utterance {
  role: Role;
  text: string;
  /** Broken off here; `text` is what was heard. */
  interrupted?: boolean;
}

export interface Chunk {
  type: "video_chunk";
  index: number;
  /** Seconds of the session's timeline. */
  start: number;
  duration: number;
  /** The last one of a reply. */
  final: boolean;
  /** Whether it is part of a reply. */
  spoken: boolean;
  /** Whether what came before and has not been played is void. */
  cut: boolean;
  /** The kind of what is to be played, with its codecs, of a chunk that begins with an init segment. */
  mime: string | null;
}

export type Told =
  | {
      type: "session";
      session: string;
      resumed: boolean;
      fps: number;
      width: number;
      height: number;
      history: Utterance[];
    }
  | { type: "state"; state: State }
  | { type: "transcript"; text: string; language: Language | null; final: boolean }
  | { type: "reply"; reply: number; text: string; start: number; final: boolean }
  | { type: "interrupted"; reply: number; text: string }
  | { type: "timing"; reply: number; stages: Record<string, number> }
  | { type: "error"; code: string; detail: string }
  | { type: "recording"; on: boolean; url: string | null; detail: string | null }
  | { type: "avatar"; avatar_id: string | null; voice: string | null; language: Language | null };

export interface Choice {
  avatar_id: string | null;
  voice: string | null;
  /** null: found out turn by turn. */
  language: Language | null;
}

export type Wish =
  | ({ type: "avatar_selection"; binary?: boolean; idle?: boolean } & Partial<Choice>)
  | { type: "text_input"; text: string; language?: Language }
  | { type: "chat_input"; text: string }
  | { type: "interrupt" }
  | { type: "talk"; down: boolean }
  | { type: "played"; at: number }
  | { type: "record"; on: boolean }
  | { type: "alive"; rtt?: number; lost?: number; freezes?: number };

/** Characters of the longest text that may be sent. */
export const LONGEST_TEXT = 5000;

/** How many characters may still be typed; less than 0: too many are. The server counts code points. */
export function room(text: string): number {
  return LONGEST_TEXT - [...text.trim()].length;
}

type Fields = Record<string, unknown>;

const STATES: readonly string[] = ["idle", "listening", "thinking", "speaking"];
const LANGUAGES: readonly string[] = ["en", "zh", "es", "fa"];

/** A message of the server's, or null for one that is not known here: later servers may say more. */
export function told(text: string): Told | Chunk | null {
  let fields: unknown;
  try {
    fields = JSON.parse(text);
  } catch {
    return null;
  }
  return isFields(fields) ? shaped(fields) : null;
}

/** The header of a chunk and its bytes, out of a binary message: a length, JSON, and fragmented MP4. */
export function chunk(message: ArrayBuffer): { header: Chunk; data: Uint8Array<ArrayBuffer> } | null {
  if (message.byteLength < 4) return null;
  const length = new DataView(message).getUint32(0);
  if (4 + length > message.byteLength) return null;
  const header = told(new TextDecoder().decode(new Uint8Array(message, 4, length)));
  if (header?.type !== "video_chunk") return null;
  return { header, data: new Uint8Array(message, 4 + length) };
}

function shaped(fields: Fields): Told | Chunk | null {
  switch (fields["type"]) {
    case "session":
      return {
        type: "session",
        session: text(fields["session"]),
        resumed: fields["resumed"] === true,
        fps: number(fields["fps"], 25),
        width: number(fields["width"], 512),
        height: number(fields["height"], 512),
        history: utterances(fields["history"]),
      };
    case "state":
      return STATES.includes(text(fields["state"]))
        ? { type: "state", state: fields["state"] as State }
        : null;
    case "transcript":
      return {
        type: "transcript",
        text: text(fields["text"]),
        language: language(fields["language"]),
        final: fields["final"] === true,
      };
    case "reply":
      return {
        type: "reply",
        reply: number(fields["reply"]),
        text: text(fields["text"]),
        start: number(fields["start"]),
        final: fields["final"] === true,
      };
    case "interrupted":
      return { type: "interrupted", reply: number(fields["reply"]), text: text(fields["text"]) };
    case "timing":
      return { type: "timing", reply: number(fields["reply"]), stages: numbers(fields["stages"]) };
    case "error":
      return { type: "error", code: text(fields["code"]), detail: text(fields["detail"]) };
    case "recording":
      return {
        type: "recording",
        on: fields["on"] === true,
        url: maybe(fields["url"]),
        detail: maybe(fields["detail"]),
      };
    case "avatar":
      return {
        type: "avatar",
        avatar_id: maybe(fields["avatar_id"]),
        voice: maybe(fields["voice"]),
        language: language(fields["language"]),
      };
    case "video_chunk":
      return {
        type: "video_chunk",
        index: number(fields["index"]),
        start: number(fields["start"]),
        duration: number(fields["duration"]),
        final: fields["final"] === true,
        spoken: fields["spoken"] === true,
        cut: fields["cut"] === true,
        mime: maybe(fields["mime"]),
      };
    default:
      return null;
  }
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function maybe(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}

function number(value: unknown, otherwise = 0): number {
  return typeof value === "number" && Number.isFinite(value) ? value : otherwise;
}

function language(value: unknown): Language | null {
  return LANGUAGES.includes(text(value)) ? (value as Language) : null;
}

function numbers(value: unknown): Record<string, number> {
  if (!isFields(value)) return {};
  return Object.fromEntries(
    Object.entries(value).filter((pair): pair is [string, number] => typeof pair[1] === "number"),
  );
}

function utterances(value: unknown): Utterance[] {
  if (!Array.isArray(value)) return [];
  return value
    .filter(isFields)
    .map((one) => ({
      role: one["role"] === "user" ? "user" : "assistant",
      text: text(one["text"]),
      ...(one["interrupted"] === true ? { interrupted: true } : {}),
    }));
}
