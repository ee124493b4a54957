/** The page of the server's figures: how full, how quick, how steady it is, anew every two seconds. */

import { useEffect, useState, type ReactNode } from "react";
import { ask, lockOf, type Lock } from "../api/call";
import { drawn, EMPTY, type Course, type Figures, type Spread } from "../api/figures";
import { keep } from "../api/key";
import { Header } from "../parts/Header";
import { KeyForm } from "../parts/KeyForm";
import { Sparkline } from "../parts/Sparkline";
import { useTexts } from "../texts/use";
import "../styles/pages.css";
import "../styles/server.css";

const PERIOD = 2000;

export default function ServerPage(): ReactNode {
  const { texts } = useTexts();
  const { figures, course, trouble, again } = useFigures();
  const unlock = (given: string) => {
    keep(given);
    again();
  };
  return (
    <div className="page">
      <Header />
      <main id="main" className="column" tabIndex={-1}>
        <header className="page-head">
          <h1>{texts.server.title}</h1>
          <p className="lead">{texts.server.lead}</p>
        </header>
        {trouble !== null && trouble !== "failed" && <KeyForm wrong={trouble.wrong} given={unlock} />}
        {trouble === "failed" && (
          <p className="wrong" role="alert">
            {figures ? texts.server.stale : texts.server.none}
          </p>
        )}
        {figures && <Shown figures={figures} course={course} />}
      </main>
    </div>
  );
}

function Shown({ figures, course }: { figures: Figures; course: Course }): ReactNode {
  const { texts, number, percent, megabytes } = useTexts();
  const { places, memory, processors } = figures;
  const busy = course.processor.at(-1);
  const rate = course.pictures.at(-1);
  const healthy = figures.missing.length + figures.without.length === 0;
  return (
    <>
      <p className="health" data-healthy={healthy}>
        <strong>{healthy ? texts.server.healthy : texts.server.degraded}</strong>
        <span>
          {texts.server.uptime} <bdi>{useDuration(figures.uptime)}</bdi>
        </span>
        <span>
          {texts.server.device} <bdi>{figures.device}</bdi>
        </span>
        <span>
          {texts.server.version} <bdi>{figures.version}</bdi>
        </span>
      </p>
      {[...figures.missing, ...figures.without].map((sentence) => (
        <p key={sentence} className="wrong" lang="en" dir="auto">
          {sentence}
        </p>
      ))}
      <div className="tiles">
        <Tile name={texts.server.places} value={texts.server.placesOf(number(places.talking), number(places.all))}>
          <Sparkline values={course.talking} most={places.all} />
        </Tile>
        <Tile name={texts.server.processor} value={busy === undefined ? "–" : percent(busy)} more={texts.server.cores(number(processors.count))}>
          <Sparkline values={course.processor} most={1} />
        </Tile>
        <Tile name={texts.server.memory} value={memory === null ? "–" : megabytes(memory)}>
          <Sparkline values={course.memory} />
        </Tile>
        <Tile name={texts.server.pictures} value={rate === undefined ? "–" : texts.server.perSecond(number(rate))} more={texts.server.late(number(figures.pictures.late))}>
          <Sparkline values={course.pictures} />
        </Tile>
      </div>
      <div className="halves">
        <Latencies stages={figures.stages} course={course} />
        <Engines figures={figures} />
      </div>
      <div className="halves">
        <Counts name={texts.server.sessions} counts={{ ...figures.sessions, parked: places.parked }} words={texts.server.counts} />
        <Counts name={texts.server.replies} counts={figures.replies} words={texts.server.counts} />
      </div>
    </>
  );
}

function Tile({ name, value, more, children }: { name: string; value: string; more?: string; children: ReactNode }): ReactNode {
  return (
    <section className="tile panel">
      <h2>{name}</h2>
      <p className="tile-value">
        <bdi>{value}</bdi>
      </p>
      <p className="small-print" dir="auto">
        {more}
      </p>
      {children}
    </section>
  );
}

