/** An avatar's picture, fetched with the key; where there is none, two profiles. */

import { useEffect, useState, type ReactNode } from "react";
import { picture } from "../api/faces";

interface Props {
  /** Its id; null: the one that speaks where none was chosen. */
  avatar: string | null;
  alt: string;
  hidden?: boolean;
  /** Changes when it may be had where it could not be before, as with a key. */
  round?: unknown;
  /** Told of the picture once it is there. */
  loaded?(picture: HTMLImageElement): void;
}

export function Portrait({ avatar, alt, hidden = false, round, loaded }: Props): ReactNode {
  const address = usePicture(avatar, round);
  if (address)
    return (
      <img
        className="portrait"
        src={address}
        alt={hidden ? "" : alt}
        data-hidden={hidden}
        draggable={false}
        onLoad={(event) => loaded?.(event.currentTarget)}
      />
    );
  return (
    <svg className="portrait nobody" viewBox="0 0 200 200" role="img" aria-label={hidden ? "" : alt} data-hidden={hidden}>
      <path className="mark-one" d="M88 45a56 56 0 0 0 0 110Z" />
      <path className="mark-other" d="M112 45a56 56 0 0 1 0 110Z" />
    </svg>
  );
}

/** Milliseconds that a picture is kept for an image that is just beginning to load it. */
const LINGER = 5000;

/** The address of an avatar's picture within this page; null while there is none. */
export function usePicture(avatar: string | null, round: unknown): string | null {
  const [address, setAddress] = useState<string | null>(null);
  useEffect(() => {
    let mine: string | null = null;
    const gone = new AbortController();
    picture(avatar, gone.signal)
      .then((blob) => {
        if (gone.signal.aborted) return;
        mine = URL.createObjectURL(blob);
        setAddress(mine);
      })
      .catch(() => setAddress(null));
    return () => {
      gone.abort();
      if (mine) setTimeout(URL.revokeObjectURL, LINGER, mine);
    };
  }, [avatar, round]);
  return address;
}
