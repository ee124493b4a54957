/** Where the user types: a field that grows, answered or said word for word. */

import { useEffect, useLayoutEffect, useRef, useState, type KeyboardEvent, type ReactNode } from "react";
import { LONGEST_TEXT, room } from "../link/messages";
import { useTalk } from "../talk/use";
import { useTexts } from "../texts/use";
import { Icon } from "./Icon";
import { PersianKeyboard } from "./PersianKeyboard";
import { insert, rubOut } from "./editing";

/** As high as its text; one that takes more than a line has the whole width, with the buttons below it. */
function fit(area: HTMLTextAreaElement): void {
  const around = area.closest<HTMLElement>(".field");
  if (!around) return;
  around.dataset["tall"] = "false";
  area.style.height = "auto";
  around.dataset["tall"] = String(area.value !== "" && area.scrollHeight > area.clientHeight);
  area.style.height = "auto";
  area.style.height = `${area.scrollHeight}px`;
}

/** How many characters are left when that is told. */
const NEAR = 300;

export function Composer({ focused }: { focused: boolean }): ReactNode {
  const { talk, view } = useTalk();
  const { texts, language, number } = useTexts();
  const field = useRef<HTMLTextAreaElement>(null);
  /** Where it was when the field had the focus, or wrote last: Chromium forgets it. */
  const caret = useRef(0);
  const [text, setText] = useState("");
  const [aloud, setAloud] = useState(false);
  const [keys, setKeys] = useState(false);
  const persian = language === "fa" || view.choice.language === "fa";
  const left = room(text);
  const sendable = text.trim() !== "" && left >= 0 && view.waiting === null;

  useEffect(() => {
    if (focused) field.current?.focus();
  }, [focused]);
  useLayoutEffect(() => {
    if (field.current) fit(field.current);
  }, [text]);

  const send = () => {
    if (!sendable) return;
    talk.say(text.trim(), aloud);
    setText("");
  };
  const entered = (event: KeyboardEvent) => {
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    send();
  };
  const edit = (change: (area: HTMLTextAreaElement) => void) => {
    const area = field.current;
    if (!area) return;
    if (document.activeElement !== area) area.setSelectionRange(caret.current, caret.current);
    change(area);
    caret.current = area.selectionStart;
    setText(area.value);
  };

  return (
    <div className="composer">
      {persian && keys && (
        <PersianKeyboard
          typed={(letters) => edit((area) => insert(area, letters))}
          back={() => edit(rubOut)}
          enter={send}
          closed={() => setKeys(false)}
        />
      )}
      <form
        className="field"
        onSubmit={(event) => {
          event.preventDefault();
          send();
        }}
      >
        {persian && (
          <button
            type="button"
            className="round quiet"
            aria-pressed={keys}
            aria-label={texts.composer.keyboard}
            title={texts.composer.keyboard}
            onClick={() => setKeys(!keys)}
          >
            <Icon sign="keyboard" />
          </button>
        )}
        <textarea
          ref={field}
          rows={1}
          dir="auto"
          value={text}
          aria-invalid={left < 0}
          aria-label={texts.composer.label}
          placeholder={aloud ? texts.composer.aloudPlaceholder : texts.composer.placeholder}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={entered}
          onBlur={(event) => (caret.current = event.target.selectionStart)}
        />
        <button
          type="button"
          className="chip"
          aria-pressed={aloud}
          title={texts.composer.aloudWhy}
          onClick={() => setAloud(!aloud)}
        >
          <Icon sign="quote" size={16} />
          <span>{texts.composer.aloud}</span>
        </button>
        <button type="submit" className="round solid" disabled={!sendable} aria-label={texts.composer.send}>
          <Icon sign="send" />
        </button>
      </form>
      {view.waiting !== null && (
        <p className="small-print" role="status">
          {texts.composer.waits}
        </p>
      )}
      {left < NEAR && (
        <p className="small-print" role="status" data-over={left < 0}>
          {left < 0 ? texts.composer.tooLong(number(-left), number(LONGEST_TEXT)) : texts.composer.long(number(left))}
        </p>
      )}
    </div>
  );
}
