/** Edits in a field of text where its caret is, as keys on the screen need them. */

export function insert(area: HTMLTextAreaElement, letters: string): void {
  area.setRangeText(letters, area.selectionStart, area.selectionEnd, "end");
}

/** What a Delete key to the left does: the selection, or the character before the caret as the user sees it. */
export function rubOut(area: HTMLTextAreaElement): void {
  const { selectionStart: start, selectionEnd: end, value } = area;
  const from = start === end ? start - lastLength(value.slice(0, start)) : start;
  area.setRangeText("", Math.max(0, from), end, "end");
}

/** Code units of the last thing that looks like one character. */
export function lastLength(text: string): number {
  const parts = [...new Intl.Segmenter("fa", { granularity: "grapheme" }).segment(text.slice(-32))];
  return parts.at(-1)?.segment.length ?? 0;
}
