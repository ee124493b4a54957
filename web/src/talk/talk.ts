/**
 * The conversation in this tab: what the user does goes in, what the page shows comes out of `view`.
 * Ties the link, the microphone and the conversation together, and decides nothing that they can decide.
 */

import { keep } from "../api/key";
import { Courier } from "../link/courier";
import type { Complaint, Course } from "../link/course";
import type { Choice, Told, Wish } from "../link/messages";
import { playable } from "../link/player";
import { NOTHING, type Figures } from "../link/quality";
import { overWebRtc } from "../link/webrtc";
import { overWebSocket } from "../link/websocket";
import { Microphone, NoMicrophone, type Refusal } from "../sound/microphone";
import { at, heard, SILENT, typed, upcoming, type Conversation } from "./conversation";
import * as memory from "./memory";
import type { Hands } from "./memory";
import { Store } from "./store";

export type Ear = "off" | "asking" | "on" | Refusal;

export interface Recording {
  url: string;
  at: number;
}

export interface View {
  course: Course;
  /** Whether there has been a connection since it was begun. */
  met: boolean;
  conversation: Conversation;
  choice: Choice;
  ear: Ear;
  hands: Hands;
  /** Whether the microphone is closed for a while, hands-free. */
  muted: boolean;
  /** Whether the push-to-talk key is down. */
  pressed: boolean;
  figures: Figures;
  /** Whether WebRTC did not pass, so that the WebSocket serves. */
  fellBack: boolean;
  /** When it began, milliseconds; null: nothing is recorded. */
  recording: number | null;
  recordings: readonly Recording[];
  /** What went wrong last. */
  fault: Complaint | null;
  /** What was typed while there was no connection; it is sent when there is one. */
  waiting: Typed | null;
  /** Changes when a picture is about to jump. */
  jump: number;
}

/** What the user typed: to be answered, or to be said word for word. */
export interface Typed {
  text: string;
  aloud: boolean;
}

/** Milliseconds between two looks at what is said now, where the timeline is known. */
const LOOK = 60;

export class Talk {
  readonly view = new Store<View>({
    course: { at: "start" },
    met: false,
    conversation: SILENT,
    choice: memory.choice(),
    ear: "off",
    hands: memory.hands(),
    muted: false,
    pressed: false,
    figures: NOTHING,
    fellBack: memory.fellBack(),
    recording: null,
    recordings: [],
    fault: null,
    waiting: null,
    jump: 0,
  });
  readonly video = document.createElement("video");
  private microphone: Microphone | null = null;
  private session: string | null = null;
  private ticking: ReturnType<typeof setTimeout> | undefined;
  private readonly courier = new Courier(
    { webrtc: overWebRtc, websocket: overWebSocket },
    {
      terms: () => ({
        choice: this.view.get().choice,
        session: this.session,
        video: this.video,
      }),
      moved: (course) => this.moved(course),
      began: (session) => {
        this.session = session;
      },
      told: (message) => this.told(message),
      measured: (figures) => this.view.set({ figures: { ...this.view.get().figures, ...figures } }),
      jumps: () => this.view.set({ jump: this.view.get().jump + 1 }),
    },
  );

