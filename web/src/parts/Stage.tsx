/** The avatar: its picture in a frame, what is laid over it, and the light that it throws around. */

import { useEffect, useRef, type ReactNode } from "react";
import { useTalk } from "../talk/use";
import { useTexts } from "../texts/use";
import { Portrait } from "./Portrait";
import { Icon } from "./Icon";
import { RecordButton } from "./RecordButton";
import { StateSign } from "./StateSign";
import { GLOW, shine, useGlow } from "./glow";

/** Milliseconds in which a picture that was kept fades away; as in stage.css. */
const FADE = 160;

export function Stage({ children }: { children?: ReactNode }): ReactNode {
  const { talk, view } = useTalk();
  const { texts } = useTexts();
  const live = view.course.at === "live";
  const state = live ? view.conversation.state : "off";
  const glow = useRef<HTMLCanvasElement>(null);
  useGlow(glow, talk.video, live);
  return (
    <section className="seat" aria-label={texts.stage.label}>
      <div className="frame" data-state={state}>
        <canvas className="glow" ref={glow} width={GLOW} height={GLOW} aria-hidden="true" />
        <div className="picture">
          <Portrait
            avatar={view.choice.avatar_id}
            alt={texts.start.portrait}
            hidden={live}
            round={view.met}
            loaded={(picture) => shine(glow.current, picture)}
          />
          <Video video={talk.video} jump={view.jump} shown={live} />
          {children}
        </div>
        <p className="made" title={texts.stage.madeWhy}>
          <Icon sign="info" size={14} />
          {texts.stage.made}
        </p>
        {live && <RecordButton />}
        {live && <StateSign />}
      </div>
    </section>
  );
}

/** The one video element of the conversation, and over it the last picture before a jump. */
function Video({ video, jump, shown }: { video: HTMLVideoElement; jump: number; shown: boolean }): ReactNode {
  const place = useRef<HTMLDivElement>(null);
  const still = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    place.current?.prepend(video);
    return () => video.remove();
  }, [video]);
  useEffect(() => {
    if (jump > 0 && still.current) keepStill(video, still.current);
  }, [video, jump]);
  return (
    <div className="video" ref={place} data-shown={shown}>
      <canvas ref={still} aria-hidden="true" />
    </div>
  );
}

function keepStill(video: HTMLVideoElement, still: HTMLCanvasElement): void {
  if (!video.videoWidth || matchMedia("(prefers-reduced-motion: reduce)").matches) return;
  still.width = video.videoWidth;
  still.height = video.videoHeight;
  still.getContext("2d")?.drawImage(video, 0, 0);
  still.animate([{ opacity: 1 }, { opacity: 0 }], { duration: FADE, easing: "ease-out" });
}
