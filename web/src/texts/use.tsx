/** Which language the page speaks: the browser's, or the one that was chosen; and its numbers. */

import { createContext, useContext, useEffect, useMemo, useState, type ReactNode } from "react";
import type { Language } from "../link/messages";
import { en, type Texts } from "./en";
import { es } from "./es";
import { fa } from "./fa";
import { zh } from "./zh";

const ALL: Record<Language, Texts> = { en, zh, es, fa };
const NAME = "visavis.page-language";

/** Each in its own words. */
export const LANGUAGES: Record<Language, string> = { en: "English", zh: "中文", es: "Español", fa: "فارسی" };

interface Speaking {
  language: Language;
  texts: Texts;
  speak(language: Language): void;
  /** A number as it is written in this language, with so many digits after the point. */
  number(value: number, digits?: number): string;
  percent(value: number): string;
  /** Seconds, with their unit; below one of them in milliseconds. */
  time(seconds: number, digits?: number): string;
  /** Bytes, in megabytes. */
  megabytes(bytes: number): string;
}

const Context = createContext<Speaking | null>(null);

export function Speaks({ children }: { children: ReactNode }): ReactNode {
  const [language, setLanguage] = useState<Language>(usual);
  useEffect(() => {
    document.documentElement.lang = language;
    document.documentElement.dir = language === "fa" ? "rtl" : "ltr";
  }, [language]);
  const speaking = useMemo(() => speakingOf(language, setLanguage), [language]);
  return <Context value={speaking}>{children}</Context>;
}

export function useTexts(): Speaking {
  const speaking = useContext(Context);
  if (!speaking) throw new Error("there is no <Speaks> around this");
  return speaking;
}

function speakingOf(language: Language, set: (language: Language) => void): Speaking {
  const { units } = ALL[language];
  const number = (value: number, digits = 0) =>
    new Intl.NumberFormat(language, { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(value);
  return {
    language,
    texts: ALL[language],
    speak(chosen) {
      localStorage.setItem(NAME, chosen);
      set(chosen);
    },
    number,
    percent: (value) => new Intl.NumberFormat(language, { style: "percent", maximumFractionDigits: 0 }).format(value),
    time: (seconds, digits = 2) =>
      seconds < 0.9995 ? units.milliseconds(number(seconds * 1000)) : units.seconds(number(seconds, digits)),
    megabytes: (bytes) => units.megabytes(number(bytes / 2 ** 20)),
  };
}

function usual(): Language {
  const wished = [localStorage.getItem(NAME), ...navigator.languages].map((one) => one?.slice(0, 2).toLowerCase());
  return wished.find((one): one is Language => one !== undefined && one in ALL) ?? "en";
}
