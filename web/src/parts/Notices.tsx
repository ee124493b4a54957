/** What the user should know just now, said plainly and out of the way. */

import { useEffect, useState, type ReactNode } from "react";
import { file } from "../api/call";
import type { Recording } from "../talk/talk";
import { useTalk } from "../talk/use";
import { useTexts } from "../texts/use";
import { Icon, type Sign } from "./Icon";
import { Trouble } from "./Trouble";

/** Milliseconds after which what needs no answer goes away by itself. */
const INFORMED = 12_000;

export function Notices(): ReactNode {
  const { talk, view } = useTalk();
  const { texts } = useTexts();
  const [read, setRead] = useState<readonly string[]>([]);
  const unread = (name: string) => !read.includes(name);
  const dismiss = (name: string) => setRead([...read, name]);
  useEffect(() => {
    if (!view.fellBack) return;
    const clock = setTimeout(() => setRead((before) => [...before, "udp"]), INFORMED);
    return () => clearTimeout(clock);
  }, [view.fellBack]);
  const deaf = view.ear === "refused" || view.ear === "missing" || view.ear === "insecure" ? view.ear : null;
  return (
    <div className="notices" aria-live="polite">
      {deaf && unread(deaf) && (
        <Notice sign="micOff" words={texts.ear[deaf]} dismiss={() => dismiss(deaf)} />
      )}
      {view.fellBack && view.met && unread("udp") && (
        <Notice sign="info" words={texts.quality.fellBack} dismiss={() => dismiss("udp")} />
      )}
      {view.recordings.filter(({ url }) => unread(url)).map((one) => (
        <Ready key={one.url} recording={one} dismiss={() => dismiss(one.url)} />
      ))}
      {view.fault && (
        <Notice sign="warning" words={<Trouble complaint={view.fault} />} dismiss={() => talk.forgive()} />
      )}
    </div>
  );
}

interface NoticeProps {
  sign: Sign;
  words: ReactNode;
  children?: ReactNode;
  dismiss(): void;
}

function Notice({ sign, words, children, dismiss }: NoticeProps): ReactNode {
  const { texts } = useTexts();
  return (
    <div className="notice">
      <Icon sign={sign} size={20} />
      <div className="notice-words">{words}</div>
      {children}
      <button type="button" className="round quiet" onClick={dismiss} aria-label={texts.fault.dismiss}>
        <Icon sign="close" size={18} />
      </button>
    </div>
  );
}

function Ready({ recording, dismiss }: { recording: Recording; dismiss(): void }): ReactNode {
  const { texts } = useTexts();
  const [failed, setFailed] = useState(false);
  const save = async () => {
    try {
      keepFile(await file(recording.url), nameOf(new Date(recording.at)));
      dismiss();
    } catch {
      setFailed(true);
    }
  };
  return (
    <Notice sign="check" words={failed ? texts.recording.failed : texts.recording.ready} dismiss={dismiss}>
      <button type="button" className="button small" onClick={() => void save()}>
        <Icon sign="download" size={18} />
        {texts.recording.save}
      </button>
    </Notice>
  );
}

/** As in visavis-2026-01-31-0905.mp4. */
function nameOf(when: Date): string {
  const two = (value: number) => String(value).padStart(2, "0");
  const day = [when.getFullYear(), two(when.getMonth() + 1), two(when.getDate())].join("-");
  return `visavis-${day}-${two(when.getHours())}${two(when.getMinutes())}.mp4`;
}

function keepFile(content: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
