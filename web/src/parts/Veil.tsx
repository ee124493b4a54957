/** What lies over the picture while there is no conversation: on the way, full, lost, or a key is wanted. */

import { useEffect, useState, type ReactNode } from "react";
import { SOON, type Course } from "../link/course";
import { useTalk } from "../talk/use";
import { useTexts } from "../texts/use";
import { KeyForm } from "./KeyForm";
import { Trouble } from "./Trouble";

export function Veil(): ReactNode {
  const { talk, view } = useTalk();
  const { texts } = useTexts();
  const { course } = view;
  switch (course.at) {
    case "start":
    case "live":
      return null;
    case "connecting":
      return <Waiting words={texts.link.connecting} />;
    case "starting":
      return <Waiting words={texts.link.starting} more={texts.link.startingWhy} />;
    case "reconnecting":
      return <Waiting words={texts.link.reconnecting} more={texts.link.kept} />;
    case "full":
      return <Full course={course} />;
    case "key":
      return (
        <div className="veil">
          <KeyForm wrong={course.wrong} given={(key) => talk.giveKey(key)} />
        </div>
      );
    case "lost":
      if (course.tries <= SOON) return <Waiting words={view.met ? texts.link.reconnecting : texts.link.connecting} />;
      return (
        <Card title={texts.link.lost} why={texts.link.lostWhy}>
          <Retry words={texts.again} act={() => talk.retry()} />
        </Card>
      );
    case "refused":
      return (
        <Card title={texts.link.refused} why={<Trouble complaint={course.complaint} />}>
          <Retry words={texts.again} act={() => talk.retry()} />
          {(view.choice.avatar_id ?? view.choice.voice) && (
            <button type="button" className="button" onClick={() => talk.retryAsUsual()}>
              {texts.link.usual}
            </button>
          )}
        </Card>
      );
  }
}

function Waiting({ words, more }: { words: string; more?: string }): ReactNode {
  return (
    <div className="veil waiting" role="status">
      <span className="spinner" aria-hidden="true" />
      <p>{words}</p>
      {more && <p className="small-print">{more}</p>}
    </div>
  );
}

function Card({ title, why, children }: { title: string; why: ReactNode; children: ReactNode }): ReactNode {
  return (
    <div className="veil">
      <div className="card" role="alert">
        <h2>{title}</h2>
        {typeof why === "string" ? <p>{why}</p> : why}
        {children}
      </div>
    </div>
  );
}

function Retry({ words, act }: { words: string; act(): void }): ReactNode {
  return (
    <button type="button" className="button solid" onClick={act}>
      {words}
    </button>
  );
}

/** The countdown is not read out each second: it is only shown. */
function Full({ course }: { course: Extract<Course, { at: "full" }> }): ReactNode {
  const { talk } = useTalk();
  const { texts, number } = useTexts();
  const [began] = useState(() => Date.now());
  const [now, setNow] = useState(began);
  useEffect(() => {
    const clock = setInterval(() => setNow(Date.now()), 250);
    return () => clearInterval(clock);
  }, []);
  const left = Math.max(0, course.until - now);
  const part = left / Math.max(1, course.until - began);
  return (
    <Card title={texts.link.full} why={texts.link.fullWhy}>
      <svg className="countdown" viewBox="0 0 48 48" aria-hidden="true">
        <circle cx="24" cy="24" r="21" />
        <circle cx="24" cy="24" r="21" pathLength={1} strokeDasharray={`${part} 1`} className="countdown-left" />
        <text x="24" y="24">
          {number(Math.ceil(left / 1000))}
        </text>
      </svg>
      <p className="small-print" aria-hidden="true">
        {texts.link.fullNext(number(Math.ceil(left / 1000)))}
      </p>
      <Retry words={texts.link.fullNow} act={() => talk.retry()} />
    </Card>
  );
}
