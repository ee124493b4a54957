/** What is said now, by the avatar at its time, or by the user as far as it is understood. */

import type { ReactNode } from "react";
import { useTalk } from "../talk/use";
import { directionOf } from "../texts/direction";
import { useTexts } from "../texts/use";

export function Captions(): ReactNode {
  const { view } = useTalk();
  const { texts } = useTexts();
  const { waiting } = view;
  const { partial, saying, lines, state } = view.conversation;
  const last = lines.at(-1);
  return (
    <div className="captions" role="region" aria-label={texts.captions.label}>
      {partial ? (
        <Caption who={texts.captions.you} words={partial} className="user" />
      ) : waiting ? (
        <Caption who={texts.captions.you} words={waiting.text} className="user" />
      ) : saying ? (
        <p className="caption" key={`${saying.reply}-${saying.start}`} dir={directionOf(saying.text)} data-over={state !== "speaking"}>
          {wordsOf(saying.text).map((word, i) => (
            <span key={i}>{word} </span>
          ))}
          {saying.interrupted && "…"}
        </p>
      ) : last?.role === "user" ? (
        <Caption who={texts.captions.you} words={last.text} className="user" />
      ) : (
        lines.length === 0 && <p className="caption hint">{texts.captions.hint}</p>
      )}
      <p className="hidden" aria-live="polite" aria-atomic="true" dir={directionOf(saying?.text ?? "")}>
        {saying && !saying.interrupted ? saying.text : ""}
      </p>
    </div>
  );
}

function Caption({ who, words, className }: { who: string; words: string; className: string }): ReactNode {
  return (
    <p className={`caption ${className}`}>
      <small>{who}</small> <bdi>{words}</bdi>
    </p>
  );
}

/** Han text is cut at its signs, for it has no spaces. */
function wordsOf(text: string): string[] {
  return text.trim().split(/\s+/u);
}
