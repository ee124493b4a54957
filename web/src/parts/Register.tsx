/** Registers a face or a voice: what, whose, for what, sent with progress, and what was found. */

import { useEffect, useRef, useState, type FormEvent, type ReactNode } from "react";
import { complaintOf } from "../api/call";
import { register, type Kind, type Registered } from "../api/faces";
import type { Complaint } from "../link/course";
import type { Language } from "../link/messages";
import { go } from "../route";
import { theTalk } from "../talk/use";
import { LANGUAGES, useTexts } from "../texts/use";
import { Camera } from "./Camera";
import { DropZone } from "./DropZone";
import { Icon } from "./Icon";
import { ReportCard } from "./ReportCard";
import { Trouble } from "./Trouble";
import { VoiceRecorder } from "./VoiceRecorder";

interface Props {
  kind: Kind;
  done(): void;
}

export function Register({ kind, done }: Props): ReactNode {
  const [file, setFile] = useState<File | null>(null);
  /** Whether the browser cannot read the picture. */
  const [broken, setBroken] = useState(false);
  const [found, setFound] = useState<Registered | null>(null);
  const { sent, trouble, send, forget } = useSending(kind, (registered) => {
    setFound(registered);
    done();
  });
  const choose = (chosen: File | null) => {
    setFile(chosen);
    setBroken(false);
    forget();
  };
  if (found)
    return (
      <ReportCard
        kind={kind}
        registered={found}
        more={() => {
          setFound(null);
          choose(null);
        }}
        talk={() => {
          theTalk().choose(kind === "avatar" ? { avatar_id: found.id } : { voice: found.id });
          go("/");
        }}
      />
    );
  return (
    <div className="register">
      <section className="panel">
        {file ? (
          <Chosen kind={kind} file={file} broken={broken} unreadable={() => setBroken(true)} another={() => choose(null)} />
        ) : (
          <Source kind={kind} chosen={choose} />
        )}
      </section>
      <Whose
        kind={kind}
        ready={file !== null && !broken}
        sent={sent}
        trouble={trouble}
        send={(form) => file && !broken && send(form, file)}
      />
    </div>
  );
}

function Source({ kind, chosen }: { kind: Kind; chosen(file: File): void }): ReactNode {
  const { texts } = useTexts();
  const [live, setLive] = useState(false);
  const taken = (file: File) => {
    setLive(false);
    chosen(file);
  };
  const tips = Object.values(kind === "avatar" ? texts.faces.tips : texts.faces.voiceTips);
  return (
    <>
      <DropZone kind={kind} chosen={chosen}>
        <button type="button" className="button solid" onClick={() => setLive(true)}>
          <Icon sign={kind === "avatar" ? "camera" : "mic"} size={20} />
          {kind === "avatar" ? texts.faces.camera : texts.record.title}
        </button>
      </DropZone>
      <ul className="tips">
        {tips.map((tip) => (
          <li key={tip}>
            <Icon sign="check" size={16} />
            {tip}
          </li>
        ))}
      </ul>
      {live && kind === "avatar" && <Camera taken={taken} closed={() => setLive(false)} />}
      {live && kind === "voice" && <VoiceRecorder taken={taken} closed={() => setLive(false)} />}
    </>
  );
}

interface ChosenProps {
  kind: Kind;
  file: File;
  broken: boolean;
  /** The picture cannot be shown. Of sound and films that says nothing: the server knows more kinds than a browser. */
  unreadable(): void;
  another(): void;
}

