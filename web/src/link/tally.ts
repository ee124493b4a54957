/** Reads what a browser counts of a peer connection (W3C webrtc-stats), and tells what the last second was like. */

export interface Reading {
  /** Seconds; null while not known. */
  rtt: number | null;
  /** 0..1 of the packets of the last seconds. */
  lost: number | null;
  /** 0..1 of the packets of the pictures, since the last reading. */
  lostNow: number;
  /** Pixels of the picture's width; null while there is none. */
  width: number | null;
  /** In the last ten seconds. */
  freezes: number;
  /** Since the connection began. */
  frozen: number;
  /** Seconds that sound waits here before it is heard, of late. */
  waits: number;
  /** Whether anything came since the last reading. */
  received: boolean;
}

interface Totals {
  bytes: number;
  packets: number;
  lost: number;
  freezes: number;
  pictures: { packets: number; lost: number };
  waited: number;
  emitted: number;
}

/** Readings that loss and freezes are told over. */
const WINDOW = 10;

export class Tally {
  private totals: Totals[] = [];

  read(stats: readonly Record<string, unknown>[]): Reading {
    const inbound = stats.filter((one) => one["type"] === "inbound-rtp");
    const sound = inbound.filter((one) => one["kind"] === "audio");
    const pair = stats.find(
      (one) => one["type"] === "candidate-pair" && one["nominated"] === true && one["state"] === "succeeded",
    );
    const pictures = inbound.filter((one) => one["kind"] === "video");
    const now: Totals = {
      bytes: sum(inbound, "bytesReceived"),
      packets: sum(inbound, "packetsReceived"),
      lost: sum(inbound, "packetsLost"),
      freezes: sum(inbound, "freezeCount"),
      pictures: { packets: sum(pictures, "packetsReceived"), lost: sum(pictures, "packetsLost") },
      waited: sum(sound, "jitterBufferDelay"),
      emitted: sum(sound, "jitterBufferEmittedCount"),
    };
    const before = this.totals.at(-1);
    const first = this.totals[0] ?? now;
    this.totals = [...this.totals, now].slice(-WINDOW);
    const rtt = pair?.["currentRoundTripTime"];
    return {
      rtt: typeof rtt === "number" ? rtt : null,
      lost: share(first, now),
      lostNow: share((before ?? now).pictures, now.pictures) ?? 0,
      width: sum(pictures, "frameWidth") || null,
      freezes: Math.max(0, now.freezes - first.freezes),
      frozen: now.freezes,
      waits: (now.waited - (before?.waited ?? 0)) / Math.max(1, now.emitted - (before?.emitted ?? 0)),
      received: !before || now.bytes > before.bytes,
    };
  }
}

/** Of what was sent between two readings, how much was lost; null where nothing was. */
function share(before: { packets: number; lost: number }, now: { packets: number; lost: number }): number | null {
  const lost = Math.max(0, now.lost - before.lost);
  const sent = now.packets - before.packets + lost;
  return sent > 0 ? lost / sent : null;
}

function sum(stats: readonly Record<string, unknown>[], name: string): number {
  return stats.reduce((total, one) => total + (typeof one[name] === "number" ? one[name] : 0), 0);
}
