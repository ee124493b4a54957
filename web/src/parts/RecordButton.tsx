/** Starts and ends the recording of the conversation, and shows plainly that it runs. */

import { useEffect, useState, type ReactNode } from "react";
import { useTalk } from "../talk/use";
import { useTexts } from "../texts/use";

export function RecordButton(): ReactNode {
  const { talk, view } = useTalk();
  const { texts, number } = useTexts();
  const since = view.recording;
  const seconds = useSeconds(since);
  const pad = (value: number) => number(value).padStart(2, number(0));
  const time = `${number(Math.floor(seconds / 60))}:${pad(seconds % 60)}`;
  return (
    <button
      type="button"
      className="record"
      data-on={since !== null}
      onClick={() => talk.record(since === null)}
      aria-label={since === null ? texts.dock.record : texts.dock.recordStop}
      title={since === null ? texts.dock.record : texts.dock.recordStop}
    >
      <span className="record-sign" aria-hidden="true" />
      <span className="record-words">{since === null ? texts.dock.record : texts.dock.recording(time)}</span>
    </button>
  );
}

function useSeconds(since: number | null): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (since === null) return;
    const clock = setInterval(() => setNow(Date.now()), 500);
    return () => clearInterval(clock);
  }, [since]);
  return since === null ? 0 : Math.max(0, Math.floor((now - since) / 1000));
}
