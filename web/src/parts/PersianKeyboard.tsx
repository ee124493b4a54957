/**
 * A Persian keyboard on the screen, laid out as ISIRI 9147 has it.
 * One key is in the tab order; arrows lead to the others. A pointer does not take the focus from the text.
 */

import { useRef, useState, type KeyboardEvent, type PointerEvent, type ReactNode } from "react";
import { useTexts } from "../texts/use";
import { Icon } from "./Icon";
import { LAYERS, ZWNJ } from "./persian";

interface Props {
  typed(letters: string): void;
  back(): void;
  enter(): void;
  closed(): void;
}

const keepFocus = (event: PointerEvent) => event.preventDefault();

export function PersianKeyboard({ typed, back, enter, closed }: Props): ReactNode {
  const { texts } = useTexts();
  const [shifted, setShifted] = useState(false);
  const board = useRef<HTMLDivElement>(null);
  const rows = LAYERS[shifted ? "more" : "usual"];

  const moved = (event: KeyboardEvent) => {
    const to = destination(board.current, event.key);
    if (!to) return;
    event.preventDefault();
    board.current?.querySelectorAll("button").forEach((key) => (key.tabIndex = -1));
    to.tabIndex = 0;
    to.focus();
  };
  const strike = (letters: string) => {
    typed(letters);
    setShifted(false);
  };

  return (
    <div
      className="keys"
      ref={board}
      role="group"
      aria-label={texts.keyboard.label}
      dir="ltr"
      lang="fa"
      onKeyDown={moved}
      onPointerDown={keepFocus}
    >
      {rows.map((row, r) => (
        <div className="keys-row" key={r}>
          {row.map((letter, k) => (
            <button key={letter} type="button" className="key" tabIndex={r + k === 0 ? 0 : -1} onClick={() => strike(letter)}>
              {shown(letter)}
            </button>
          ))}
        </div>
      ))}
      <div className="keys-row">
        <button
          type="button"
          className="key wide-key"
          tabIndex={-1}
          aria-pressed={shifted}
          aria-label={texts.keyboard.shift}
          onClick={() => setShifted(!shifted)}
        >
          <Icon sign="shift" size={18} />
        </button>
        <button type="button" className="key wide-key words" tabIndex={-1} onClick={() => strike(ZWNJ)}>
          {texts.keyboard.half}
        </button>
        <button type="button" className="key space-key words" tabIndex={-1} onClick={() => strike(" ")}>
          {texts.keyboard.space}
        </button>
        <button type="button" className="key wide-key" tabIndex={-1} aria-label={texts.keyboard.back} onClick={back}>
          <Icon sign="back" size={20} />
        </button>
        <button type="button" className="key wide-key solid" tabIndex={-1} aria-label={texts.keyboard.enter} onClick={enter}>
          <Icon sign="send" size={18} />
        </button>
        <button type="button" className="key narrow-key" tabIndex={-1} aria-label={texts.close} onClick={closed}>
          <Icon sign="close" size={18} />
        </button>
      </div>
    </div>
  );
}

/** The key that an arrow leads to. */
function destination(board: HTMLElement | null, arrow: string): HTMLButtonElement | null {
  const rows = [...(board?.querySelectorAll(".keys-row") ?? [])].map((row) => [...row.querySelectorAll("button")]);
  const r = rows.findIndex((row) => row.some((key) => key === document.activeElement));
  const k = rows[r]?.findIndex((key) => key === document.activeElement) ?? -1;
  if (r < 0 || k < 0) return null;
  switch (arrow) {
    case "ArrowLeft":
      return rows[r]?.[k - 1] ?? null;
    case "ArrowRight":
      return rows[r]?.[k + 1] ?? null;
    case "ArrowUp":
      return nearest(rows[r - 1], rows[r], k);
    case "ArrowDown":
      return nearest(rows[r + 1], rows[r], k);
    default:
      return null;
  }
}

/** A mark that belongs above or below a letter needs one to be seen at. */
function shown(letter: string): string {
  return /^\p{M}/u.test(letter) ? `◌${letter}` : letter;
}

function nearest(row: HTMLButtonElement[] | undefined, from: HTMLButtonElement[] | undefined, k: number): HTMLButtonElement | null {
  if (!row || !from) return null;
  return row[Math.round((k / Math.max(1, from.length - 1)) * (row.length - 1))] ?? null;
}
