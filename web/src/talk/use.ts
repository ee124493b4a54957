/** The one conversation of this tab, for components. */

import { Talk, type View } from "./talk";
import { useStore } from "./store";

let one: Talk | null = null;

export function theTalk(): Talk {
  one ??= new Talk();
  return one;
}

export function useTalk(): { talk: Talk; view: View } {
  const talk = theTalk();
  return { talk, view: useStore(talk.view) };
}

/** What the page shows: the start, somebody who waits to be let in, or a conversation. */
export type Scene = "start" | "door" | "talk";

export function sceneOf({ course, met }: View): Scene {
  if (course.at === "start") return "start";
  return met || !["full", "key", "refused"].includes(course.at) ? "talk" : "door";
}
