import { describe, expect, test } from "vitest";
import { endingOf, unserved } from "../src/api/call";
import { correction, isPressing, landing, stale } from "../src/link/buffer";
import { chunk, LONGEST_TEXT, room, told } from "../src/link/messages";
import { NOTHING, quality } from "../src/link/quality";
import { Tally } from "../src/link/tally";
import { closing } from "../src/link/websocket";

describe("the buffer", () => {
  const sight = { ranges: [[10, 12]] as const, playhead: 10.5, spoken: true, waited: 0 };

  test("is left alone while it plays", () => {
    expect(correction(sight)).toBeNull();
  });

  test("is left over a gap, into the next stretch", () => {
    expect(correction({ ...sight, ranges: [[10, 11], [15, 16]], playhead: 10.98 })).toBe(15);
    expect(correction({ ...sight, playhead: 2 })).toBe(10);
    expect(correction({ ...sight, ranges: [], playhead: 2 })).toBeNull();
  });

  test("is caught up with where the tab was asleep, but never in a reply", () => {
    expect(correction({ ...sight, spoken: false })).toBe(11.65);
    expect(correction({ ...sight, ranges: [[10, 20]] })).toBeNull();
  });

  test("is woken where the browser waits and has something", () => {
    expect(correction({ ...sight, waited: 0.4 })).toBe(10.5);
  });

  test("is left for a reply that would begin later than it need", () => {
    const rest = { type: "video_chunk", index: 1, start: 12, duration: 0.2, final: false, spoken: false, cut: false, mime: null } as const;
    const reply = { ...rest, spoken: true, start: 12.2 };
    expect(isPressing(reply, rest, 11.4)).toBe(true);
    expect(isPressing(reply, rest, 12.15)).toBe(false);
    expect(isPressing(reply, reply, 11.4)).toBe(false);
    expect(isPressing({ ...rest, cut: true }, rest, 11.4)).toBe(true);
  });

  test("is cut where the new stretch begins, once it is there", () => {
    expect(landing([[10, 12]], 12.1)).toBeNull();
    expect(landing([[10, 12]], 11)).toBe(11);
    expect(landing([[10, 12], [14.01, 14.2]], 14)).toBe(14.01);
  });

  test("forgets what is long over, in large pieces", () => {
    expect(stale([[10, 60]], 25)).toBeNull();
    expect(stale([[10, 60]], 40)).toEqual([10, 30]);
  });
});

describe("messages", () => {
  test.each(["", "null", "[]", "{}", '{"type":"unheard_of"}', '{"type":"state","state":"asleep"}'])("%j is none", (text) => {
    expect(told(text)).toBeNull();
  });

  test("of a later server still hold what is known here", () => {
    expect(told('{"type":"reply","reply":3,"text":"Hi","start":1.5,"mood":"glad"}')).toEqual({
      type: "reply",
      reply: 3,
      text: "Hi",
      start: 1.5,
      final: false,
    });
  });

  test("carry a chunk in binary", () => {
    const head = new TextEncoder().encode('{"type":"video_chunk","index":1,"start":2,"duration":0.2,"cut":true}');
    const message = new Uint8Array(4 + head.length + 3);
    new DataView(message.buffer).setUint32(0, head.length);
    message.set(head, 4);
    message.set([7, 8, 9], 4 + head.length);
    const found = chunk(message.buffer);
    expect(found?.header).toMatchObject({ start: 2, cut: true, mime: null });
    expect([...(found?.data ?? [])]).toEqual([7, 8, 9]);
  });

  test.each([[[]], [[0, 0]], [[0, 0, 0, 99, 1]], [[0, 0, 0, 1, 123]]])("%j is no chunk", (bytes) => {
    expect(chunk(new Uint8Array(bytes).buffer)).toBeNull();
  });
});

describe("the quality", () => {
  test("is not known before anything was measured", () => {
    expect(quality(NOTHING)).toMatchObject({ grade: "unknown", cause: null });
  });

  test("is good where nothing is wrong", () => {
    expect(quality({ rtt: 0.03, lost: 0, freezes: 0, narrowed: 0, answer: 0.3 })).toMatchObject({ grade: "good", cause: null });
  });

  test("names the worst", () => {
    expect(quality({ rtt: 0.2, lost: 0.2, freezes: 0, narrowed: 0, answer: 0.3 })).toMatchObject({ grade: "weak", cause: "loss" });
    expect(quality({ rtt: 0.2, lost: 0, freezes: 0, narrowed: 0, answer: 0.3 })).toMatchObject({ grade: "fair", cause: "delay" });
  });

  test("is not the network's where only pictures are late", () => {
    const busy = { rtt: 0.001, lost: 0, freezes: 9, narrowed: 0, answer: 0.3 };
    expect(quality(busy)).toEqual({ grade: "fair", cause: "freezes", network: false });
    expect(quality({ ...busy, lost: 0.05 })).toEqual({ grade: "weak", cause: "freezes", network: true });
  });
});

describe("the tally", () => {
  const stats = (bytes: number, packets: number, lost: number) => [
    { type: "inbound-rtp", kind: "video", frameWidth: 384, bytesReceived: bytes, packetsReceived: packets, packetsLost: lost },
    { type: "candidate-pair", nominated: true, state: "succeeded", currentRoundTripTime: 0.02 },
  ];

  test("tells loss over the last readings, and whether anything came", () => {
    const tally = new Tally();
    expect(tally.read(stats(1000, 100, 0))).toMatchObject({ rtt: 0.02, received: true });
    expect(tally.read(stats(2000, 190, 10))).toMatchObject({ lost: 0.1, lostNow: 0.1, width: 384, received: true });
    expect(tally.read(stats(2000, 190, 10)).received).toBe(false);
  });
});

describe("a server that does not serve", () => {
  const refused = (status: number, code: string, wait: string | null = null) =>
    endingOf(unserved(status, JSON.stringify({ code, detail: "No." }), wait));

  test("starts, is full, ends, or refuses", () => {
    expect(refused(503, "loading", "3")).toEqual({ why: "loading", wait: 3 });
    expect(refused(503, "full", "8")).toEqual({ why: "full", wait: 8 });
    expect(refused(503, "ending", "5")).toEqual({ why: "network" });
    expect(refused(503, "no_webrtc")).toEqual({ why: "udp" });
    expect(refused(403, "consent")).toEqual({ why: "refused", complaint: { code: "consent", detail: "No." } });
  });

  test("may be a proxy before it", () => {
    expect(endingOf(unserved(503, "<h1>Service Unavailable</h1>", "30"))).toEqual({ why: "network" });
    expect(endingOf(new TypeError("fetch failed"))).toEqual({ why: "network" });
  });
});

describe("what a WebSocket is closed with", () => {
  test("tells a key that was revoked, what the server says, and what the network does", () => {
    expect(closing(4004, "the key may not be used any more")).toEqual({ why: "key", wrong: true });
    expect(closing(4001, "elsewhere")).toEqual({ why: "refused", complaint: { code: "moved", detail: "elsewhere" } });
    expect(closing(1012, "the server is being ended")).toEqual({ why: "closing" });
    expect(closing(1006, "")).toEqual({ why: "network" });
  });
});

test("a text may be as long as the server takes it, counted as the server counts", () => {
  expect(room("")).toBe(LONGEST_TEXT);
  expect(room(` ${"a".repeat(LONGEST_TEXT)}\n`)).toBe(0);
  expect(room("😀".repeat(LONGEST_TEXT))).toBe(0);
  expect(room("a".repeat(LONGEST_TEXT + 1000))).toBe(-1000);
});
