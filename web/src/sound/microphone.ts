/**
 * The user's microphone: one track, its level, and its sound as PCM16 for whoever wants that.
 * Owns the stream and the audio context; says plainly why there is none.
 */

import grabber from "./grabber.worklet.ts?worker&url";

export type Refusal = "refused" | "missing" | "insecure";

/** Samples at 16 kHz in a frame of 30 ms. */
const BLOCK = 480;
const RATE = 16000;

/** Decibels below full scale that are shown as no level, and as a full one. */
const QUIET = -55;
const LOUD = -12;

export class NoMicrophone extends Error {
  constructor(readonly refusal: Refusal) {
    super(refusal);
  }
}

export class Microphone {
  private readonly analyser: AnalyserNode;
  private readonly source: MediaStreamAudioSourceNode;
  private readonly window = new Float32Array(new ArrayBuffer(4 * 1024));
  private tap: AudioWorkletNode | null = null;

  private constructor(
    private readonly stream: MediaStream,
    private readonly context: AudioContext,
  ) {
    this.source = context.createMediaStreamSource(stream);
    this.analyser = new AnalyserNode(context, { fftSize: 1024 });
    this.source.connect(this.analyser);
  }

  /**
   * Ask for the microphone. plain: as it is, for a recording of a voice, without what makes talking easier.
   * Throws NoMicrophone.
   */
  static async open(plain = false): Promise<Microphone> {
    if (!navigator.mediaDevices) throw new NoMicrophone("insecure");
    try {
      const stream = await navigator.mediaDevices.getUserMedia({
        audio: {
          channelCount: 1,
          echoCancellation: !plain,
          noiseSuppression: !plain,
          autoGainControl: !plain,
        },
      });
      const context = new AudioContext({ latencyHint: "interactive" });
      await Promise.all([context.resume(), context.audioWorklet.addModule(grabber)]);
      return new Microphone(stream, context);
    } catch (error) {
      const missing = error instanceof DOMException && ["NotFoundError", "NotReadableError"].includes(error.name);
      throw new NoMicrophone(missing ? "missing" : "refused");
    }
  }

  get track(): MediaStreamTrack | null {
    return this.stream.getAudioTracks()[0] ?? null;
  }

  get rate(): number {
    return this.context.sampleRate;
  }

  /** While it is off it hears silence. */
  set on(on: boolean) {
    if (this.track) this.track.enabled = on;
  }

  /** How loud it is just now, 0..1. */
  level(): number {
    this.analyser.getFloatTimeDomainData(this.window);
    const power = this.window.reduce((sum, one) => sum + one * one, 0) / this.window.length;
    const decibels = 10 * Math.log10(power + 1e-12);
    return Math.max(0, Math.min(1, (decibels - QUIET) / (LOUD - QUIET)));
  }

  /** Hand on all that is heard, in blocks of PCM16; null ends it. */
  frames(sink: ((block: ArrayBuffer) => void) | null, rate = RATE, block = BLOCK): void {
    this.tap?.port.close();
    this.tap?.disconnect();
    if (this.tap) this.source.disconnect(this.tap);
    this.tap = null;
    if (!sink) return;
    this.tap = new AudioWorkletNode(this.context, "grabber", {
      numberOfOutputs: 1,
      processorOptions: { rate, block },
    });
    this.tap.port.onmessage = (event: MessageEvent<ArrayBuffer>) => sink(event.data);
    this.source.connect(this.tap);
    this.tap.connect(this.context.destination);
  }

  close(): void {
    this.frames(null);
    this.stream.getTracks().forEach((track) => track.stop());
    void this.context.close();
  }
}
