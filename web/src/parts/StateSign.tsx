/** What the avatar is at, in a word and a small movement; the bars are the user's own voice. */

import { useEffect, useRef, type ReactNode } from "react";
import { useTalk } from "../talk/use";
import { useTexts } from "../texts/use";

const BARS = 5;

/** Milliseconds between two looks at the level; what is between them is eased by the style sheet. */
const PERIOD = 80;

export function StateSign(): ReactNode {
  const { talk, view } = useTalk();
  const { texts } = useTexts();
  const { state } = view.conversation;
  const open = view.ear === "on" && (view.pressed || (view.hands === "free" && !view.muted));
  const shown = view.pressed ? "listening" : state;
  const bars = useRef<HTMLSpanElement>(null);
  useLevel(bars, talk.level.bind(talk), open && shown !== "speaking" && shown !== "thinking");
  return (
    <p className="state" data-state={shown}>
      <span className="state-bars" ref={bars} aria-hidden="true">
        {Array.from({ length: BARS }, (_, i) => (
          <i key={i} />
        ))}
      </span>
      <span role="status">{texts.stage[shown]}</span>
    </p>
  );
}

/** Keeps --level of an element at how loud it is, 0..1, while it is wanted. */
export function useLevel(element: React.RefObject<HTMLElement | null>, level: () => number, wanted: boolean): void {
  const ask = useRef(level);
  ask.current = level;
  useEffect(() => {
    const target = element.current;
    if (!target || !wanted) return;
    let smooth = 0;
    let shown = "0";
    const clock = setInterval(() => {
      const now = ask.current();
      smooth = now > smooth ? now * 0.8 + smooth * 0.2 : now * 0.35 + smooth * 0.65;
      const level = smooth.toFixed(1 + Number(smooth > 0.05));
      if (level !== shown) target.style.setProperty("--level", level);
      shown = level;
    }, PERIOD);
    return () => {
      clearInterval(clock);
      target.style.setProperty("--level", "0");
    };
  }, [element, wanted]);
}
