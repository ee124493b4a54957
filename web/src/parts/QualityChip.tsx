/** How good the connection is, in plain words, and what to do where it is not. */

import { useEffect, useId, useRef, useState, type ReactNode } from "react";
import { quality } from "../link/quality";
import { useTalk } from "../talk/use";
import { useTexts } from "../texts/use";

export function QualityChip(): ReactNode {
  const { view } = useTalk();
  const { texts, time } = useTexts();
  const [open, setOpen] = useState(false);
  const around = useRef<HTMLDivElement>(null);
  const id = useId();
  useOutside(around, open, () => setOpen(false));
  if (view.course.at !== "live") return null;
  const { grade, cause, network } = quality(view.figures);
  const { answer } = view.figures;
  const answers = answer === null ? null : texts.quality.answers(time(answer, 1));
  const busy = !network && (cause === "freezes" || cause === "narrow" || cause === "answers") ? cause : null;
  const state = busy ? texts.quality.busy[busy] : texts.quality[grade];
  const words = [state, answers].filter(Boolean).join(texts.quality.comma);
  return (
    <div className="quality" ref={around}>
      <button
        type="button"
        className="quality-chip"
        data-grade={grade}
        aria-expanded={open}
        aria-controls={id}
        aria-label={`${texts.quality.label}: ${words}`}
        onClick={() => setOpen(!open)}
      >
        <span className="quality-bars" aria-hidden="true">
          <i />
          <i />
          <i />
        </span>
        <span className="quality-words">
          <span className="quality-grade">
            {state}
            {answers && texts.quality.comma}
          </span>
          {answers && <span>{answers}</span>}
        </span>
      </button>
      <div className="quality-more" id={id} hidden={!open}>
        <p className="quality-title">{words}</p>
        {cause && <p>{texts.quality.why[cause]}</p>}
        {view.fellBack && <p>{texts.quality.fellBack}</p>}
        <Details />
      </div>
    </div>
  );
}

function Details(): ReactNode {
  const { view } = useTalk();
  const { texts, number, percent, time } = useTexts();
  const { rtt, lost, freezes, answer } = view.figures;
  const transport = "transport" in view.course ? view.course.transport : "websocket";
  const rows: [string, string | null][] = [
    [texts.quality.answer, answer === null ? null : time(answer)],
    [texts.quality.rtt, rtt === null ? null : time(rtt)],
    [texts.quality.lost, lost === null ? null : percent(lost)],
    [texts.quality.freezes, number(freezes)],
  ];
  return (
    <>
      <dl>
        {rows.map(
          ([name, value]) =>
            value !== null && (
              <div key={name}>
                <dt>{name}</dt>
                <dd>
                  <bdi>{value}</bdi>
                </dd>
              </div>
            ),
        )}
      </dl>
      <p className="small-print">{texts.quality[transport]}</p>
    </>
  );
}

/** Calls when a click or Esc says that something open is done with. */
function useOutside(around: React.RefObject<HTMLElement | null>, open: boolean, left: () => void): void {
  const leave = useRef(left);
  leave.current = left;
  useEffect(() => {
    if (!open) return;
    const clicked = (event: PointerEvent) => {
      if (!around.current?.contains(event.target as Node)) leave.current();
    };
    const key = (event: KeyboardEvent) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      leave.current();
    };
    document.addEventListener("pointerdown", clicked);
    document.addEventListener("keydown", key, true);
    return () => {
      document.removeEventListener("pointerdown", clicked);
      document.removeEventListener("keydown", key, true);
    };
  }, [around, open]);
}
