/** What the server is asked for when something is shown. */

import { useCallback, useEffect, useState } from "react";

export interface Loaded<T> {
  /** null while it is not there. */
  value: T | null;
  failed: boolean;
  again(): void;
}

export function useLoaded<T>(load: (signal: AbortSignal) => Promise<T>): Loaded<T> {
  const [value, setValue] = useState<T | null>(null);
  const [failed, setFailed] = useState(false);
  const [round, setRound] = useState(0);
  useEffect(() => {
    const gone = new AbortController();
    load(gone.signal)
      .then((found) => {
        if (gone.signal.aborted) return;
        setValue(found);
        setFailed(false);
      })
      .catch(() => {
        if (!gone.signal.aborted) setFailed(true);
      });
    return () => gone.abort();
  }, [load, round]);
  const again = useCallback(() => setRound((now) => now + 1), []);
  return { value, failed, again };
}
