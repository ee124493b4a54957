/** How good a face or voice was found to be: a verdict, a bar and a sentence each, and what to do about it. */

import type { ReactNode } from "react";
import type { Kind, Registered } from "../api/faces";
import { useTexts } from "../texts/use";
import { Icon } from "./Icon";

/** The score from which on there is nothing to be said; as in portrait/quality.py. */
const FINE = 0.75;

interface Props {
  kind: Kind;
  registered: Registered;
  talk(): void;
  more(): void;
}

export function ReportCard({ kind, registered, talk, more }: Props): ReactNode {
  const { texts } = useTexts();
  const { verdict, report, name } = registered;
  const why = verdict === "good" ? texts.report.goodWhy : texts.report.usableWhy;
  return (
    <section className="report panel" aria-labelledby="report-title">
      <header className="report-head">
        <span className="badge" data-verdict={verdict}>
          <Icon sign={verdict === "good" ? "check" : "info"} size={18} />
          {texts.report[verdict]}
        </span>
        <h2 id="report-title" tabIndex={-1} ref={(heading) => heading?.focus()}>
          {texts.report.ready(name)}
        </h2>
        <p>{kind === "voice" && verdict === "good" ? texts.report.goodVoice : why}</p>
      </header>
      {report.scores.length > 0 && (
        <ul className="scores" aria-label={texts.report.title}>
          {report.scores.map((score) => (
            <Mark key={score.name} {...score} />
          ))}
        </ul>
      )}
      {report.sentences.length > 0 && (
        <ul className="findings">
          {report.sentences.map((sentence) => (
            <li key={sentence} dir="auto">
              {sentence}
            </li>
          ))}
        </ul>
      )}
      {report.advice && (
        <p className="advice" dir="auto">
          <Icon sign="info" size={18} />
          {report.advice}
        </p>
      )}
      <div className="actions">
        <button type="button" className="button" onClick={more}>
          {texts.faces.more}
        </button>
        <button type="button" className="button solid" onClick={talk}>
          <Icon sign="chat" size={20} />
          {texts.faces.talk}
        </button>
      </div>
    </section>
  );
}

function Mark({ name, value, sentence }: { name: string; value: number; sentence: string }): ReactNode {
  const { texts, percent } = useTexts();
  const grade = value >= FINE ? "good" : value >= FINE / 2 ? "fair" : "weak";
  return (
    <li className="score" data-grade={grade}>
      <span>{texts.report.scores[name] ?? name}</span>
      <span className="score-value">{percent(value)}</span>
      <svg viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
        <rect className="bar-all" width="100" height="4" rx="2" />
        <rect className="bar" width={Math.max(2, value * 100)} height="4" rx="2" />
      </svg>
      {sentence && (
        <small dir="auto" lang="en">
          {sentence}
        </small>
      )}
    </li>
  );
}
