/** A dialog of the browser's own: it keeps the focus, and Esc closes it. */

import { useEffect, useId, useRef, type ReactNode } from "react";
import { useTexts } from "../texts/use";
import { Icon } from "./Icon";

interface Props {
  title: string;
  className?: string;
  closed(): void;
  children: ReactNode;
}

export function Dialog({ title, className = "", closed, children }: Props): ReactNode {
  const ref = useRef<HTMLDialogElement>(null);
  const heading = useId();
  const { texts } = useTexts();
  useEffect(() => {
    const dialog = ref.current;
    if (dialog && !dialog.open) dialog.showModal();
    return () => dialog?.close();
  }, []);
  return (
    <dialog
      ref={ref}
      className={`dialog ${className}`}
      aria-labelledby={heading}
      onCancel={(event) => {
        event.preventDefault();
        closed();
      }}
      onClick={(event) => {
        if (event.target === ref.current) closed();
      }}
    >
      <div className="dialog-inside">
        <div className="dialog-head">
          <h2 id={heading}>{title}</h2>
          <button type="button" className="round quiet" onClick={closed} aria-label={texts.close}>
            <Icon sign="close" />
          </button>
        </div>
        {children}
      </div>
    </dialog>
  );
}

interface SureProps {
  title: string;
  why: string;
  yes: string;
  agreed(): void;
  closed(): void;
}

/** Asks before something is done that cannot be undone. */
export function Sure({ title, why, yes, agreed, closed }: SureProps): ReactNode {
  const { texts } = useTexts();
  return (
    <Dialog title={title} className="sure" closed={closed}>
      <p>{why}</p>
      <div className="actions">
        <button type="button" className="button" onClick={closed}>
          {texts.cancel}
        </button>
        <button type="button" className="button danger" onClick={agreed}>
          {yes}
        </button>
      </div>
    </Dialog>
  );
}
