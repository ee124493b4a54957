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

  test("tries again for as long as the server keeps the session, and then says so", () => {
    let course = after(BEGIN, OPENED, ended(1000, NETWORK));
    let tries = 0;
    let now = 1000;
    while (course.at === "reconnecting") {
      now = alarm(course) ?? now;
      course = next(course, { now, type: "due" });
      expect(opens(course)).toBe("webrtc");
      course = next(course, ended(now, NETWORK));
      tries += 1;
    }
    expect(course).toEqual({ at: "lost" });
    expect(now - 1000).toBeLessThanOrEqual(KEPT);
    expect(tries).toBeGreaterThan(8);
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
