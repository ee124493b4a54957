/** The letters of a Persian keyboard, row by row from the left, where they are on the desk, too (ISIRI 9147). */

/** Zero-width non-joiner: parts of a word stand apart and are still one word. */
export const ZWNJ = "\u200c";

const rows = (...lines: string[]) => lines.map((line) => line.split(" "));

export const LAYERS = {
  usual: rows("۱ ۲ ۳ ۴ ۵ ۶ ۷ ۸ ۹ ۰", "ض ص ث ق ف غ ع ه خ ح ج چ", "ش س ی ب ل ا ت ن م ک گ", "ظ ط ز ر ذ د پ و . ؟"),
  more: rows("! ٬ ٫ ٪ × ، * ) ( ـ", "ْ ٌ ٍ ً ُ ِ َ ّ » « { }", "ؤ ئ ي إ أ آ ة : ؛ ] [", "ك ژ ٓ ٰ ٔ ء < > ، /"),
} as const satisfies Record<string, string[][]>;
