/** Requests to the server: the key goes along, and what goes wrong becomes an Unserved with its sentence. */

import type { Complaint, Ending } from "../link/course";
import { key } from "./key";

export interface Asking {
  method?: "GET" | "POST" | "DELETE";
  json?: unknown;
  signal?: AbortSignal;
}

/** The server answered, and did not serve. */
export class Unserved extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    sentence: string,
    /** Seconds after which to ask again. */
    readonly wait: number | null = null,
  ) {
    super(sentence);
  }
}

/** Seconds to wait where nobody says for how long. */
export const USUAL_WAIT = 10;

export async function ask<T>(path: string, asking: Asking = {}): Promise<T> {
  return (await (await fetched(path, asking)).json()) as T;
}

/** A file of the server's that wants the key, such as a picture. */
export async function file(path: string, signal?: AbortSignal): Promise<Blob> {
  return await (await fetched(path, signal ? { signal } : {})).blob();
}

export function headers(): Record<string, string> {
  const mine = key();
  return mine ? { "X-API-Key": mine } : {};
}

/** What a server's refusal is, from its status and body. */
export function unserved(status: number, body: string, wait: string | null): Unserved {
  const seconds = wait ? Number.parseFloat(wait) : NaN;
  const after = Number.isFinite(seconds) ? seconds : null;
  try {
    const { code, detail } = JSON.parse(body) as { code?: unknown; detail?: unknown };
    if (typeof detail === "string") return new Unserved(status, String(code ?? ""), detail, after);
  } catch {
    // A proxy may answer with a page of its own.
  }
  return new Unserved(status, "", "", after);
}

/** What is to be said of an error: the server's complaint, or that nobody answered. */
export function complaintOf(error: unknown): Complaint {
  const refused = error instanceof Unserved && error.code !== "";
  return refused ? { code: error.code, detail: error.message } : { code: "network", detail: "" };
}

/** Where a key is wanted. wrong: one was shown, and is not valid. */
export interface Lock {
  wrong: boolean;
}

/** The lock that an error is about, or null. */
export function lockOf(error: unknown): Lock | null {
  return error instanceof Unserved && error.status === 401 ? { wrong: key() !== null } : null;
}

/** How a connection ends that met this error. */
export function endingOf(error: unknown): Ending {
  const lock = lockOf(error);
  if (lock) return { why: "key", ...lock };
  if (error instanceof Unserved) {
    if (error.code === "no_webrtc") return { why: "udp" };
    if (error.code === "loading") return { why: "loading", wait: error.wait ?? USUAL_WAIT };
    if (error.code === "full") return { why: "full", wait: error.wait ?? USUAL_WAIT };
    // A server that ends, or a proxy before one that is gone.
    if (error.code === "" || error.code === "ending") return { why: "network" };
    return { why: "refused", complaint: complaintOf(error) };
  }
  if (error instanceof DOMException && error.name === "NotSupportedError") return { why: "udp" };
  return { why: "network" };
}

async function fetched(path: string, { method = "GET", json, signal }: Asking): Promise<Response> {
  const response = await fetch(path, {
    method,
    headers: { ...headers(), ...(json === undefined ? {} : { "Content-Type": "application/json" }) },
    ...(json === undefined ? {} : { body: JSON.stringify(json) }),
    ...(signal ? { signal } : {}),
  });
  if (response.ok) return response;
  throw unserved(response.status, await response.text(), response.headers.get("Retry-After"));
}
