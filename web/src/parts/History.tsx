/** What was really said: lines as they were heard, with where a reply was broken off. */

import { useEffect, useRef, useState, type ReactNode } from "react";
import type { Line } from "../talk/conversation";
import { useTalk } from "../talk/use";
import { directionOf } from "../texts/direction";
import { useTexts } from "../texts/use";
import { Icon } from "./Icon";

export function History({ closed }: { closed(): void }): ReactNode {
  const { view } = useTalk();
  const { texts } = useTexts();
  const { lines, begins } = view.conversation;
  const list = useRef<HTMLOListElement>(null);
  const last = lines.at(-1)?.text;
  useEffect(() => {
    list.current?.scrollTo({ top: list.current.scrollHeight });
  }, [lines.length, last]);
  return (
    <aside className="history" aria-label={texts.history.label}>
      <header className="panel-head">
        <h2>{texts.history.label}</h2>
        {lines.length > 0 && <CopyAll lines={lines} />}
        <button type="button" className="round quiet" onClick={closed} aria-label={texts.close}>
          <Icon sign="close" size={20} />
        </button>
      </header>
      {lines.length === 0 ? (
        <p className="empty">{texts.history.empty}</p>
      ) : (
        <ol className="lines" ref={list} tabIndex={0} aria-label={texts.history.label}>
          {lines.map((line) => (
            <Said key={line.id} line={line} begins={line.id > 0 && line.id === begins} />
          ))}
        </ol>
      )}
    </aside>
  );
}

function Said({ line, begins }: { line: Line; begins: boolean }): ReactNode {
  const { texts } = useTexts();
  return (
    <>
      {begins && <li className="anew">{texts.history.anew}</li>}
      <li className={`line ${line.role}`} data-interrupted={line.interrupted ?? false}>
        <span className="line-who">{line.role === "user" ? texts.history.you : texts.history.avatar}</span>
        <p dir={directionOf(line.text)}>{line.text}</p>
        {line.interrupted && (
          <small className="line-mark">
            <Icon sign="stop" size={14} />
            {texts.history.interrupted}
          </small>
        )}
      </li>
    </>
  );
}

function CopyAll({ lines }: { lines: readonly Line[] }): ReactNode {
  const { texts } = useTexts();
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    const who = { user: texts.history.you, assistant: texts.history.avatar };
    const said = lines.map((line) => `${who[line.role]}: ${line.text}${line.interrupted ? " …" : ""}`);
    await navigator.clipboard.writeText(said.join("\n"));
    setCopied(true);
    setTimeout(() => setCopied(false), 2000);
  };
  return (
    <button type="button" className="round quiet" onClick={() => void copy()} aria-label={texts.history.copy} title={texts.history.copy}>
      <Icon sign={copied ? "check" : "copy"} size={19} />
      <span className="hidden" role="status">
        {copied ? texts.history.copied : ""}
      </span>
    </button>
  );
}