function Latencies({ stages, course }: { stages: Record<string, Spread>; course: Course }): ReactNode {
  const { texts, time } = useTexts();
  const all = Object.entries(stages);
  const most = Math.max(0.1, ...all.map(([, spread]) => spread.p95));
  return (
    <section className="panel">
      <h2>{texts.server.latency}</h2>
      {all.length === 0 ? (
        <p className="small-print">{texts.server.nobody}</p>
      ) : (
        <table className="stages">
          <thead>
            <tr>
              <th scope="col">{texts.server.stage}</th>
              <th scope="col">{texts.server.p50}</th>
              <th scope="col">{texts.server.p95}</th>
            </tr>
          </thead>
          <tbody>
            {all.map(([stage, spread]) => (
              <tr key={stage}>
                <th scope="row">
                  {texts.server.stages[stage] ?? stage}
                  <Reach spread={spread} most={most} />
                </th>
                <td>
                  <bdi>{time(spread.p50)}</bdi>
                </td>
                <td>
                  <bdi>{time(spread.p95)}</bdi>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <Sparkline values={course.answer} />
    </section>
  );
}

/** Half of the replies, and 95 of 100, as one bar. */
function Reach({ spread, most }: { spread: Spread; most: number }): ReactNode {
  const part = (value: number) => Math.max(1, (100 * value) / most);
  return (
    <svg className="reach" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
      <rect className="reach-95" width={part(spread.p95)} height="4" rx="1" />
      <rect className="reach-50" width={part(spread.p50)} height="4" rx="1" />
    </svg>
  );
}

function Engines({ figures }: { figures: Figures }): ReactNode {
  const { texts } = useTexts();
  return (
    <section className="panel">
      <h2>{texts.server.engines}</h2>
      <dl className="engines">
        {Object.entries(figures.engines).map(([kind, engine]) => (
          <div key={kind} data-state={engine.state}>
            <dt>{texts.server.kinds[kind] ?? kind}</dt>
            <dd>
              <bdi>{engine.name || "–"}</bdi>
              <small>{texts.server.states[engine.state]}</small>
            </dd>
            {engine.sentence && (
              <dd className="small-print" lang="en" dir="auto">
                {engine.sentence}
              </dd>
            )}
          </div>
        ))}
      </dl>
    </section>
  );
}

function Counts({ name, counts, words }: { name: string; counts: Record<string, number>; words: Record<string, string> }): ReactNode {
  const { number } = useTexts();
  return (
    <section className="panel">
      <h2>{name}</h2>
      <dl className="counts">
        {Object.entries(counts).map(([what, count]) => (
          <div key={what}>
            <dt>{words[what] ?? what}</dt>
            <dd>{number(count)}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

interface Watched {
  figures: Figures | null;
  course: Course;
  trouble: Lock | "failed" | null;
  again(): void;
}

function useFigures(): Watched {
  const [shown, setShown] = useState<{ figures: Figures | null; course: Course }>({ figures: null, course: EMPTY });
  const [trouble, setTrouble] = useState<Watched["trouble"]>(null);
  const [round, setRound] = useState(0);
  useEffect(() => {
    let gone = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const look = async () => {
      try {
        const figures = await ask<Figures>("/api/v1/figures");
        if (gone) return;
        setShown((before) => ({ figures, course: drawn(before.course, before.figures, figures) }));
        setTrouble(null);
      } catch (error) {
        if (gone) return;
        const lock = lockOf(error);
        setTrouble(lock ?? "failed");
        if (lock) return;
      }
      if (!gone) timer = setTimeout(() => void look(), PERIOD);
    };
    void look();
    return () => {
      gone = true;
      clearTimeout(timer);
    };
  }, [round]);
  return { ...shown, trouble, again: () => setRound(round + 1) };
}

/** As in "2 days, 3 hours": the two largest units. */
function useDuration(seconds: number): string {
  const { language } = useTexts();
  const units = [
    ["day", Math.floor(seconds / 86400)],
    ["hour", Math.floor(seconds / 3600) % 24],
    ["minute", Math.floor(seconds / 60) % 60],
    ["second", Math.floor(seconds) % 60],
  ] as const;
  const from = units.findIndex(([, count]) => count > 0);
  const told = units.slice(Math.max(0, from), Math.max(0, from) + 2);
  const worded = told.map(([unit, count]) =>
    new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay: "long" }).format(count),
  );
  return new Intl.ListFormat(language, { type: "unit" }).format(worded);
}
