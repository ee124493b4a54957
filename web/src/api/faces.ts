/** What is registered on the server, faces and voices alike, as its answers have it (server/shapes.py). */

import type { Language } from "../link/messages";
import { ask, file, headers, unserved } from "./call";

export interface Face {
  avatar_id: string;
  avatar_name: string;
  kind: string;
  state: string;
  verdict: Verdict;
  created: string;
}

export interface Voice {
  voice_id: string;
  voice_name: string;
  language: Language | null;
  gender: string | null;
  state: string;
  verdict: Verdict;
  created: string;
}

/** A voice to choose; one of the engine's own has no id. */
export interface Speaker {
  name: string;
  language: Language | null;
  gender: string | null;
  voice_id: string | null;
}

export type Verdict = "good" | "usable" | "unusable";

export interface Report {
  verdict: Verdict;
  advice: string;
  overall: number | null;
  scores: { name: string; value: number; sentence: string }[];
  /** What else was found. */
  sentences: string[];
}

export interface Registered {
  id: string;
  name: string;
  verdict: Verdict;
  report: Report;
  consent: string;
}

export type Kind = "avatar" | "voice";

/** Bytes of the largest file that is taken. */
export const LARGEST = 50 * 2 ** 20;

/** The portrait that speaks where none was chosen. */
const USUAL = "default";

export async function faces(signal?: AbortSignal): Promise<Face[]> {
  return (await ask<{ avatars: Face[] }>("/avatar/list", signal ? { signal } : {})).avatars;
}

export async function voices(signal?: AbortSignal): Promise<Voice[]> {
  return (await ask<{ voices: Voice[] }>("/voice/list", signal ? { signal } : {})).voices;
}

export async function speakers(signal?: AbortSignal): Promise<Speaker[]> {
  return (await ask<{ voices: Speaker[] }>("/api/v1/voices", signal ? { signal } : {})).voices;
}

export function picture(avatar: string | null, signal?: AbortSignal): Promise<Blob> {
  return file(`/avatar/${encodeURIComponent(avatar ?? USUAL)}/picture`, signal);
}

export function remove(kind: Kind, id: string): Promise<unknown> {
  return ask(`/${kind}/${encodeURIComponent(id)}`, { method: "DELETE" });
}

/** Take the consent back that something rests on. */
export async function withdraw(kind: Kind, id: string): Promise<void> {
  const { consent_id } = await ask<{ consent_id: string }>(`/${kind}/${encodeURIComponent(id)}/info`);
  await ask(`/consent/${encodeURIComponent(consent_id)}/revoke`, { method: "POST" });
}

/** How far a registration is: sent, 0..1; at 1 the server looks at it. */
export type Progress = (sent: number) => void;

/** Send a form; XMLHttpRequest is the one that tells how much of it has gone. Throws Unserved. */
export function register(kind: Kind, form: FormData, progress: Progress, signal: AbortSignal): Promise<Registered> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", `/${kind}/register`);
    for (const [name, value] of Object.entries(headers())) request.setRequestHeader(name, value);
    request.upload.onprogress = ({ loaded, total }) => progress(total > 0 ? loaded / total : 0);
    request.onload = () => {
      if (request.status < 300) resolve(registered(kind, JSON.parse(request.responseText) as Fields));
      else reject(unserved(request.status, request.responseText, request.getResponseHeader("Retry-After")));
    };
    request.onerror = () => reject(new TypeError("the request did not come through"));
    signal.addEventListener("abort", () => request.abort());
    request.send(form);
  });
}

type Fields = Record<string, unknown>;

function registered(kind: Kind, answer: Fields): Registered {
  const verdict = answer["verdict"] as Verdict;
  return {
    id: String(answer[`${kind}_id`]),
    name: String(answer[`${kind}_name`]),
    verdict,
    report: report((answer["quality"] ?? {}) as Fields, (answer["facts"] ?? {}) as Fields, verdict),
    consent: String(answer["consent_id"]),
  };
}

function report(quality: Fields, facts: Fields, verdict: Verdict): Report {
  const scores = Array.isArray(quality["scores"]) ? (quality["scores"] as Report["scores"]) : [];
  return {
    verdict,
    advice: typeof quality["advice"] === "string" ? quality["advice"] : "",
    overall: typeof quality["overall"] === "number" ? quality["overall"] : null,
    scores,
    sentences: [quality["sentences"], facts["sentences"]].filter(Array.isArray).flat().map(String),
  };
}
