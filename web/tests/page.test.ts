import { describe, expect, test } from "vitest";
import { drawn, EMPTY, line, type Figures } from "../src/api/figures";
import { lastLength } from "../src/parts/editing";
import { LAYERS, ZWNJ } from "../src/parts/persian";
import { directionOf } from "../src/texts/direction";
import { en } from "../src/texts/en";
import { es } from "../src/texts/es";
import { fa } from "../src/texts/fa";
import { zh } from "../src/texts/zh";

test("a text runs the way of most of its words", () => {
  expect(directionOf("visavis به یک عکس صدا می‌دهد.")).toBe("rtl");
  expect(directionOf("سلام")).toBe("rtl");
  expect(directionOf("In Persian that is سلام.")).toBe("auto");
  expect(directionOf("")).toBe("auto");
});

describe("the Persian keyboard", () => {
  test("has every letter of the alphabet, and the digits", () => {
    const letters = new Set(Object.values(LAYERS).flat(2));
    for (const letter of "ابپتثجچحخدذرزژسشصضطظعغفقکگلمنوهی۰۱۲۳۴۵۶۷۸۹") expect(letters).toContain(letter);
  });

  test("has no letter twice in a row, and none of Arabic's where Persian has its own", () => {
    for (const row of Object.values(LAYERS).flat()) expect(new Set(row).size).toBe(row.length);
    expect(LAYERS.usual.flat()).not.toContain("ي");
    expect(LAYERS.usual.flat()).not.toContain("ك");
  });

  test("deletes what looks like one character", () => {
    expect(lastLength("سلام")).toBe(1);
    expect(lastLength("مُ")).toBe(2);
    expect(lastLength("👩‍🚀")).toBe(5);
    expect(lastLength("")).toBe(0);
    expect(ZWNJ).toHaveLength(1);
  });
});

describe("the texts", () => {
  test.each([
    ["zh", zh],
    ["es", es],
    ["fa", fa],
  ])("%s say all, and nothing is empty", (_, texts) => {
    expect(keys(texts)).toEqual(keys(en));
  });
});

describe("the figures", () => {
  const reading = (uptime: number, seconds: number): Figures =>
    ({
      uptime,
      processors: { count: 2, seconds },
      pictures: { moments: uptime * 50 },
      places: { talking: 1 },
      stages: {},
      memory: 5,
    }) as unknown as Figures;

  test("of two readings tell how busy it was between them", () => {
    const first = drawn(EMPTY, null, reading(10, 1));
    expect(first.processor).toEqual([]);
    const second = drawn(first, reading(10, 1), reading(12, 3));
    expect(second).toMatchObject({ processor: [0.5], pictures: [50], memory: [5, 5], talking: [1, 1] });
  });

  test("become a line from left to right that stays in its box", () => {
    const points = line([0, 5, 20], 10).split(" ");
    expect(points).toHaveLength(3);
    expect(points.at(-1)).toBe("100.00,1.00");
    expect(points[0]).toBe("0.00,29.00");
  });
});

function keys(of: object, before = ""): string[] {
  return Object.entries(of).flatMap(([name, value]: [string, unknown]) => {
    expect(value, before + name).not.toBe("");
    return typeof value === "object" && value !== null ? keys(value, `${before}${name}.`) : [before + name];
  });
}
