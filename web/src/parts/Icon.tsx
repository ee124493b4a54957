/** The page's pictograms: strokes on a grid of 24. They are decoration; what they mean is said beside them. */

import type { ReactNode } from "react";

const PATHS = {
  mic: "M12 3a3 3 0 0 0-3 3v5a3 3 0 0 0 6 0V6a3 3 0 0 0-3-3ZM5.5 11a6.5 6.5 0 0 0 13 0M12 17.5V21",
  micOff: "M15 10.5V6a3 3 0 0 0-5.7-1.3M9 9v2a3 3 0 0 0 4.6 2.5M5.5 11a6.5 6.5 0 0 0 10.3 5.3M18.5 11c0 1-.2 2-.7 2.9M12 17.5V21M4 4l16 16",
  send: "M12 19V5M6 11l6-6 6 6",
  stop: "M8 8h8v8H8Z",
  history: "M4 5.5h16M4 12h16M4 18.5h9",
  face: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8ZM4.5 20.5a7.5 7.5 0 0 1 15 0",
  hands: "M4 12h2l2-5 3 11 3-14 2.5 11L18 12h2",
  close: "M6 6l12 12M18 6 6 18",
  menu: "M4 7h16M4 12h16M4 17h16",
  sun: "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8ZM12 2.5v2M12 19.5v2M2.5 12h2M19.5 12h2M5.3 5.3l1.4 1.4M17.3 17.3l1.4 1.4M18.7 5.3l-1.4 1.4M6.7 17.3l-1.4 1.4",
  moon: "M20 14.2A8.2 8.2 0 0 1 9.8 4a8.2 8.2 0 1 0 10.2 10.2Z",
  auto: "M12 3.5a8.5 8.5 0 1 0 0 17ZM12 3.5a8.5 8.5 0 0 1 0 17",
  globe: "M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17ZM3.5 12h17M12 3.5c2.4 2.3 3.6 5.1 3.6 8.5s-1.2 6.2-3.6 8.5c-2.4-2.3-3.6-5.1-3.6-8.5S9.6 5.8 12 3.5Z",
  keyboard: "M4 6.5h16a1 1 0 0 1 1 1v9a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1v-9a1 1 0 0 1 1-1ZM6.5 10h.01M10.2 10h.01M13.8 10h.01M17.5 10h.01M8 14h8",
  quote: "M5 17.5V12a4.5 4.5 0 0 1 4.5-4.5M5 12.5h4.5v5H5ZM14 17.5V12a4.5 4.5 0 0 1 4.5-4.5M14 12.5h4.5v5H14Z",
  camera: "M4 8h3l1.5-2.5h7L17 8h3a1 1 0 0 1 1 1v9a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1V9a1 1 0 0 1 1-1ZM12 10a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7Z",
  upload: "M12 15.5V4.5M7.5 9 12 4.5 16.5 9M4.5 15v3.5a1 1 0 0 0 1 1h13a1 1 0 0 0 1-1V15",
  download: "M12 4.5v11M7.5 11l4.5 4.5 4.5-4.5M4.5 19.5h15",
  trash: "M5 7h14M10 7V4.5h4V7M7 7l.8 12.5h8.4L17 7M10.3 10.5v5.5M13.7 10.5v5.5",
  check: "M5 12.5 10 17.5 19.5 7",
  warning: "M12 4 2.8 19.5h18.4ZM12 10v4.5M12 17.2v.01",
  info: "M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17ZM12 11v5M12 8v.01",
  plus: "M12 5v14M5 12h14",
  copy: "M9 9h10v10H9ZM5 15V5h10",
  play: "M8 5.5v13l10.5-6.5Z",
  key: "M14.5 4.5a5 5 0 1 1-4 8L4 19v1.5h3.5V18H10v-2.5l1.8-1.8M16 8v.01",
  server: "M4.5 5h15v5.5h-15ZM4.5 13.5h15V19h-15ZM8 7.8v.01M8 16.3v.01M12 7.8h4.5M12 16.3h4.5",
  chat: "M4.5 5.5h15v11h-8l-4 3.5v-3.5h-3Z",
  back: "M9 6.5h11v11H9l-5.5-5.5ZM12.5 10l4 4M16.5 10l-4 4",
  shift: "M12 4.5 4.5 12H8.5v7h7v-7h4Z",
  enter: "M19 6v6.5H5.5M9.5 8.5l-4 4 4 4",
} as const;

export type Sign = keyof typeof PATHS;

export function Icon({ sign, size = 22 }: { sign: Sign; size?: number }): ReactNode {
  return (
    <svg className="icon" width={size} height={size} viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={PATHS[sign]} />
    </svg>
  );
}

export function Mark(): ReactNode {
  return (
    <svg className="mark" width="26" height="26" viewBox="0 0 26 26" aria-hidden="true" focusable="false">
      <path className="mark-one" d="M11 3.2a9.9 9.9 0 0 0 0 19.6Z" />
      <path className="mark-other" d="M15 3.2a9.9 9.9 0 0 1 0 19.6Z" />
    </svg>
  );
}
