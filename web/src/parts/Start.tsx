/** The first thing that is seen: who one will talk to, and one button, which browsers need for sound. */

import type { ReactNode } from "react";
import { useTexts } from "../texts/use";
import { Icon, type Sign } from "./Icon";

interface Props {
  /** Whether there is a session to go on with. */
  resumes: boolean;
  begin(voice: boolean): void;
}

const FACTS: readonly { fact: "hear" | "stop" | "speak"; sign: Sign }[] = [
  { fact: "hear", sign: "mic" },
  { fact: "stop", sign: "stop" },
  { fact: "speak", sign: "globe" },
];

export function Start({ resumes, begin }: Props): ReactNode {
  const { texts } = useTexts();
  return (
    <div className="start">
      <h1>{texts.start.title}</h1>
      <p className="lead">{texts.start.lead}</p>
      <div className="start-actions">
        <button type="button" className="button solid large" onClick={() => begin(true)}>
          <Icon sign="mic" />
          {resumes ? texts.start.resume : texts.start.talk}
        </button>
        <button type="button" className="button large" onClick={() => begin(false)}>
          <Icon sign="keyboard" />
          {texts.start.type}
        </button>
      </div>
      <ul className="facts">
        {FACTS.map(({ fact, sign }) => (
          <li key={fact}>
            <Icon sign={sign} />
            <strong>{texts.start.facts[fact][0]}</strong>
            <span>{texts.start.facts[fact][1]}</span>
          </li>
        ))}
      </ul>
      <p className="small-print">{texts.start.private}</p>
    </div>
  );
}
