/** Light, dark, or as the system has it. */

export type Look = "auto" | "light" | "dark";

const NAME = "visavis.look";

export function look(): Look {
  const kept = localStorage.getItem(NAME);
  return kept === "light" || kept === "dark" ? kept : "auto";
}

export function setLook(chosen: Look): void {
  localStorage.setItem(NAME, chosen);
  document.documentElement.dataset["theme"] = chosen;
}
