/** Requests to the server: the key goes along, and what goes wrong becomes an Unserved with its sentence. */

import type { Ending } from "../link/course";
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

/** How a connection ends that met this error. */
export function endingOf(error: unknown): Ending {
  if (error instanceof Unserved) {
    if (error.status === 401) return { why: "key", wrong: key() !== null };
    if (error.code === "no_webrtc") return { why: "udp" };
    if (error.status === 503 && error.wait !== null) return { why: "full", wait: error.wait };
    if (error.message) return { why: "refused", sentence: error.message };
    return { why: "network" };
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
