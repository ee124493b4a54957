/** Which of the three pages is shown; the browser's own history remembers. */

import { useSyncExternalStore, type MouseEvent } from "react";

export type Page = "/" | "/avatar-registration" | "/server";

const CHANGED = "visavis:page";

export function usePage(): Page {
  return useSyncExternalStore(follow, current);
}

export function go(page: Page): void {
  if (page === current()) return;
  history.pushState(null, "", page);
  dispatchEvent(new Event(CHANGED));
  scrollTo(0, 0);
}

/** For links: a plain click stays on the page, all others are the browser's. */
export function follows(page: Page): (event: MouseEvent) => void {
  return (event) => {
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    go(page);
  };
}

function current(): Page {
  const path = location.pathname.replace(/\/$/, "");
  return path === "/avatar-registration" || path === "/server" ? path : "/";
}

function follow(told: () => void): () => void {
  addEventListener("popstate", told);
  addEventListener(CHANGED, told);
  return () => {
    removeEventListener("popstate", told);
    removeEventListener(CHANGED, told);
  };
}
