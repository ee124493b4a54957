"""A person at the page: what they do with mouse and keys, and what they see and hear.

Every wait is for a state of the page, and ends in a failure that says what was waited for.
"""

import os
import re
import signal
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

SENSES: Final = Path(__file__).with_name("senses.js")

# When nothing moves any more but what always does.
SETTLED: Final = """new Promise(done => {
    const moving = one => one.playState === "running" && one.effect.getComputedTiming().endTime < 2000;
    let still = 0;
    requestAnimationFrame(function look() {
        still = document.getAnimations().some(moving) ? 0 : still + 1;
        if (still > 3) done();
        else requestAnimationFrame(look);
    });
})"""

# Seconds for what the page does by itself, on a machine that has much else to do.
PATIENCE: Final = 20.0

# From where on it is heard: full scale is 1, and what is between replies is silence.
AUDIBLE: Final = 0.003

State = Literal["idle", "listening", "thinking", "speaking"]


@dataclass(frozen=True, slots=True)
class Words:
    """What the page calls things, in one of its languages."""

    talk: str
    type: str
    message: str
    send: str
    stop: str
    ready: str
    speaking: str
    you: str
    interrupted: str


WORDS: Final[Mapping[str, Words]] = {
    "en": Words(
        "Start talking", "Type instead", "Your message", "Send", "Stop", "Ready", "Speaking", "You",
        "Interrupted here",
    ),
    "zh": Words("开始对话", "改用打字", "您的消息", "发送", "停止", "就绪", "正在说", "您", "在此被打断"),
    "es": Words(
        "Empezar a hablar", "Prefiero escribir", "Tu mensaje", "Enviar", "Parar", "Listo", "Hablando", "Tú",
        "Interrumpido aquí",
    ),
    "fa": Words(
        "شروع گفت‌وگو", "می‌نویسم", "پیام شما", "فرستادن", "ایست", "آماده", "سخن می‌گوید", "شما", "اینجا قطع شد"
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the history."""

    who: Literal["user", "assistant"]
    text: str
    interrupted: bool


class Visitor:
    """One page of one browser."""

    def __init__(self, page: "Page", language: str = "en", patience: float = PATIENCE) -> None:
        self.page = page
        self.language = language
        self.words = WORDS[language]
        self.patience = patience

    # What one does.

    def open(self, address: str) -> None:
        self.page.goto(address)

    def begin(self, *, voice: bool = False, live: bool = True) -> None:
        """Start the conversation; voice: with the microphone. live: wait until it is on."""
        self.button(self.words.talk if voice else self.words.type).click()
        if live:
            self.lives()

    def types(self, text: str) -> None:
        """Type it, and send it with Enter."""
        field = self.page.get_by_label(self.words.message, exact=True)
        field.fill(text)
        field.press("Enter")

    def lets_say(self, text: str) -> None:
        """Have it said word for word."""
        aloud = self.button("Say my words")
        aloud.click()
        self.types(text)
        aloud.click()

    def dies(self, noticed: Callable[[], bool]) -> float:
        """Kill the process that the page lives in; how many seconds it takes until that is noticed."""
        browser = self.page.context.browser
        assert browser is not None
        told = browser.new_browser_cdp_session().send("SystemInfo.getProcessInfo")["processInfo"]
        for process in told:
            if process["type"] == "renderer":
                os.kill(process["id"], signal.SIGKILL)
        began = time.monotonic()
        while not noticed():
            assert time.monotonic() - began < self.patience, "nobody noticed"
            time.sleep(0.1)
        return time.monotonic() - began

    # What one sees.

    def button(self, name: str) -> "Locator":
        return self.page.get_by_role("button", name=name, exact=True)

    def sees(self, words: str, patience: float | None = None) -> None:
        """Wait until these words are on the page."""
        self.page.get_by_text(words).filter(visible=True).first.wait_for(
            timeout=1000 * (patience or self.patience)
        )

    def misses(self, words: str, patience: float | None = None) -> None:
        """Wait until these words are not on the page any more."""
        where = self.page.get_by_text(words).filter(visible=True)
        where.first.wait_for(state="hidden", timeout=1000 * (patience or self.patience))

    def lives(self, patience: float | None = None) -> None:
        """Wait until the conversation is on, and pictures come."""
        self.until("document.querySelector('.state')", "connection", patience)
        self.until("senses.video.videoWidth > 0 && senses.frames.length > 0", "pictures", patience)

    def is_in(self, state: State, patience: float | None = None) -> None:
        """Wait until the avatar is idle, listening, thinking or speaking."""
        self.page.locator(f'.state[data-state="{state}"]').wait_for(
            timeout=1000 * (patience or self.patience)
        )

    @property
    def state(self) -> str:
        return self.page.locator(".state").get_attribute("data-state") or ""

    @property
    def caption(self) -> str:
        words: str = self.page.locator(".caption").inner_text()
        return words.strip()

    @property
    def history(self) -> list[Line]:
        """What the history holds."""
        read = """lines => lines.map(line => [
            line.classList.contains("user") ? "user" : "assistant",
            line.querySelector("p").textContent,
            line.dataset.interrupted === "true"])"""
        return [Line(*line) for line in self.page.locator(".line").evaluate_all(read)]

    def answered(self, lines: int, patience: float = 40.0) -> str:
        """Wait until the history has so many lines and the avatar has ended the last; its text."""
        test = """document.querySelectorAll(".line").length >= given
            && document.querySelector(".line:last-child.assistant")
            && document.querySelector(".state")?.dataset.state === "idle" """
        self.until(test, f"{lines} lines, the last one of the avatar", patience, lines)
        return self.history[-1].text

    def until(self, test: str, what: str, patience: float | None = None, given: object = None) -> None:
        """Wait until an expression of the page, in which `given` may stand, is true.

        Not with Playwright's own waiting, which evaluates text in the page and which its policy forbids.
        """
        seconds = patience or self.patience
        waiting = f"""given => new Promise(done => {{
            const until = performance.now() + {1000 * seconds};
            const look = () => {{
                if ({test}) done(true);
                else if (performance.now() > until) done(false);
                else setTimeout(look, 20);
            }};
            look();
        }})"""
        if not self.page.evaluate(waiting, given):
            raise AssertionError(f"there was no {what} within {seconds:g} s; {self._looks()}")

    # What one hears.

    def listens(self) -> None:
        """Have all that is played measured from now on; after the first click."""
        self.page.evaluate("senses.listen()")

    def hears(self, patience: float | None = None, since: float = 0.0) -> float:
        """Wait for sound after a time; when it began, in milliseconds of the page's clock."""
        return self._aloud("levels", since, "sound", patience)

    def speaks(self, patience: float | None = None, since: float = 0.0) -> float:
        """Wait for the microphone to hear something after a time; when it began."""
        return self._aloud("voice", since, "sound in the microphone", patience)

    def silent_since(self, since: float, patience: float = 5.0, for_ms: float = 500.0) -> float:
        """Wait for silence of some length; when it began, or `since` if there was no sound after it."""
        last = f"senses.levels.findLast(one => one.level > {AUDIBLE})?.at ?? 0"
        self.until(f"performance.now() - Math.max({since}, {last}) > {for_ms}", "silence", patience)
        ended: float = self.page.evaluate(f"Math.max({since}, {last})")
        return ended

    def _aloud(self, where: str, since: float, what: str, patience: float | None) -> float:
        sound = f"senses.{where}.find(one => one.at > {since} && one.level > {AUDIBLE})"
        self.until(sound, what, patience)
        began: float = self.page.evaluate(f"{sound}.at")
        return began

    def now(self) -> float:
        """The page's clock, in milliseconds."""
        at: float = self.page.evaluate("performance.now()")
        return at

    def last(self, happening: str) -> float:
        """When it last happened, as `senses.log` has it: key Escape, pointer, waiting ..."""
        at: float = self.page.evaluate("what => senses.log.findLast(one => one[1] === what)[0]", happening)
        return at

    def senses(self, expression: str) -> Any:
        return self.page.evaluate(f"senses.{expression}")

    def waits(self, milliseconds: float) -> None:
        """Let time go by, where the point is that nothing happens in it."""
        self.page.wait_for_timeout(milliseconds)

    def settles(self) -> None:
        """Wait until what was changed is drawn, and has faded in."""
        self.page.evaluate(SETTLED)

    def shot(self, name: str) -> None:
        """Keep a picture of the page in the folder SHOTS, if that is set."""
        if folder := os.environ.get("SHOTS"):
            Path(folder).mkdir(parents=True, exist_ok=True)
            self.settles()
            self.page.screenshot(path=Path(folder) / f"{re.sub(r'[^a-z0-9-]+', '-', name.lower())}.png")

    def _looks(self) -> str:
        """For failures: what the page looks like, in words."""
        text = self.page.locator("body").inner_text()
        return f"the page says: {' | '.join(text.split(chr(10)))[:1500]}"
