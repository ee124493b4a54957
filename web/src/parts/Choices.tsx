/** Who is seen and heard, and in which language: takes effect at once, and is remembered. */

import { useId, type ReactNode } from "react";
import { faces, speakers, type Speaker } from "../api/faces";
import type { Choice, Language } from "../link/messages";
import { follows } from "../route";
import { useTalk } from "../talk/use";
import { LANGUAGES, useTexts } from "../texts/use";
import { Dialog } from "./Dialog";
import { Icon } from "./Icon";
import { Portrait } from "./Portrait";
import { useLoaded } from "./loaded";

const ALL: readonly Language[] = ["en", "zh", "es", "fa"];

export function Choices({ closed }: { closed(): void }): ReactNode {
  const { texts } = useTexts();
  return (
    <Dialog title={texts.choices.title} className="choices" closed={closed}>
      <Faces />
      <Tongue />
      <Voices />
      <a className="button" href="/avatar-registration" onClick={follows("/avatar-registration")}>
        <Icon sign="plus" size={18} />
        {texts.choices.add}
      </a>
    </Dialog>
  );
}

function Faces(): ReactNode {
  const { talk, view } = useTalk();
  const { texts } = useTexts();
  const { value, failed } = useLoaded(faces);
  const group = useId();
  const usable = (value ?? []).filter((face) => face.state === "ready");
  const all = [{ id: null, name: texts.choices.usual }, ...usable.map((face) => ({ id: face.avatar_id, name: face.avatar_name }))];
  return (
    <fieldset className="faces">
      <legend>{texts.choices.face}</legend>
      {all.map(({ id, name }) => (
        <label key={id ?? ""} className="face">
          <input
            type="radio"
            name={group}
            checked={view.choice.avatar_id === id}
            onChange={() => talk.choose({ avatar_id: id })}
          />
          <span className="face-picture">
            <Portrait avatar={id} alt="" />
          </span>
          <bdi>{name}</bdi>
        </label>
      ))}
      {failed && <p className="small-print">{texts.choices.none}</p>}
    </fieldset>
  );
}

function Tongue(): ReactNode {
  const { talk, view } = useTalk();
  const { texts } = useTexts();
  const group = useId();
  return (
    <fieldset>
      <legend>{texts.choices.language}</legend>
      <div className="segments">
        {[null, ...ALL].map((language) => (
          <label key={language ?? "auto"}>
            <input
              type="radio"
              name={group}
              checked={view.choice.language === language}
              onChange={() => talk.choose({ language, ...fitting(view.choice, language) })}
            />
            <span lang={language ?? undefined}>{language ? LANGUAGES[language] : texts.languages.auto}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

/** A voice of another language is let go. */
function fitting(choice: Choice, language: Language | null): Partial<Choice> {
  return language && choice.language !== language ? { voice: null } : {};
}

function Voices(): ReactNode {
  const { talk, view } = useTalk();
  const { texts } = useTexts();
  const { value } = useLoaded(speakers);
  const { language } = view.choice;
  const fits = (value ?? []).filter((one) => !language || !one.language || one.language === language);
  const groups: [string, Speaker[]][] = [
    [texts.choices.yours, fits.filter((one) => one.voice_id)],
    ...ALL.map((code): [string, Speaker[]] => [
      LANGUAGES[code],
      fits.filter((one) => !one.voice_id && one.language === code),
    ]),
  ];
  return (
    <label className="labelled">
      <span>{texts.choices.voice}</span>
      <span className="select framed">
        <select value={view.choice.voice ?? ""} onChange={(event) => talk.choose({ voice: event.target.value || null })}>
          <option value="">{texts.choices.any}</option>
          {!value && view.choice.voice && <option value={view.choice.voice}>…</option>}
          {groups.map(
            ([name, all]) =>
              all.length > 0 && (
                <optgroup key={name} label={name}>
                  {all.map((one) => (
                    <option key={one.voice_id ?? one.name} value={one.voice_id ?? one.name}>
                      {named(one, texts.choices)}
                    </option>
                  ))}
                </optgroup>
              ),
          )}
        </select>
      </span>
    </label>
  );
}

function named(one: Speaker, words: { female: string; male: string }): string {
  if (one.voice_id) return one.name;
  const name = one.name.charAt(0).toUpperCase() + one.name.slice(1);
  return one.gender === "female" || one.gender === "male" ? `${name} (${words[one.gender]})` : name;
}
