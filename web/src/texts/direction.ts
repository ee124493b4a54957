/**
 * Which way a text runs, by the most of its words. Browsers go by the first letter, and a Persian sentence that
 * begins with a Latin name would run the wrong way.
 */
export function directionOf(text: string): "rtl" | "auto" {
  const words = text.split(/\s+/u);
  const count = (script: RegExp) => words.filter((word) => script.test(word)).length;
  const persian = count(/\p{Script=Arabic}/u);
  return persian > 0 && persian >= count(/\p{Script=Latin}/u) ? "rtl" : "auto";
}
