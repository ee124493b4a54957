/** Records a voice: a text to read, a level, and how long it is by now. The recording is WAV, as it was heard. */

import { useEffect, useRef, useState, type ReactNode } from "react";
import { Microphone, NoMicrophone, type Refusal } from "../sound/microphone";
import { wav } from "../sound/pcm";
import { useTexts } from "../texts/use";
import { Dialog } from "./Dialog";
import { Icon } from "./Icon";
import { useLevel } from "./StateSign";

interface Props {
  taken(recording: File): void;
  closed(): void;
}

/** Seconds from which on it will do, and after which it ends by itself. */
const ENOUGH = 10;
const LONGEST = 60;

/** Samples in a block: a tenth of a second or so. */
const BLOCK = 4800;

export function VoiceRecorder({ taken, closed }: Props): ReactNode {
  const { texts, number } = useTexts();
  const meter = useRef<HTMLDivElement>(null);
  const { phase, seconds, level, begin, end, recording } = useRecorder();
  useLevel(meter, level, phase === "on");
  useEffect(() => {
    if (seconds >= LONGEST) end();
  });
  return (
    <Dialog title={texts.record.title} closed={closed}>
      <div className="reading">
        <p className="small-print">{texts.record.read}</p>
        <blockquote>{texts.record.text}</blockquote>
      </div>
      {phase === "on" && (
        <div className="take">
          <span className="record-sign" aria-hidden="true" />
          <output className="take-time">{number(seconds)} s</output>
          <div className="meter" ref={meter} aria-hidden="true">
            <i />
          </div>
        </div>
      )}
      <p className="small-print" role="status">
        {phase === "on" ? (seconds < ENOUGH ? texts.record.short : texts.record.enough) : isRefusal(phase) ? texts.ear[phase] : ""}
      </p>
      {recording && <audio className="listen" controls src={recording.address} aria-label={texts.record.listen} />}
      <div className="actions">
        {phase === "on" ? (
          <button type="button" className="button danger" onClick={end}>
            <Icon sign="stop" size={20} />
            {texts.record.end}
          </button>
        ) : (
          <button type="button" className={recording ? "button" : "button solid"} disabled={phase === "asking"} onClick={() => void begin()}>
            <Icon sign="mic" size={20} />
            {recording ? texts.record.again : texts.record.begin}
          </button>
        )}
        {recording && phase !== "on" && (
          <button type="button" className="button solid" onClick={() => taken(recording.file)}>
            {texts.camera.use}
          </button>
        )}
      </div>
    </Dialog>
  );
}

type Phase = "off" | "asking" | "on" | Refusal;

interface Recorder {
  phase: Phase;
  seconds: number;
  recording: { file: File; address: string } | null;
  level(): number;
  begin(): Promise<void>;
  end(): void;
}

function useRecorder(): Recorder {
  const microphone = useRef<Microphone | null>(null);
  const blocks = useRef<Int16Array<ArrayBuffer>[]>([]);
  const gone = useRef(false);
  const [phase, setPhase] = useState<Phase>("off");
  const [seconds, setSeconds] = useState(0);
  const [recording, setRecording] = useState<Recorder["recording"]>(null);
  useEffect(() => {
    gone.current = false;
    return () => {
      gone.current = true;
      microphone.current?.close();
    };
  }, []);
  useEffect(() => () => URL.revokeObjectURL(recording?.address ?? ""), [recording]);

  const begin = async () => {
    setPhase("asking");
    setRecording(null);
    try {
      const opened = await Microphone.open(true);
      if (gone.current) {
        opened.close();
        return;
      }
      microphone.current = opened;
      blocks.current = [];
      setSeconds(0);
      opened.frames(
        (block) => {
          blocks.current.push(new Int16Array(block));
          setSeconds(Math.floor((blocks.current.length * BLOCK) / opened.rate));
        },
        opened.rate,
        BLOCK,
      );
      setPhase("on");
    } catch (error) {
      setPhase(error instanceof NoMicrophone ? error.refusal : "refused");
    }
  };
  const end = () => {
    const opened = microphone.current;
    if (!opened) return;
    const file = new File([wav(blocks.current, opened.rate)], "voice.wav", { type: "audio/wav" });
    opened.close();
    microphone.current = null;
    setRecording({ file, address: URL.createObjectURL(file) });
    setPhase("off");
  };
  return { phase, seconds, recording, level: () => microphone.current?.level() ?? 0, begin, end };
}

function isRefusal(phase: Phase): phase is Refusal {
  return phase === "refused" || phase === "missing" || phase === "insecure";
}
