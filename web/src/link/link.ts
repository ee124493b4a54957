/** A live connection to the server, as the page sees it; two transports are behind it. */

import type { Microphone } from "../sound/microphone";
import type { Ending, Transport } from "./course";
import type { Choice, Told, Wish } from "./messages";
import type { Figures } from "./quality";

/** What a connection is opened with. */
export interface Terms {
  choice: Choice;
  /** The token of the session to go on with. */
  session: string | null;
  /** Where the pictures are shown and the sound is played. */
  video: HTMLVideoElement;
}

/** What a link tells. After `ended` it tells nothing more. */
export interface Listener {
  opened(): void;
  /** The server has begun a session, of which this is the token. */
  began(session: string): void;
  told(message: Told): void;
  ended(ending: Ending): void;
  measured(figures: Partial<Figures>): void;
  /** What is shown is about to jump: keep the last picture, and let it fade. */
  jumps(): void;
}

export interface Link {
  readonly transport: Transport;
  send(wish: Wish): void;
  /** Send what a microphone hears, or nothing. */
  listen(microphone: Microphone | null): void;
  /** Be silent at once, until the server has cut its reply. */
  hush(): void;
  /** Seconds of the session's timeline that are heard now; null where it is not known. */
  time(): number | null;
  close(): void;
}

export type Open = (terms: Terms, listener: Listener) => Link;
