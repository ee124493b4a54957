import { describe, expect, test } from "vitest";
import type { Told } from "../src/link/messages";
import { at, heard, SILENT, typed, upcoming, type Conversation } from "../src/talk/conversation";

function told(...messages: Told[]): Conversation {
  return messages.reduce(heard, SILENT);
}

function reply(number: number, text: string, start: number, final = false): Told {
  return { type: "reply", reply: number, text, start, final };
}

function texts(conversation: Conversation): string[] {
  return conversation.lines.map((line) => line.text);
}

describe("a conversation", () => {
  test("has what is said when it is heard, and not before", () => {
    const before = told(reply(1, "Hello.", 10), reply(1, "I am here.", 12, true));
    expect(texts(at(before, 9.9))).toEqual([]);
    expect(upcoming(before)).toBe(10);
    const first = at(before, 10);
    expect(texts(first)).toEqual(["Hello."]);
    expect(first.saying?.text).toBe("Hello.");
    expect(texts(at(first, 12.5))).toEqual(["Hello. I am here."]);
  });

  test("joins Han text without a space", () => {
    expect(texts(at(told(reply(1, "你好。", 0), reply(1, "我在。", 1)), 5))).toEqual(["你好。我在。"]);
  });

  test("keeps of an interrupted reply what was heard, and marks it", () => {
    const now = heard(at(told(reply(1, "Hello there, friend.", 0), reply(1, "More.", 9)), 1), {
      type: "interrupted",
      reply: 1,
      text: "Hello there,",
    });
    expect(now.lines).toMatchObject([{ text: "Hello there,", interrupted: true }]);
    expect(at(now, 100).lines).toHaveLength(1);
  });

  test("has nothing of a reply of which nothing was heard", () => {
    const now = heard(told(reply(1, "Hello.", 5)), { type: "interrupted", reply: 1, text: "" });
    expect(texts(at(now, 100))).toEqual([]);
  });

  test("shows what is understood so far, and then the line", () => {
    const partly = told({ type: "transcript", text: "who are", language: "en", final: false });
    expect(partly.partial).toBe("who are");
    const done = heard(partly, { type: "transcript", text: "Who are you?", language: "en", final: true });
    expect(done).toMatchObject({ partial: "", lines: [{ role: "user", text: "Who are you?" }] });
  });

  test("drops the rest of a reply when another one begins", () => {
    const now = told(reply(1, "Old.", 5), reply(2, "New.", 6));
    expect(texts(at(now, 10))).toEqual(["New."]);
  });

  test("shows of what was being said no more than was heard", () => {
    const two = at(told(reply(1, "Hello there.", 0), reply(1, "I am here, friend.", 1)), 1.5);
    const cut = (text: string) => heard(two, { type: "interrupted", reply: 1, text }).saying;
    expect(cut("Hello there. I am")).toMatchObject({ text: "I am", interrupted: true });
    expect(cut("Hello")).toMatchObject({ text: "Hello", interrupted: true });
    expect(cut("")).toBeNull();
  });

  test("is broken off once, however often it is told", () => {
    const cut = { type: "interrupted", reply: 1, text: "Hello" } as const;
    const once = heard(at(told(reply(1, "Hello there.", 0)), 1), cut);
    expect(heard(once, cut)).toEqual(once);
    expect(heard(once, { ...cut, text: "Hello there" }).lines).toMatchObject([{ text: "Hello there", interrupted: true }]);
    const session = { type: "session", session: "t", resumed: true, fps: 25, width: 512, height: 512 } as const;
    const resumed = told({ ...session, history: [{ role: "assistant", text: "Hello", interrupted: true }] });
    expect(heard(resumed, cut).lines).toMatchObject([{ text: "Hello", interrupted: true }]);
  });

  test("does not take a line of a forgotten session for one of this", () => {
    const old = heard(at(told(reply(1, "Hello there.", 0)), 1), { type: "interrupted", reply: 1, text: "Hello" });
    const session = { type: "session", session: "t", resumed: false, fps: 25, width: 512, height: 512 } as const;
    const anew = heard(old, { ...session, history: [] });
    const now = heard(at(heard(anew, reply(1, "Hello again.", 0)), 1), { type: "interrupted", reply: 1, text: "Hello" });
    expect(now.lines).toMatchObject([{ text: "Hello" }, { text: "Hello", reply: 1, interrupted: true }]);
  });

  test("believes the server after reconnecting", () => {
    const cut = heard(at(typed(told(reply(1, "Hello there.", 0)), "Stop"), 1), { type: "interrupted", reply: 1, text: "Hello" });
    const session = { type: "session", session: "t", fps: 25, width: 512, height: 512 } as const;
    const history = [
      { role: "assistant", text: "Hello", interrupted: true },
      { role: "user", text: "Stop" },
    ] as const;
    const back = heard(cut, { ...session, resumed: true, history: [...history] });
    expect(back.lines).toMatchObject([{ text: "Hello", interrupted: true }, { text: "Stop" }]);
    const forgotten = heard(cut, { ...session, resumed: false, history: [] });
    expect(forgotten.lines).toHaveLength(2);
    expect(forgotten.begins).toBe(2);
  });
});
