/** The light that a picture throws on what is around it: its colours, a few times a second, very small. */

import { useEffect, type RefObject } from "react";

/** Pixels on each side; enlarged by the browser, they are soft without costing anything. */
export const GLOW = 16;
const SOFT = "blur(1.6px) saturate(1.6)";

/** Milliseconds between two looks, and how much of the new one comes through. */
const PERIOD = 250;
const SHARE = 0.35;

export function useGlow(canvas: RefObject<HTMLCanvasElement | null>, video: HTMLVideoElement, live: boolean): void {
  useEffect(() => {
    if (!live) return;
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const look = () => {
      if (video.videoWidth && !document.hidden) shine(canvas.current, video, SHARE);
    };
    const clock = setInterval(look, still ? 10 * PERIOD : PERIOD);
    return () => clearInterval(clock);
  }, [canvas, video, live]);
}

export function shine(canvas: HTMLCanvasElement | null, picture: CanvasImageSource, share = 1): void {
  const context = canvas?.getContext("2d");
  if (!context) return;
  context.globalAlpha = share;
  context.globalCompositeOperation = "source-over";
  context.filter = SOFT;
  context.drawImage(picture, 2, 2, GLOW - 4, GLOW - 4);
  context.filter = "none";
  lift(context);
}

/** On a light page dark colours would be dirt: hues stay, and are as light as the canvas's own colour. */
function lift(context: CanvasRenderingContext2D): void {
  context.globalAlpha = 1;
  context.globalCompositeOperation = "luminosity";
  context.fillStyle = getComputedStyle(context.canvas).color;
  context.fillRect(0, 0, GLOW, GLOW);
}
