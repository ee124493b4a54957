import { describe, expect, test } from "vitest";
import { alarm, KEPT, next, opens, type Course, type Ending, type Turn } from "../src/link/course";

const START: Course = { at: "start" };
const NETWORK: Ending = { why: "network" };

function after(...turns: Turn[]): Course {
  return turns.reduce(next, START);
}

function ended(now: number, ending: Ending): Turn {
  return { now, type: "ended", ending };
}

const BEGIN: Turn = { now: 0, type: "begin", transport: "webrtc" };
const OPENED: Turn = { now: 100, type: "opened" };

describe("the course of a connection", () => {
  test("begins with WebRTC and is live once it is open", () => {
    expect(opens(after(BEGIN))).toBe("webrtc");
    expect(after(BEGIN, OPENED)).toEqual({ at: "live", transport: "webrtc" });
  });

  test("takes the WebSocket where UDP does not pass", () => {
    expect(opens(after(BEGIN, ended(4000, { why: "udp" })))).toBe("websocket");
  });

  test("tries again without end, and says when the server keeps the session no longer", () => {
    let course = after(BEGIN, OPENED, ended(1000, NETWORK));
    let now = 1000;
    const tried: number[] = [];
    while (now < 120_000) {
      now = alarm(course) ?? Infinity;
      course = next(course, { now, type: "due" });
      if (opens(course)) {
        tried.push(now);
        course = next(course, ended(now, NETWORK));
      }
      expect(course.at).toBe(now < 1000 + KEPT ? "reconnecting" : "lost");
    }
    const pauses = tried.slice(1).map((at, i) => at - (tried[i] ?? 0));
    expect(Math.max(...pauses)).toBe(10_000);
    expect(pauses).toEqual(pauses.toSorted((one, other) => one - other));
  });

  test("promises nothing where there was no conversation, or it is over", () => {
    expect(after(BEGIN, ended(100, NETWORK))).toMatchObject({ at: "lost", next: 400 });
    expect(after(BEGIN, OPENED, ended(1000, { why: "closing" }))).toMatchObject({ at: "lost", next: 1300 });
    const hanging = after(BEGIN, OPENED, ended(1000, NETWORK), { now: 1300, type: "due" });
    expect(alarm(hanging)).toBe(1000 + KEPT);
    const lost = next(hanging, { now: 1000 + KEPT, type: "due" });
    expect(lost).toMatchObject({ at: "lost", next: null });
    expect(next(lost, { now: 32_000, type: "opened" })).toEqual({ at: "live", transport: "webrtc" });
  });

  test("tries at once when somebody looks, or the network is back", () => {
    const lost = after(BEGIN, ended(100, NETWORK));
    expect(opens(lost)).toBeNull();
    expect(opens(next(lost, { now: 150, type: "woken" }))).toBe("webrtc");
    expect(after(BEGIN, OPENED, { now: 200, type: "woken" })).toEqual({ at: "live", transport: "webrtc" });
  });

  test("waits for a server that starts, and asks when it says so", () => {
    const starting = after(BEGIN, OPENED, ended(1000, NETWORK), ended(1400, { why: "loading", wait: 3 }));
    expect(starting).toEqual({ at: "starting", transport: "webrtc", next: 4400 });
    const asked = next(starting, { now: 4400, type: "due" });
    expect(opens(asked)).toBe("webrtc");
    expect(next(asked, ended(4500, NETWORK)).at).toBe("lost");
  });

  test("falls back also while it reconnects", () => {
    const course = after(BEGIN, OPENED, ended(1000, NETWORK), { now: 1300, type: "due" }, ended(5300, { why: "udp" }));
    expect(opens(course)).toBe("websocket");
    expect(next(course, { now: 5400, type: "opened" })).toEqual({ at: "live", transport: "websocket" });
  });

  test("waits where the server is full, and tries again by itself", () => {
    const full = after(BEGIN, ended(1000, { why: "full", wait: 8 }));
    expect(full).toMatchObject({ at: "full", until: 9000 });
    expect(opens(next(full, { now: 8000, type: "due" }))).toBeNull();
    expect(opens(next(full, { now: 9000, type: "due" }))).toBe("webrtc");
  });

  test.each([0, 100_000])("a wait of %d s is neither a flood nor for ever", (wait) => {
    const full = after(BEGIN, ended(0, { why: "full", wait }));
    expect(alarm(full)).toBeGreaterThanOrEqual(3000);
    expect(alarm(full)).toBeLessThanOrEqual(20_000);
  });

  test("asks for a key, and goes on with one", () => {
    const asked = after(BEGIN, ended(100, { why: "key", wrong: false }));
    expect(asked).toEqual({ at: "key", wrong: false });
    expect(opens(next(asked, { now: 200, type: "keyed" }))).toBe("webrtc");
  });

  test("hears nothing of a connection that was left", () => {
    expect(after(BEGIN, { now: 1, type: "leave" }, ended(2, NETWORK))).toEqual(START);
  });
});
