import { describe, expect, test } from "vitest";
import { pcm16, Resampler, wav } from "../src/sound/pcm";

function tone(hertz: number, rate: number, seconds: number): Float32Array {
  return Float32Array.from({ length: rate * seconds }, (_, i) => Math.sin((2 * Math.PI * hertz * i) / rate));
}

function level(samples: Float32Array): number {
  const middle = samples.slice(400, -400);
  return Math.sqrt(middle.reduce((sum, one) => sum + one * one, 0) / middle.length);
}

function resampled(samples: Float32Array, from: number, to: number, block = 128): Float32Array {
  const resampler = new Resampler(from, to);
  const made: number[] = [];
  for (let i = 0; i < samples.length; i += block) made.push(...resampler.push(samples.slice(i, i + block)));
  return Float32Array.from(made);
}

describe("resampling", () => {
  test.each([44100, 48000, 16000])("keeps a tone of 1 kHz from %d Hz", (rate) => {
    const made = resampled(tone(1000, rate, 0.5), rate, 16000);
    expect(Math.abs(made.length - 8000)).toBeLessThan(20);
    expect(level(made)).toBeCloseTo(Math.SQRT1_2, 2);
  });

  test("lets nothing through that the lower rate cannot hold", () => {
    expect(level(resampled(tone(11000, 48000, 0.5), 48000, 16000))).toBeLessThan(0.01);
  });

  test("does not depend on how the sound was cut", () => {
    const sound = tone(440, 48000, 0.2);
    const one = resampled(sound, 48000, 16000, 128);
    const other = resampled(sound, 48000, 16000, 1000);
    expect([...other.slice(0, one.length)]).toEqual([...one.slice(0, other.length)]);
  });
});

describe("samples", () => {
  test("are held within 16 bits", () => {
    expect([...pcm16(Float32Array.from([0, 1, -1, 2, -2]))]).toEqual([0, 32767, -32767, 32767, -32767]);
  });

  test("become a WAV file", async () => {
    const file = wav([Int16Array.from([1, 2]), Int16Array.from([3])], 48000);
    const bytes = new DataView(await file.arrayBuffer());
    expect(file.size).toBe(50);
    expect(bytes.getUint32(24, true)).toBe(48000);
    expect(bytes.getUint32(40, true)).toBe(6);
    expect(bytes.getInt16(48, true)).toBe(3);
  });
});
