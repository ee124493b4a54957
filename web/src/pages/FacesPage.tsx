/** The page where faces and voices are registered, and given back. */

import { useId, useState, type ReactNode } from "react";
import { faces, voices, type Face, type Kind, type Voice } from "../api/faces";
import { keep } from "../api/key";
import { Header } from "../parts/Header";
import { Icon } from "../parts/Icon";
import { KeyForm } from "../parts/KeyForm";
import { Register } from "../parts/Register";
import { Registered } from "../parts/Registered";
import { useLoaded, type Loaded } from "../parts/loaded";
import { useTexts } from "../texts/use";
import "../styles/pages.css";
import "../styles/register.css";

export default function FacesPage(): ReactNode {
  const { texts } = useTexts();
  const portraits = useLoaded(faces);
  const spoken = useLoaded(voices);
  const lock = portraits.lock ?? spoken.lock;
  const unlock = (given: string) => {
    keep(given);
    portraits.again();
    spoken.again();
  };
  return (
    <div className="page">
      <Header />
      <main id="main" className="column" tabIndex={-1}>
        <header className="page-head">
          <h1>{texts.faces.title}</h1>
          <p className="lead">{texts.faces.lead}</p>
        </header>
        {lock ? <KeyForm wrong={lock.wrong} given={unlock} /> : <Unlocked portraits={portraits} spoken={spoken} />}
      </main>
    </div>
  );
}

function Unlocked({ portraits, spoken }: { portraits: Loaded<Face[]>; spoken: Loaded<Voice[]> }): ReactNode {
  const { texts } = useTexts();
  const [kind, setKind] = useState<Kind>("avatar");
  const group = useId();
  return (
    <>
      <div className="segments kinds" role="radiogroup" aria-label={texts.faces.title}>
        {(["avatar", "voice"] as const).map((one) => (
          <label key={one}>
            <input type="radio" name={group} checked={kind === one} onChange={() => setKind(one)} />
            <span className="kind">
              <Icon sign={one === "avatar" ? "face" : "mic"} size={19} />
              {one === "avatar" ? texts.faces.face : texts.faces.voice}
            </span>
          </label>
        ))}
      </div>
      <Register key={kind} kind={kind} done={kind === "avatar" ? portraits.again : spoken.again} />
      <Registered faces={portraits} voices={spoken} />
    </>
  );
}
