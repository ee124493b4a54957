/** Runs beside the sound: hands on what the microphone hears as blocks of PCM16 at the rate asked for. */

import { pcm16, Resampler } from "./pcm";

interface Options {
  processorOptions: { rate: number; block: number };
}

declare const sampleRate: number;
declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}
declare function registerProcessor(name: string, processor: new (options: Options) => AudioWorkletProcessor): void;

class Grabber extends AudioWorkletProcessor {
  private readonly resampler: Resampler;
  private readonly block: Float32Array;
  private filled = 0;

  constructor(options: Options) {
    super();
    const { rate, block } = options.processorOptions;
    this.resampler = new Resampler(sampleRate, rate);
    this.block = new Float32Array(block);
  }

  process(inputs: Float32Array[][]): boolean {
    const mono = inputs[0]?.[0];
    if (mono) for (const sample of this.resampler.push(mono)) this.add(sample);
    return true;
  }

  private add(sample: number): void {
    this.block[this.filled++] = sample;
    if (this.filled < this.block.length) return;
    this.filled = 0;
    const { buffer } = pcm16(this.block);
    this.port.postMessage(buffer, [buffer]);
  }
}

registerProcessor("grabber", Grabber);
