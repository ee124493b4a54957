/** What the server is asked for when something is shown. */

import { useCallback, useEffect, useState } from "react";
import { lockOf, type Lock } from "../api/call";

export interface Loaded<T> {
  /** null while it is not there. */
  value: T | null;
  failed: boolean;
  /** Whether, and after what, a key is needed for it. */
  lock: Lock | null;
  again(): void;
}

export function useLoaded<T>(load: (signal: AbortSignal) => Promise<T>): Loaded<T> {
  const [value, setValue] = useState<T | null>(null);
  const [failed, setFailed] = useState<Lock | "failed" | null>(null);
  const [round, setRound] = useState(0);
  useEffect(() => {
    const gone = new AbortController();
    load(gone.signal)
      .then((found) => {
        if (gone.signal.aborted) return;
        setValue(found);
        setFailed(null);
      })
      .catch((error: unknown) => {
        if (!gone.signal.aborted) setFailed(lockOf(error) ?? "failed");
      });
    return () => gone.abort();
  }, [load, round]);
  const again = useCallback(() => setRound((now) => now + 1), []);
  return { value, failed: failed !== null, lock: failed === "failed" ? null : failed, again };
}
