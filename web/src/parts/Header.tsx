/** What is at the top of each page: its name, the ways to the others, language and appearance. */

import { useEffect, useId, useState, type ReactNode } from "react";
import type { Language } from "../link/messages";
import { follows, usePage, type Page } from "../route";
import { LANGUAGES, useTexts } from "../texts/use";
import { Dialog } from "./Dialog";
import { Icon, Mark, type Sign } from "./Icon";
import { look, setLook, type Look } from "./look";

const PAGES: readonly { page: Page; sign: Sign; name: "talk" | "faces" | "server" }[] = [
  { page: "/", sign: "chat", name: "talk" },
  { page: "/avatar-registration", sign: "face", name: "faces" },
  { page: "/server", sign: "server", name: "server" },
];

export function Header({ children }: { children?: ReactNode }): ReactNode {
  const { texts } = useTexts();
  const [open, setOpen] = useState(false);
  return (
    <header className="header">
      <a className="brand" href="/" onClick={follows("/")}>
        <Mark />
        <span>visavis</span>
      </a>
      <nav className="nav wide" aria-label={texts.nav.label}>
        <Links />
      </nav>
      <div className="header-end">
        {children}
        <span className="wide">
          <LanguageSwitch />
        </span>
        <span className="wide">
          <LookSwitch />
        </span>
        <button
          type="button"
          className="round quiet narrow"
          onClick={() => setOpen(true)}
          aria-label={texts.nav.menu}
          aria-haspopup="dialog"
        >
          <Icon sign="menu" />
        </button>
      </div>
      {open && (
        <Dialog title={texts.nav.menu} className="sheet" closed={() => setOpen(false)}>
          <nav className="nav-list" aria-label={texts.nav.label} onClick={() => setOpen(false)}>
            <Links />
          </nav>
          <div className="menu-rows">
            <LanguageSwitch />
            <LookSwitch />
          </div>
        </Dialog>
      )}
    </header>
  );
}

function Links(): ReactNode {
  const { texts } = useTexts();
  const here = usePage();
  return PAGES.map(({ page, sign, name }) => (
    <a key={page} href={page} onClick={follows(page)} aria-current={page === here ? "page" : undefined}>
      <Icon sign={sign} size={18} />
      {texts.nav[name]}
    </a>
  ));
}

function LanguageSwitch(): ReactNode {
  const { texts, language, speak } = useTexts();
  return (
    <label className="select">
      <Icon sign="globe" size={18} />
      <span className="hidden">{texts.nav.language}</span>
      <select value={language} onChange={(event) => speak(event.target.value as Language)}>
        {Object.entries(LANGUAGES).map(([code, name]) => (
          <option key={code} value={code} lang={code}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}

const LOOKS: readonly { look: Look; sign: Sign }[] = [
  { look: "auto", sign: "auto" },
  { look: "light", sign: "sun" },
  { look: "dark", sign: "moon" },
];

function LookSwitch(): ReactNode {
  const { texts } = useTexts();
  const [chosen, choose] = useState<Look>(look);
  const group = useId();
  useEffect(() => setLook(chosen), [chosen]);
  return (
    <div className="segments small" role="radiogroup" aria-label={texts.nav.theme.label}>
      {LOOKS.map((one) => (
        <label key={one.look} title={texts.nav.theme[one.look]}>
          <input type="radio" name={group} checked={chosen === one.look} onChange={() => choose(one.look)} />
          <Icon sign={one.sign} size={17} />
          <span className="hidden">{texts.nav.theme[one.look]}</span>
        </label>
      ))}
    </div>
  );
}
