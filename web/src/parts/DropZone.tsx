/** Where a file is dropped or chosen; what cannot be taken is said before anything is sent. */

import { useRef, useState, type DragEvent, type ReactNode } from "react";
import { LARGEST, type Kind } from "../api/faces";
import { useTexts } from "../texts/use";
import { Icon } from "./Icon";

/** By the ends of their names, for browsers do not know all of these kinds. */
const TAKEN: Record<Kind, readonly string[]> = {
  avatar: ["jpg", "jpeg", "png", "gif", "webp", "mp4", "mov"],
  voice: ["wav", "mp3", "flac", "m4a", "ogg", "oga", "opus", "mp4", "mov", "webm", "mkv"],
};

interface Props {
  kind: Kind;
  chosen(file: File): void;
  children?: ReactNode;
}

export function DropZone({ kind, chosen, children }: Props): ReactNode {
  const { texts } = useTexts();
  const input = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  const [wrong, setWrong] = useState<string | null>(null);

  const take = (file: File | undefined) => {
    if (!file) return;
    const objection = objectionTo(file, kind);
    setWrong(objection && texts.faces[objection]);
    if (!objection) chosen(file);
  };
  const dropped = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    take(event.dataTransfer.files[0]);
  };
  return (
    <div
      className="drop"
      data-over={over}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={dropped}
    >
      <span className="drop-sign">
        <Icon sign={kind === "avatar" ? "face" : "mic"} size={30} />
      </span>
      <p className="drop-words">{kind === "avatar" ? texts.faces.drop : texts.faces.dropVoice}</p>
      <p className="small-print">{kind === "avatar" ? texts.faces.dropHint : texts.faces.dropVoiceHint}</p>
      <div className="drop-actions">
        <button type="button" className="button" onClick={() => input.current?.click()}>
          <Icon sign="upload" size={18} />
          {texts.faces.browse}
        </button>
        {children}
      </div>
      <input
        ref={input}
        type="file"
        hidden
        accept={TAKEN[kind].map((end) => `.${end}`).join(",")}
        onChange={(event) => {
          take(event.target.files?.[0]);
          event.target.value = "";
        }}
      />
      {wrong && (
        <p className="wrong" role="alert">
          {wrong}
        </p>
      )}
    </div>
  );
}

function objectionTo(file: File, kind: Kind): "wrongKind" | "tooLarge" | null {
  const end = file.name.split(".").at(-1)?.toLowerCase() ?? "";
  if (!TAKEN[kind].includes(end)) return "wrongKind";
  return file.size > LARGEST ? "tooLarge" : null;
}
