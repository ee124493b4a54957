/** Asks for the key that the server wants. */

import { useState, type ReactNode } from "react";
import { useTexts } from "../texts/use";
import { Icon } from "./Icon";

interface Props {
  /** Whether one was given that is not valid. */
  wrong: boolean;
  given(key: string): void;
}

export function KeyForm({ wrong, given }: Props): ReactNode {
  const { texts } = useTexts();
  const [key, setKey] = useState("");
  return (
    <form
      className="card"
      onSubmit={(event) => {
        event.preventDefault();
        if (key.trim()) given(key);
      }}
    >
      <Icon sign="key" size={28} />
      <h2>{texts.link.key}</h2>
      <p role={wrong ? "alert" : undefined}>{wrong ? texts.link.keyWrong : texts.link.keyWhy}</p>
      <label className="labelled">
        <span>{texts.link.keyLabel}</span>
        <input
          type="password"
          dir="ltr"
          autoComplete="off"
          autoFocus
          value={key}
          onChange={(event) => setKey(event.target.value)}
          aria-invalid={wrong}
        />
      </label>
      <button type="submit" className="button solid" disabled={!key.trim()}>
        {texts.link.keySend}
      </button>
    </form>
  );
}
