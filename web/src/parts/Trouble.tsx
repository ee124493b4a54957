/** What went wrong, in the visitor's language; what only the server can word stands below it, in its own. */

import type { ReactNode } from "react";
import type { Complaint } from "../link/course";
import { useTexts } from "../texts/use";

/** Codes that stand for many things: the sentence says which, and what to do. */
const TELLING: readonly string[] = [
  "codec", "damaged", "input", "no_face", "portrait", "recording", "sound", "too_long", "unusable", "virus",
];

export function Trouble({ complaint }: { complaint: Complaint }): ReactNode {
  const { texts } = useTexts();
  const { code, detail } = complaint;
  const known = Object.hasOwn(texts.errors, code) ? texts.errors[code] : undefined;
  return (
    <div className="trouble">
      <p>{known ?? texts.errors["other"]}</p>
      {detail && (known === undefined || TELLING.includes(code)) && (
        <p className="small-print" lang="en" dir="auto">
          {detail}
        </p>
      )}
    </div>
  );
}
