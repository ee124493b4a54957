/** What is registered: talked to, given back, deleted. */

import { useState, type ReactNode } from "react";
import { complaintOf } from "../api/call";
import { remove, withdraw, type Face, type Kind, type Voice } from "../api/faces";
import type { Complaint } from "../link/course";
import { go } from "../route";
import { theTalk } from "../talk/use";
import { LANGUAGES, useTexts } from "../texts/use";
import { Sure } from "./Dialog";
import { Icon } from "./Icon";
import { Portrait } from "./Portrait";
import { Trouble } from "./Trouble";
import type { Loaded } from "./loaded";

interface One {
  kind: Kind;
  id: string;
  name: string;
  state: string;
  more: string | null;
}

export function Registered({ faces, voices }: { faces: Loaded<Face[]>; voices: Loaded<Voice[]> }): ReactNode {
  const { texts } = useTexts();
  const portraits = faces.value?.map((face): One => ({
    kind: "avatar",
    id: face.avatar_id,
    name: face.avatar_name,
    state: face.state,
    more: texts.report[face.verdict],
  }));
  const spoken = voices.value?.map((voice): One => ({
    kind: "voice",
    id: voice.voice_id,
    name: voice.voice_name,
    state: voice.state,
    more: voice.language && LANGUAGES[voice.language],
  }));
  return (
    <section className="registered" aria-labelledby="registered">
      <h2 id="registered">{texts.faces.registered}</h2>
      <List all={portraits} none={texts.faces.noFaces} failed={faces.failed} changed={faces.again} />
      <List all={spoken} none={texts.faces.noVoices} failed={voices.failed} changed={voices.again} />
    </section>
  );
}

interface ListProps {
  all: One[] | undefined;
  none: string;
  failed: boolean;
  changed(): void;
}

function List({ all, none, failed, changed }: ListProps): ReactNode {
  const { texts } = useTexts();
  if (failed) return <p className="small-print">{texts.choices.none}</p>;
  if (!all) return null;
  if (all.length === 0) return <p className="small-print">{none}</p>;
  return (
    <ul className="owned">
      {all.map((one) => (
        <Owned key={one.id} one={one} changed={changed} />
      ))}
    </ul>
  );
}

function Owned({ one, changed }: { one: One; changed(): void }): ReactNode {
  const { texts } = useTexts();
  const [asking, ask] = useState<"remove" | "withdraw" | null>(null);
  const [trouble, setTrouble] = useState<Complaint | null>(null);
  const usable = one.state === "ready";
  const act = async (work: Promise<unknown>) => {
    ask(null);
    try {
      await work;
      setTrouble(null);
      forget(one);
    } catch (error) {
      setTrouble(complaintOf(error));
    }
    changed();
  };
  const talk = () => {
    theTalk().choose(one.kind === "avatar" ? { avatar_id: one.id } : { voice: one.id });
    go("/");
  };
  return (
    <li className="one">
      <span className="one-picture">
        {one.kind === "avatar" && usable ? <Portrait avatar={one.id} alt="" /> : <Icon sign={one.kind === "voice" ? "hands" : "face"} size={28} />}
      </span>
      <span className="one-name">
        <strong dir="auto">{one.name}</strong>
        <small>{usable ? one.more : texts.consent.taken}</small>
      </span>
      <span className="one-acts">
        {usable && (
          <>
            <button type="button" className="button small" onClick={talk}>
              {texts.faces.talk}
            </button>
            <button type="button" className="button small bare" onClick={() => ask("withdraw")}>
              {texts.consent.back}
            </button>
          </>
        )}
        <button
          type="button"
          className="round quiet"
          onClick={() => ask("remove")}
          aria-label={`${texts.faces.remove}: ${one.name}`}
          title={texts.faces.remove}
        >
          <Icon sign="trash" size={20} />
        </button>
      </span>
      {trouble && (
        <div className="wrong" role="alert">
          <Trouble complaint={trouble} />
        </div>
      )}
      {asking === "remove" && (
        <Sure
          title={texts.faces.removeTitle(one.name)}
          why={texts.faces.removeWhy}
          yes={texts.faces.remove}
          agreed={() => void act(remove(one.kind, one.id))}
          closed={() => ask(null)}
        />
      )}
      {asking === "withdraw" && (
        <Sure
          title={texts.consent.backTitle(one.name)}
          why={texts.consent.backWhy}
          yes={texts.consent.back}
          agreed={() => void act(withdraw(one.kind, one.id))}
          closed={() => ask(null)}
        />
      )}
    </li>
  );
}

/** What cannot be used any more is not chosen any more. */
function forget(one: One): void {
  const talk = theTalk();
  const { avatar_id, voice } = talk.view.get().choice;
  if (avatar_id === one.id) talk.choose({ avatar_id: null });
  if (voice === one.id || voice === one.name) talk.choose({ voice: null });
}
