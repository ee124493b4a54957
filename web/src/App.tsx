/** Which page is shown; those that are not talked on are loaded when they are wanted. */

import { lazy, Suspense, type ReactNode } from "react";
import { TalkPage } from "./pages/TalkPage";
import { Mishap } from "./parts/Mishap";
import { usePage } from "./route";
import { Speaks, useTexts } from "./texts/use";

const FacesPage = lazy(() => import("./pages/FacesPage"));
const ServerPage = lazy(() => import("./pages/ServerPage"));

export function App(): ReactNode {
  return (
    <Speaks>
      <Skip />
      <Mishap>
        <Suspense fallback={null}>
          <Shown />
        </Suspense>
      </Mishap>
    </Speaks>
  );
}

function Shown(): ReactNode {
  switch (usePage()) {
    case "/":
      return <TalkPage />;
    case "/avatar-registration":
      return <FacesPage />;
    case "/server":
      return <ServerPage />;
  }
}

function Skip(): ReactNode {
  const { texts } = useTexts();
  return (
    <a className="skip" href="#main" onClick={() => document.getElementById("main")?.focus()}>
      {texts.skip}
    </a>
  );
}