function Chosen({ kind, file, broken, unreadable, another }: ChosenProps): ReactNode {
  const { texts } = useTexts();
  const [address, setAddress] = useState("");
  useEffect(() => {
    const mine = URL.createObjectURL(file);
    setAddress(mine);
    return () => URL.revokeObjectURL(mine);
  }, [file]);
  const moving = /\.(mp4|mov|webm|mkv)$/i.test(file.name);
  return (
    <div className="chosen">
      {address &&
        !broken &&
        (kind === "voice" && !moving ? (
          <audio controls src={address} aria-label={file.name} />
        ) : moving ? (
          <video controls muted playsInline src={address} aria-label={file.name} />
        ) : (
          <img src={address} alt={file.name} onError={unreadable} />
        ))}
      <p className="small-print">
        <bdi>{file.name}</bdi>
      </p>
      {broken && (
        <p className="wrong" role="alert">
          {texts.faces.broken}
        </p>
      )}
      <button type="button" className="button small" onClick={another}>
        {texts.faces.another}
      </button>
    </div>
  );
}

interface WhoseProps {
  kind: Kind;
  ready: boolean;
  /** 0..1 while it is sent; null before. */
  sent: number | null;
  trouble: Complaint | null;
  send(form: FormData): void;
}

function Whose({ kind, ready, sent, trouble, send }: WhoseProps): ReactNode {
  const { texts, percent } = useTexts();
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    send(new FormData(event.currentTarget));
  };
  const working = kind === "avatar" ? texts.faces.looking : texts.faces.listening;
  return (
    <form className="panel whose" onSubmit={submit}>
      <label className="labelled">
        <span>{texts.faces.name}</span>
        <input name={`${kind}_name`} required maxLength={64} autoComplete="off" dir="auto" />
        <small>{texts.faces.nameHint}</small>
      </label>
      {kind === "voice" && <Tongue />}
      <fieldset className="consent">
        <legend>{texts.consent.title}</legend>
        <p className="small-print">{texts.consent.why}</p>
        <label className="labelled">
          <span>{texts.consent.who}</span>
          <input name="subject" required maxLength={200} autoComplete="name" dir="auto" />
          <small>{texts.consent.whoHint}</small>
        </label>
        <label className="labelled">
          <span>{texts.consent.purpose}</span>
          <input name="purpose" required maxLength={200} dir="auto" />
          <small>{texts.consent.purposeHint}</small>
        </label>
        <label className="agree">
          <input type="checkbox" name="consent" value="true" required />
          <span>{texts.consent.agree}</span>
        </label>
        <p className="small-print">{texts.consent.kept}</p>
      </fieldset>
      {trouble && (
        <div className="wrong" role="alert">
          <Trouble complaint={trouble} />
        </div>
      )}
      {sent !== null ? (
        <div className="sending" role="status">
          <progress max={1} value={sent < 1 ? sent : undefined} aria-label={working} />
          <span>{sent < 1 ? texts.faces.sending(percent(sent)) : working}</span>
        </div>
      ) : (
        <button type="submit" className="button solid large" disabled={!ready}>
          {texts.faces.send}
        </button>
      )}
    </form>
  );
}

function Tongue(): ReactNode {
  const { texts, language } = useTexts();
  return (
    <label className="labelled">
      <span>{texts.record.language}</span>
      <span className="select framed">
        <select name="language" defaultValue={language}>
          <option value="">{texts.record.unsaid}</option>
          {(Object.keys(LANGUAGES) as Language[]).map((code) => (
            <option key={code} value={code}>
              {LANGUAGES[code]}
            </option>
          ))}
        </select>
      </span>
    </label>
  );
}

function useSending(kind: Kind, done: (registered: Registered) => void) {
  const [sent, setSent] = useState<number | null>(null);
  const [trouble, setTrouble] = useState<Complaint | null>(null);
  const gone = useRef<AbortController | null>(null);
  useEffect(() => () => gone.current?.abort(), []);
  const send = (form: FormData, file: File) => {
    if (!form.get("language")) form.delete("language");
    form.append("file", file);
    gone.current = new AbortController();
    setTrouble(null);
    setSent(0);
    register(kind, form, setSent, gone.current.signal)
      .then(done)
      .catch((error: unknown) => setTrouble(complaintOf(error)))
      .finally(() => setSent(null));
  };
  const forget = () => setTrouble(null);
  return { sent, trouble, send, forget };
}
