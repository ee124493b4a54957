// What can be found wrong with a page for those who do not see it as most do. Each gives a list of findings.
(() => {
  const shown = (element) =>
    element.checkVisibility({ opacityProperty: true, visibilityProperty: true }) && element.getClientRects().length > 0;
  const all = (selector, root = document) => [...root.querySelectorAll(selector)].filter(shown);
  const CONTROLS = "button, a[href], input, select, textarea, [tabindex='0'], summary, audio[controls], video[controls]";
  const called = (element) => {
    const { tagName, className, textContent } = element;
    return `${tagName.toLowerCase()}.${String(className.baseVal ?? className).replaceAll(" ", ".")} "${nameOf(element) || textContent.trim().slice(0, 40)}"`;
  };
  /** With a dialog open, nothing else is there for anybody. */
  const root = () => document.querySelector("dialog[open]") ?? document;

  const referred = (element, attribute) =>
    (element.getAttribute(attribute) ?? "")
      .split(/\s+/)
      .map((id) => document.getElementById(id)?.textContent ?? "")
      .join(" ");
  function nameOf(element) {
    const labels = [...(element.labels ?? [])].map((label) => label.textContent).join(" ");
    const pictures = [...element.querySelectorAll("img[alt]")].map((one) => one.alt).join(" ");
    const given = [element.getAttribute("aria-label"), referred(element, "aria-labelledby"), labels, element.title, pictures];
    const own = element.matches("input, select, textarea") ? "" : element.textContent;
    return (given.find((one) => one?.trim()) ?? own ?? "").trim();
  }

  function nameless() {
    return all(CONTROLS, root())
      .filter((element) => !nameOf(element))
      .map(called);
  }

  /** The area that takes a click: a label's counts for its input. */
  function small(least) {
    return all(CONTROLS, root())
      .filter((element) => !element.matches(".skip, [tabindex]:not(button):not(a)"))
      .map((element) => [element, ((element.matches("input") && element.closest("label")) || element).getBoundingClientRect()])
      .filter(([, { width, height }]) => width < least - 0.5 || height < least - 0.5)
      .map(([element, { width, height }]) => `${called(element)} ${Math.round(width)} x ${Math.round(height)}`);
  }

  function wide() {
    const { clientWidth } = document.documentElement;
    const out = all("body *").filter((element) => {
      const { left, right } = element.getBoundingClientRect();
      return (left < -1 || right > clientWidth + 1) && !element.closest(".skip, .hidden, .glow, canvas") && !within(element);
    });
    const scrolls = document.documentElement.scrollWidth > clientWidth ? [`the page is ${document.documentElement.scrollWidth} wide`] : [];
    return [...scrolls, ...out.map(called)];
  }
  /** Whether something around it cuts off or scrolls what is too wide. */
  function within(element) {
    for (let one = element.parentElement; one && one !== document.body; one = one.parentElement)
      if (getComputedStyle(one).overflowX !== "visible") return true;
    return false;
  }

  /** Controls that lie outside of what can be seen, or under something else. */
  function covered() {
    return all(CONTROLS, root())
      .filter((element) => !element.matches(".skip") && !element.closest(".hidden"))
      .filter((element) => {
        element.scrollIntoView({ block: "nearest", inline: "nearest" });
        const { left, top, width, height } = element.getBoundingClientRect();
        const hit = document.elementFromPoint(left + width / 2, top + height / 2);
        return !hit || !(element.contains(hit) || hit.contains(element) || hit.closest("label")?.contains(element));
      })
      .map(called);
  }

  const pen = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  /** Any CSS colour as [r, g, b, a], 0..255 and 0..1. */
  function rgba(colour) {
    pen.clearRect(0, 0, 1, 1);
    pen.fillStyle = colour;
    pen.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = pen.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
  }
  const over = ([r, g, b, a], [R, G, B]) => [r * a + R * (1 - a), g * a + G * (1 - a), b * a + B * (1 - a), 1];
  /** WCAG 2.2, relative luminance and contrast ratio. */
  function luminance([r, g, b]) {
    const [R, G, B] = [r, g, b].map((one) => (one / 255 <= 0.04045 ? one / 255 / 12.92 : ((one / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * R + 0.7152 * G + 0.0722 * B;
  }
  function ratio(one, other) {
    const [high, low] = [luminance(one), luminance(other)].sort((a, b) => b - a);
    return (high + 0.05) / (low + 0.05);
  }
  /** All colours that may lie under an element; over a picture that is black and white. */
  function grounds(element) {
    const layers = [];
    for (let one = element; one; one = one.parentElement) {
      const { backgroundColor, backgroundImage } = getComputedStyle(one);
      const stops = backgroundImage.match(/(?:rgba?|color|oklch|oklab|hsla?)\([^()]*\)/g) ?? [];
      if (stops.length) layers.push(stops.map(rgba));
      const colour = rgba(backgroundColor);
      if (colour[3] > 0) layers.push([colour]);
      if (colour[3] === 1) break;
      if (one.matches(".frame, .picture")) {
        layers.push([[0, 0, 0, 1], [255, 255, 255, 1]]);
        break;
      }
    }
    const last = layers.at(-1)?.every((one) => one[3] === 1) ? layers.pop() : [rgba("Canvas")];
    return layers.reduceRight((under, layer) => layer.flatMap((one) => (one[3] ? under.map((other) => over(one, other)) : under)), last);
  }
  function opacity(element) {
    let whole = 1;
    for (let one = element; one; one = one.parentElement) whole *= Number(getComputedStyle(one).opacity);
    return whole;
  }
  function faint(least) {
    const found = new Map();
    const walker = document.createTreeWalker(root() === document ? document.body : root(), NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const element = walker.currentNode.parentElement;
      if (!walker.currentNode.data.trim() || !shown(element) || element.closest(":disabled, .hidden, .skip, option, noscript")) continue;
      const style = getComputedStyle(element);
      const large = parseFloat(style.fontSize) >= 24 || (parseFloat(style.fontSize) >= 18.66 && Number(style.fontWeight) >= 700);
      const ink = rgba(element.closest("svg") ? style.fill : style.color);
      ink[3] *= opacity(element);
      const worst = Math.min(...grounds(element).map((ground) => ratio(over(ink, ground), ground)));
      if (worst < (large ? 3 : least)) found.set(called(element), worst.toFixed(2));
    }
    return [...found].map(([what, worst]) => `${what} ${worst}`);
  }

  function headings() {
    const levels = all("h1, h2, h3, h4").map((one) => Number(one.tagName[1]));
    const jumps = levels.filter((level, i) => level > (levels[i - 1] ?? 0) + 1);
    return [...(levels.filter((level) => level === 1).length === 1 ? [] : ["not one h1"]), ...jumps.map((one) => `h${one} is too deep`)];
  }

  function landmarks() {
    const twice = [...document.querySelectorAll("[id]")].filter((one, i, ids) => ids.findIndex((other) => other.id === one.id) !== i);
    return [
      ...(all("main").length === 1 ? [] : ["not one main"]),
      ...(all("header").length ? [] : ["no header"]),
      ...twice.map((one) => `the id ${one.id} twice`),
      ...all("img:not([alt])").map(called),
    ];
  }

  /** What still moves for those who have asked for less of it. */
  function moving() {
    return document
      .getAnimations()
      .filter((one) => one.playState === "running" && one.effect.getComputedTiming().duration > 1)
      .map((one) => called(one.effect.target));
  }

  /** What has the focus, and whether one can see it: by an outline, or by what changes around a field. */
  async function focused() {
    const element = document.activeElement;
    if (!element || element === document.body) return null;
    const marks = [element, element.closest("label"), ...element.children].filter(Boolean);
    const outlined = marks.some((one) => {
      const { outlineStyle, outlineWidth } = getComputedStyle(one);
      return outlineStyle !== "none" && parseFloat(outlineWidth) >= 2;
    });
    return { what: called(element), seen: outlined || (await framed(element)), group: element.matches("[type=radio]") ? element.name : "" };
  }
  async function framed(element) {
    const field = element.closest(".field");
    if (!field) return false;
    const look = async () => {
      await Promise.all(field.getAnimations().map((one) => one.finished));
      return [getComputedStyle(field).borderColor, getComputedStyle(field).boxShadow].join();
    };
    const on = await look();
    element.blur();
    const off = await look();
    element.focus();
    return on !== off;
  }

  /** Everything that the Tab key has to reach, one of each group of radio buttons. */
  function reachable() {
    const groups = new Set();
    return all(CONTROLS, root())
      .filter((element) => !element.disabled && element.tabIndex >= 0)
      .filter((element) => !element.matches("[type=radio]") || (!groups.has(element.name) && groups.add(element.name)))
      .map((element) => (element.matches("[type=radio]") ? `radio ${element.name}` : called(element)));
  }

  Object.defineProperty(window, "checks", {
    value: { nameless, small, wide, covered, faint, headings, landmarks, moving, focused, reachable },
  });
})();
