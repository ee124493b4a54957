/**
 * Keeps a link open along a course: opens it, opens it again, waits where the course says so.
 * Owns the link and the one timer; what comes next is decided in `course`.
 */

import { alarm, next, opens, type Course, type Transport, type Turn } from "./course";
import type { Link, Listener, Open, Terms } from "./link";

export interface Wired {
  /** Terms of the next connection, asked for anew each time. */
  terms(): Terms;
  moved(course: Course): void;
  began: Listener["began"];
  told: Listener["told"];
  measured: Listener["measured"];
  jumps: Listener["jumps"];
}

type Happening = Turn extends infer One ? (One extends Turn ? Omit<One, "now"> : never) : never;

export class Courier {
  course: Course = { at: "start" };
  link: Link | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly open: Record<Transport, Open>,
    private readonly wired: Wired,
  ) {}

  begin(transport: Transport): void {
    this.drop();
    this.happen({ type: "begin", transport });
  }

  /** A key was given. */
  keyed(): void {
    this.happen({ type: "keyed" });
  }

  /** The network is back, or somebody looks again: what waits to be tried is tried at once. */
  wake(): void {
    this.happen({ type: "woken" });
  }

  leave(): void {
    this.drop();
    this.happen({ type: "leave" });
  }

  private happen(what: Happening): void {
    const before = this.course;
    this.course = next(before, { ...what, now: Date.now() } as Turn);
    if (this.course !== before) this.wired.moved(this.course);
    this.follow();
  }

  private follow(): void {
    clearTimeout(this.timer);
    const due = alarm(this.course);
    if (due !== null) this.timer = setTimeout(() => this.happen({ type: "due" }), Math.max(0, due - Date.now()));
    const transport = opens(this.course);
    if (transport && !this.link) this.connect(transport);
  }

  private connect(transport: Transport): void {
    let over = false;
    const whileMine =
      <T extends unknown[]>(act: (...args: T) => void) =>
      (...args: T) => {
        if (!over) act(...args);
      };
    this.link = this.open[transport](this.wired.terms(), {
      opened: whileMine(() => this.happen({ type: "opened" })),
      began: whileMine(this.wired.began),
      told: whileMine(this.wired.told),
      measured: whileMine(this.wired.measured),
      jumps: whileMine(this.wired.jumps),
      ended: whileMine((ending) => {
        over = true;
        this.drop();
        this.happen({ type: "ended", ending });
      }),
    });
    const link = this.link;
    const close = link.close.bind(link);
    link.close = () => {
      over = true;
      close();
    };
  }

  private drop(): void {
    const link = this.link;
    this.link = null;
    link?.close();
  }
}