  constructor() {
    this.video.playsInline = true;
    this.video.autoplay = true;
    this.video.tabIndex = -1;
    this.video.setAttribute("aria-hidden", "true");
    addEventListener("pagehide", () => this.leave());
    addEventListener("online", () => this.courier.wake());
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden) this.courier.wake();
    });
  }

  /** How loud the user is, 0..1. */
  level(): number {
    const { muted, hands, pressed } = this.view.get();
    return pressed || (hands === "free" && !muted) ? (this.microphone?.level() ?? 0) : 0;
  }

  /** Begin; has to be called while the browser handles a click, or it would play no sound. */
  begin(voice: boolean): void {
    this.session = memory.session(Date.now());
    void this.video.play().catch(() => undefined);
    this.courier.begin(this.view.get().fellBack && playable() ? "websocket" : "webrtc");
    if (voice) void this.openEar();
  }

  /** Try again at once. */
  retry(): void {
    this.courier.begin(this.view.get().fellBack ? "websocket" : "webrtc");
  }

  /** Try again with the avatar and the voice that nobody has to be asked for. */
  retryAsUsual(): void {
    this.choose({ avatar_id: null, voice: null });
    this.retry();
  }

  giveKey(key: string): void {
    keep(key);
    this.courier.keyed();
  }

  /** Leave; the server keeps the session for a while. */
  leave(): void {
    if (this.session) memory.keepSession(this.session, Date.now());
    this.courier.leave();
    clearTimeout(this.ticking);
    this.microphone?.close();
    this.microphone = null;
    this.view.set({ ear: "off", pressed: false, recording: null, waiting: null, figures: NOTHING });
  }

  /** Say it to the server now, or as soon as there is a connection; only one text can wait. */
  say(text: string, aloud: boolean): void {
    if (this.view.get().course.at !== "live") {
      this.view.set({ waiting: { text, aloud } });
      return;
    }
    this.hush();
    if (!aloud) this.view.set({ conversation: typed(this.view.get().conversation, text) });
    this.send(aloud ? { type: "text_input", text } : { type: "chat_input", text });
  }

  interrupt(): void {
    this.hush();
    this.send({ type: "interrupt" });
  }

  press(down: boolean): void {
    if (down === this.view.get().pressed) return;
    if (down && this.view.get().ear !== "on") {
      void this.openEar();
      return;
    }
    if (down) this.hush();
    this.view.set({ pressed: down });
    if (down) this.heed();
    this.send({ type: "talk", down });
    if (!down) this.heed();
  }

  setHands(hands: Hands): void {
    memory.keepHands(hands);
    this.view.set({ hands, muted: false });
    this.heed();
    if (hands === "free" && this.view.get().ear !== "on") void this.openEar();
  }

  setMuted(muted: boolean): void {
    this.view.set({ muted });
    this.heed();
  }

  choose(chosen: Partial<Choice>): void {
    const choice = { ...this.view.get().choice, ...chosen };
    memory.keepChoice(choice);
    this.view.set({ choice });
    this.send({ type: "avatar_selection", ...choice });
  }

  record(on: boolean): void {
    this.send({ type: "record", on });
  }

  forgive(): void {
    this.view.set({ fault: null });
  }

  async openEar(): Promise<void> {
    if (["asking", "on"].includes(this.view.get().ear)) return;
    this.view.set({ ear: "asking" });
    try {
      this.microphone = await Microphone.open();
      if (this.view.get().ear !== "asking") {
        this.microphone.close();
        return;
      }
      this.view.set({ ear: "on" });
      this.heed();
    } catch (error) {
      this.view.set({ ear: error instanceof NoMicrophone ? error.refusal : "refused" });
    }
  }

  /** Once the session's history has come: lines that are added before it would be lost. */
  private sayWaiting(): void {
    const { waiting } = this.view.get();
    if (!waiting) return;
    this.view.set({ waiting: null });
    this.say(waiting.text, waiting.aloud);
  }

  private send(wish: Wish): void {
    this.courier.link?.send(wish);
  }

  /** Let the link hear the microphone, or not. */
  private heed(): void {
    const { hands, muted, pressed } = this.view.get();
    const open = pressed || (hands === "free" && !muted);
    if (!this.microphone) return;
    this.microphone.on = open;
    this.courier.link?.listen(open ? this.microphone : null);
  }

  private hush(): void {
    if (this.view.get().conversation.state === "speaking") this.courier.link?.hush();
  }

  private moved(course: Course): void {
    const transport = "transport" in course ? course.transport : null;
    const before = this.view.get();
    const had = "transport" in before.course ? before.course.transport : null;
    const fellBack = had === "webrtc" && transport === "websocket";
    if (fellBack) memory.keepFellBack();
    this.view.set({
      course,
      met: course.at !== "start" && (before.met || course.at === "live"),
      ...(fellBack ? { fellBack } : {}),
      ...(course.at === "live" ? {} : { recording: null }),
      ...(course.at === "live" && before.course.at !== "live" ? { fault: null } : {}),
    });
    if (course.at === "live") this.heed();
    if (course.at === "refused") this.session = null;
  }

  private told(message: Told): void {
    const { conversation, recordings } = this.view.get();
    this.view.set({ conversation: heard(conversation, message) });
    switch (message.type) {
      case "session":
        this.session = message.session;
        memory.keepSession(message.session, Date.now());
        this.sayWaiting();
        break;
      case "error":
        this.view.set({ fault: message });
        break;
      case "timing":
        this.view.set({ figures: { ...this.view.get().figures, answer: message.stages["first"] ?? null } });
        break;
      case "recording":
        this.view.set({
          recording: message.on ? (this.view.get().recording ?? Date.now()) : null,
          ...(message.url ? { recordings: [...recordings, { url: message.url, at: Date.now() }] } : {}),
          ...(message.detail ? { fault: { code: "recording", detail: message.detail } } : {}),
        });
        break;
      default:
        break;
    }
    this.tick();
  }

  /** Let captions and lines come to where the timeline is; without one, what is told is said now. */
  private tick(): void {
    clearTimeout(this.ticking);
    const { conversation } = this.view.get();
    if (upcoming(conversation) === null) return;
    const time = this.courier.link?.time() ?? Infinity;
    const now = at(conversation, time);
    if (now !== conversation) this.view.set({ conversation: now });
    if (upcoming(now) !== null) this.ticking = setTimeout(() => this.tick(), LOOK);
  }
}
