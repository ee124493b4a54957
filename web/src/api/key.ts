/** The key that the user gave, for as long as the tab is open. */

const NAME = "visavis.key";

export function key(): string | null {
  return sessionStorage.getItem(NAME);
}

export function keep(value: string): void {
  sessionStorage.setItem(NAME, value.trim());
}
