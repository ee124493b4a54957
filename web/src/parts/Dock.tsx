/** The controls of a conversation: microphone in the middle, what is used less beside it. */

import { useRef, useState, type PointerEvent, type ReactNode } from "react";
import { useTalk } from "../talk/use";
import type { View } from "../talk/talk";
import { useTexts } from "../texts/use";
import { Choices } from "./Choices";
import { Icon, type Sign } from "./Icon";
import { useLevel } from "./StateSign";

export function Dock({ history, showHistory }: { history: boolean; showHistory(shown: boolean): void }): ReactNode {
  const { talk, view } = useTalk();
  const { texts } = useTexts();
  const [choosing, choose] = useState(false);
  const live = view.course.at === "live";
  const free = view.hands === "free" && view.ear === "on";
  const busy = live && ["speaking", "thinking"].includes(view.conversation.state);
  return (
    <div className="dock" role="group" aria-label={texts.dock.label}>
      <Control sign="face" words={texts.dock.avatar} pressed={null} act={() => choose(true)} />
      <Control
        sign="hands"
        words={texts.dock.free}
        pressed={free}
        act={() => talk.setHands(free ? "hold" : "free")}
      />
      <MicButton />
      <Control
        sign="stop"
        words={texts.dock.stop}
        title={texts.dock.stopWhy}
        pressed={null}
        disabled={!busy}
        act={() => talk.interrupt()}
        tone="stop"
      />
      <Control sign="history" words={texts.dock.history} pressed={history} act={() => showHistory(!history)} />
      {choosing && <Choices closed={() => choose(false)} />}
    </div>
  );
}

interface ControlProps {
  sign: Sign;
  words: string;
  title?: string;
  pressed: boolean | null;
  disabled?: boolean;
  tone?: string;
  act(): void;
}

function Control({ sign, words, title, pressed, disabled = false, tone = "", act }: ControlProps): ReactNode {
  return (
    <button
      type="button"
      className={`control ${tone}`}
      title={title}
      disabled={disabled}
      onClick={act}
      {...(pressed === null ? {} : { "aria-pressed": pressed })}
    >
      <span className="control-face">
        <Icon sign={sign} />
      </span>
      <span className="control-words">{words}</span>
    </button>
  );
}

/** Hands-free it closes and opens the microphone; else it is held while one talks. */
function MicButton(): ReactNode {
  const { talk, view } = useTalk();
  const { texts } = useTexts();
  const ring = useRef<HTMLButtonElement>(null);
  const mode = modeOf(view);
  useLevel(ring, () => talk.level(), view.ear === "on");

  const held = mode === "hold" || mode === "release";
  const down = (event: PointerEvent<HTMLButtonElement>) => {
    if (!held || event.button !== 0) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    talk.press(true);
  };
  const up = () => {
    if (held) talk.press(false);
  };
  const clicked = () => {
    if (mode === "enable") void talk.openEar();
    else if (!held && mode !== "asking") talk.setMuted(mode === "mute");
  };
  const key = (isDown: boolean) => (event: React.KeyboardEvent) => {
    if (!held || (event.key !== " " && event.key !== "Enter") || event.repeat) return;
    event.preventDefault();
    talk.press(isDown);
  };
  return (
    <button
      type="button"
      ref={ring}
      className="control mic"
      data-mode={mode}
      onPointerDown={down}
      onPointerUp={up}
      onPointerCancel={up}
      onKeyDown={key(true)}
      onKeyUp={key(false)}
      onClick={clicked}
      onContextMenu={(event) => event.preventDefault()}
    >
      <span className="control-face">
        <Icon sign={mode === "unmute" || mode === "enable" ? "micOff" : "mic"} size={28} />
      </span>
      <span className="control-words">{texts.dock[mode]}</span>
    </button>
  );
}

type Mode = "enable" | "asking" | "mute" | "unmute" | "hold" | "release";

function modeOf({ ear, hands, muted, pressed }: View): Mode {
  if (ear === "asking") return "asking";
  if (ear !== "on") return "enable";
  if (pressed) return "release";
  if (hands === "hold") return "hold";
  return muted ? "unmute" : "mute";
}
