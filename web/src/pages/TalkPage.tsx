/** The page where one talks: the start screen first, then stage, captions, field and controls. */

import { useEffect, useState, type ReactNode } from "react";
import { session } from "../talk/memory";
import { useTexts } from "../texts/use";
import { sceneOf, useTalk } from "../talk/use";
import { Captions } from "../parts/Captions";
import { Composer } from "../parts/Composer";
import { Dock } from "../parts/Dock";
import { Header } from "../parts/Header";
import { History } from "../parts/History";
import { Notices } from "../parts/Notices";
import { QualityChip } from "../parts/QualityChip";
import { Stage } from "../parts/Stage";
import { Start } from "../parts/Start";
import { Veil } from "../parts/Veil";
import { useKeys } from "../parts/keys";

/** From this width on the history has room beside the stage. */
const WIDE = "(min-width: 68rem)";

export function TalkPage(): ReactNode {
  const { talk, view } = useTalk();
  const { texts } = useTexts();
  const [typing, setTyping] = useState(false);
  const [history, setHistory] = useState(() => matchMedia(WIDE).matches);
  const [resumes] = useState(() => session(Date.now()) !== null);
  const scene = sceneOf(view);
  useKeys(talk, scene === "talk");
  useEffect(() => () => talk.leave(), [talk]);

  const begin = (voice: boolean) => {
    setTyping(!voice);
    talk.begin(voice);
  };
  return (
    <div className="talk" data-scene={scene} data-history={scene === "talk" && history}>
      <Header>
        <QualityChip />
      </Header>
      <main id="main" className="main" tabIndex={-1}>
        {scene !== "start" && <h1 className="hidden">{texts.stage.label}</h1>}
        <Stage>
          <Veil />
        </Stage>
        {scene === "start" && <Start resumes={resumes} begin={begin} />}
        {scene === "talk" && (
          <div className="below">
            <Captions />
            <Notices />
            <Composer focused={typing} />
            <Dock history={history} showHistory={setHistory} />
          </div>
        )}
      </main>
      {scene === "talk" && history && <History closed={() => setHistory(false)} />}
    </div>
  );
}
