/**
 * Plays chunks of fragmented MP4 as they come, with Media Source Extensions.
 * Owns the media source of one connection; where to seek and what to forget is decided in `buffer`.
 */

import { correction, isPressing, landing, stale, type Ranges } from "./buffer";
import type { Chunk } from "./messages";

interface Sourcing {
  new (): MediaSource;
  isTypeSupported(type: string): boolean;
}

declare global {
  interface Window {
    ManagedMediaSource?: Sourcing;
  }
}

/** What the server writes, of which chunks tell the details: H.264 and AAC. */
const KIND = 'video/mp4; codecs="avc1.42E01F, mp4a.40.2"';

/** Milliseconds between one look at the buffer and the next. */
const PERIOD = 100;

/** Milliseconds after which it is heard again, if the server says nothing. */
const PATIENCE = 1500;

/** Milliseconds of waiting that are felt as a freeze; each seek waits a little. */
const FREEZE = 300;

interface Waiting {
  header: Chunk;
  data: Uint8Array<ArrayBuffer>;
}

function sourcing(): Sourcing | null {
  return window.ManagedMediaSource ?? window.MediaSource ?? null;
}

export function playable(): boolean {
  return sourcing()?.isTypeSupported(KIND) ?? false;
}

export class Player {
  /** How often it had to wait for more. */
  freezes = 0;
  private readonly source: MediaSource;
  private readonly address: string;
  private readonly gone = new AbortController();
  private readonly clock: ReturnType<typeof setInterval>;
  private buffer: SourceBuffer | null = null;
  private kind = "";
  private queue: Waiting[] = [];
  /** The last one that came, and the last one that is in the buffer. */
  private newest: Chunk | null = null;
  private latest: Chunk | null = null;
  /** Where to go on after a cut, once it is buffered. */
  private cut: number | null = null;
  private hushed: ReturnType<typeof setTimeout> | undefined;
  private waitsSince: number | null = null;

  constructor(
    private readonly video: HTMLVideoElement,
    private readonly jumps: () => void,
  ) {
    const Source = sourcing();
    if (!Source) throw new Error("no Media Source Extensions");
    this.source = new Source();
    this.address = URL.createObjectURL(this.source);
    const { signal } = this.gone;
    this.source.addEventListener("sourceopen", () => this.feed(), { signal });
    video.addEventListener("waiting", () => (this.waitsSince ??= Date.now()), { signal });
    video.addEventListener("playing", () => this.goesOn(), { signal });
    video.disableRemotePlayback = true;
    // Told null where it is null, it would load the address of the player before once more.
    if (video.srcObject) video.srcObject = null;
    video.src = this.address;
    video.muted = false;
    this.clock = setInterval(() => this.look(), PERIOD);
  }

  append(header: Chunk, data: Uint8Array<ArrayBuffer>): void {
    if (isPressing(header, this.newest, this.video.currentTime)) {
      this.queue = [];
      this.cut = header.start;
    }
    this.newest = header;
    this.queue.push({ header, data });
    this.feed();
  }

  /** Be silent until what comes next has been cut off from what was. */
  hush(): void {
    this.video.muted = true;
    clearTimeout(this.hushed);
    this.hushed = setTimeout(() => this.heard(), PATIENCE);
  }

  time(): number | null {
    return this.latest ? this.video.currentTime : null;
  }

  close(): void {
    this.gone.abort();
    clearInterval(this.clock);
    clearTimeout(this.hushed);
    this.video.pause();
    this.video.removeAttribute("src");
    this.video.load();
    URL.revokeObjectURL(this.address);
  }

  private feed(): void {
    if (this.buffer?.updating || this.source.readyState === "closed") return;
    const next = this.queue.shift();
    if (!next) return;
    const buffer = this.ready(next.header.mime);
    if (!buffer) return;
    try {
      buffer.appendBuffer(next.data);
      this.latest = next.header;
    } catch (error) {
      if (!(error instanceof DOMException) || error.name !== "QuotaExceededError") throw error;
      this.queue.unshift(next);
      buffer.remove(0, Math.max(0.1, this.video.currentTime - 1));
    }
  }

  /** The buffer, for what is to come; nothing can be played before the first init segment. */
  private ready(mime: string | null): SourceBuffer | null {
    if (mime && !this.buffer) {
      this.buffer = this.source.addSourceBuffer(mime);
      this.buffer.addEventListener("updateend", () => this.appended(), { signal: this.gone.signal });
    } else if (mime && mime !== this.kind) this.buffer?.changeType(mime);
    this.kind = mime ?? this.kind;
    return this.buffer;
  }

  private appended(): void {
    if (this.cut !== null && this.latest && this.latest.start >= this.cut) {
      const to = landing(this.ranges(), this.cut);
      if (to !== null) {
        this.cut = null;
        this.seek(to);
        this.heard();
      }
    }
    this.feed();
  }

  /** Mend what has gone wrong, if anything has, and forget what is long over. */
  private look(): void {
    const { video, buffer } = this;
    if (!buffer || buffer.updating || this.cut !== null || this.source.readyState === "closed") return;
    const sight = {
      ranges: this.ranges(),
      playhead: video.currentTime,
      spoken: this.latest?.spoken ?? false,
      waited: this.waitsSince === null ? 0 : (Date.now() - this.waitsSince) / 1000,
    };
    const to = correction(sight);
    if (to !== null) this.seek(to);
    const old = stale(sight.ranges, video.currentTime);
    if (old) buffer.remove(...old);
  }

  private seek(to: number): void {
    this.goesOn();
    this.jumps();
    this.video.currentTime = to;
    void this.video.play().catch(() => undefined);
  }

  private goesOn(): void {
    if (this.waitsSince !== null && Date.now() - this.waitsSince > FREEZE && this.latest?.spoken) this.freezes += 1;
    this.waitsSince = null;
  }

  private heard(): void {
    clearTimeout(this.hushed);
    this.video.muted = false;
  }

  private ranges(): Ranges {
    const { buffered } = this.video;
    return Array.from({ length: buffered.length }, (_, i) => [buffered.start(i), buffered.end(i)] as const);
  }
}
