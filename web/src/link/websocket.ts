/** A link over a WebSocket: pictures and sound as fragmented MP4, the microphone as PCM16. */

import { key } from "../api/key";
import { ask, endingOf, USUAL_WAIT } from "../api/call";
import type { Ending } from "./course";
import type { Link, Listener, Open, Terms } from "./link";
import { chunk, told, type Wish } from "./messages";
import { Player } from "./player";
import type { Microphone } from "../sound/microphone";

/** Milliseconds between two words to the server about what is played. */
const PLAYED = 250;

/** Milliseconds of silence that are sent after the microphone was switched off, so that a turn can end. */
const TAIL = 1200;

/** Milliseconds without a word from the server after which it is taken to be gone. */
const SILENCE = 8000;

/** Bytes that may wait to be sent before the microphone's are dropped: half a second of them. */
const BACKLOG = 16000;

/** What it is closed with when the session is to be kept for a while. */
const AWAY = 4000;

export const overWebSocket: Open = (terms, listener) => new WebSocketLink(terms, listener);

class WebSocketLink implements Link {
  readonly transport = "websocket";
  private readonly socket: WebSocket;
  private readonly player: Player;
  private readonly clock: ReturnType<typeof setInterval>;
  private microphone: Microphone | null = null;
  private tail: ReturnType<typeof setTimeout> | undefined;
  private last = Date.now();
  private open = false;
  private freezes: number[] = [];

  constructor(
    terms: Terms,
    private readonly listener: Listener,
  ) {
    this.player = new Player(terms.video, () => listener.jumps());
    this.socket = new WebSocket(address(terms), protocols(key()));
    this.socket.binaryType = "arraybuffer";
    this.socket.onopen = () => (this.open = true);
    this.socket.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) => this.receive(data);
    this.socket.onclose = ({ code, reason }) => void this.closed(code, reason);
    this.clock = setInterval(() => this.tell(), PLAYED);
  }

  send(wish: Wish): void {
    if (this.socket.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(wish));
  }

  listen(microphone: Microphone | null): void {
    clearTimeout(this.tail);
    if (microphone === this.microphone) return;
    const before = this.microphone;
    this.microphone = microphone;
    if (microphone) microphone.frames((block) => this.hear(block));
    else this.tail = setTimeout(() => before?.frames(null), TAIL);
  }

  hush(): void {
    this.player.hush();
  }

  time(): number | null {
    return this.player.time();
  }

  close(): void {
    clearInterval(this.clock);
    clearTimeout(this.tail);
    this.microphone?.frames(null);
    this.socket.onopen = this.socket.onmessage = this.socket.onclose = null;
    this.socket.close(AWAY);
    this.player.close();
  }

  /** A browser is not told why a WebSocket was refused; an ordinary request is. */
  private async closed(code: number, reason: string): Promise<void> {
    clearInterval(this.clock);
    this.listener.ended(this.open ? closing(code, reason) : await refusal());
  }

  private receive(data: string | ArrayBuffer): void {
    this.last = Date.now();
    if (typeof data !== "string") {
      const one = chunk(data);
      if (one) this.player.append(one.header, one.data);
      return;
    }
    const message = told(data);
    if (!message || message.type === "video_chunk") return;
    if (message.type === "session") this.listener.opened();
    if (message.type === "interrupted") this.player.hush();
    this.listener.told(message);
  }

  private hear(block: ArrayBuffer): void {
    if (this.socket.readyState === WebSocket.OPEN && this.socket.bufferedAmount < BACKLOG) this.socket.send(block);
  }

  private tell(): void {
    const now = Date.now();
    if (now - this.last > SILENCE) {
      this.listener.ended({ why: "network" });
      return;
    }
    const at = this.player.time();
    if (at !== null) this.send({ type: "played", at });
    while (this.player.freezes > 0) {
      this.player.freezes -= 1;
      this.freezes.push(now);
    }
    this.freezes = this.freezes.filter((when) => now - when < 10_000);
    this.listener.measured({ freezes: this.freezes.length });
  }
}

function address({ choice, session }: Terms): string {
  const url = new URL("/ws/stream", location.href);
  url.protocol = location.protocol === "https:" ? "wss:" : "ws:";
  const fields = { ...choice, session, binary: "1", idle: "1" };
  for (const [name, value] of Object.entries(fields)) if (value) url.searchParams.set(name, value);
  return url.href;
}

/** A browser cannot send headers with a WebSocket; the key travels as a subprotocol. */
function protocols(mine: string | null): string[] {
  return mine ? ["visavis", `key.${mine}`] : [];
}

/** What codes mean that the server closes with (server/routes/stream.py); others are the network's. */
export function closing(code: number, reason: string): Ending {
  if (code === 4004) return { why: "key", wrong: true };
  if (code === 1012) return { why: "closing" };
  const why = FAREWELLS[code];
  return why === undefined ? { why: "network" } : { why: "refused", complaint: { code: why, detail: reason } };
}

const FAREWELLS: Record<number, string> = { 1008: "policy", 4001: "moved", 4003: "withdrawn" };

interface Health {
  conversations?: { places: number; talking: number };
  engines?: Record<string, { state: string }>;
}

/** Seconds after which a server that opens its engines is asked again. */
const OPENING = 3;

async function refusal(): Promise<Ending> {
  try {
    const { conversations: now, engines } = await ask<Health>("/health");
    if (Object.values(engines ?? {}).some(({ state }) => state === "loading")) return { why: "loading", wait: OPENING };
    if (now && now.talking >= now.places) return { why: "full", wait: USUAL_WAIT };
    await ask("/api/v1/figures");
    return { why: "network" };
  } catch (error) {
    return endingOf(error);
  }
}
