/** Keys that work anywhere on the page: Esc interrupts, the space bar is held to talk. */

import { useEffect } from "react";
import type { Talk } from "../talk/talk";

/** Where the space bar means something already. */
const TAKEN = "input, textarea, select, button, a, summary, [contenteditable], dialog, ol[tabindex]";

export function useKeys(talk: Talk, wanted: boolean): void {
  useEffect(() => {
    if (!wanted) return;
    const down = (event: KeyboardEvent) => {
      if (document.querySelector("dialog[open]")) return;
      if (event.key === "Escape") talk.interrupt();
      else if (isSpace(event) && !event.repeat) talk.press(true);
      if (isSpace(event)) event.preventDefault();
    };
    const up = (event: KeyboardEvent) => {
      if (event.key === " ") talk.press(false);
    };
    const away = () => talk.press(false);
    document.addEventListener("keydown", down);
    document.addEventListener("keyup", up);
    addEventListener("blur", away);
    return () => {
      document.removeEventListener("keydown", down);
      document.removeEventListener("keyup", up);
      removeEventListener("blur", away);
    };
  }, [talk, wanted]);
}

function isSpace(event: KeyboardEvent): boolean {
  return event.key === " " && !(event.target as Element).closest(TAKEN);
}
