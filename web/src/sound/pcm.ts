/**
 * Sound as the server takes it: mono PCM16 at another rate than the microphone's.
 * Pure, and without a memory but the one in `Resampler`; runs in the audio worklet.
 */

/** Half of the taps of the low-pass, in periods of the lower rate. */
const LOBES = 8;

/** Changes the rate of a stream, block by block, with a windowed sinc (Hann). */
export class Resampler {
  private readonly step: number;
  private readonly cut: number;
  private readonly half: number;
  private held: Float32Array;
  /** Of the next sample to be made, in samples of `held`. */
  private at: number;

  constructor(from: number, to: number) {
    this.step = from / to;
    this.cut = Math.min(1, to / from);
    this.half = Math.ceil(LOBES / this.cut);
    this.held = new Float32Array(this.half);
    this.at = this.half;
  }

  /** What has become of a block, as far as it can be known: the last `half` samples wait for the next. */
  push(block: Float32Array): Float32Array {
    const all = new Float32Array(this.held.length + block.length);
    all.set(this.held);
    all.set(block, this.held.length);
    const made: number[] = [];
    for (; this.at + this.half < all.length; this.at += this.step) made.push(this.sample(all));
    const keep = Math.max(0, Math.floor(this.at) - this.half);
    this.held = all.slice(keep);
    this.at -= keep;
    return Float32Array.from(made);
  }

  private sample(all: Float32Array): number {
    const centre = Math.floor(this.at);
    let sum = 0;
    for (let i = centre - this.half + 1; i <= centre + this.half; i++) {
      const away = i - this.at;
      if (Math.abs(away) >= this.half) continue;
      const window = 0.5 + 0.5 * Math.cos((Math.PI * away) / this.half);
      sum += (all[i] ?? 0) * this.cut * sinc(away * this.cut) * window;
    }
    return sum;
  }
}

export function pcm16(samples: Float32Array): Int16Array<ArrayBuffer> {
  return Int16Array.from(samples, (one) => Math.round(Math.max(-1, Math.min(1, one)) * 32767));
}

/** A WAV file (RIFF, mono PCM16) of blocks. */
export function wav(blocks: readonly Int16Array<ArrayBuffer>[], rate: number): Blob {
  const size = blocks.reduce((sum, block) => sum + block.byteLength, 0);
  const head = new DataView(new ArrayBuffer(44));
  const word = (at: number, letters: string) =>
    [...letters].forEach((letter, i) => head.setUint8(at + i, letter.charCodeAt(0)));
  word(0, "RIFF");
  head.setUint32(4, 36 + size, true);
  word(8, "WAVEfmt ");
  head.setUint32(16, 16, true);
  head.setUint16(20, 1, true);
  head.setUint16(22, 1, true);
  head.setUint32(24, rate, true);
  head.setUint32(28, rate * 2, true);
  head.setUint16(32, 2, true);
  head.setUint16(34, 16, true);
  word(36, "data");
  head.setUint32(40, size, true);
  return new Blob([head, ...blocks], { type: "audio/wav" });
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}
