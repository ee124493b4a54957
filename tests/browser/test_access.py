"""For whoever comes with a phone, a keyboard alone, a screen reader, or eyes that want more contrast."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.browser.conftest import Visit
from tests.browser.visitor import Visitor

pytestmark = pytest.mark.browser

CHECKS = Path(__file__).with_name("checks.js").read_text("utf-8")

PHONE = (360, 740)
ON_ITS_SIDE = (667, 375)
DESK = (1280, 800)

# Pixels on each side of what is to be hit with a finger.
FINGER = 40

# WCAG 2.2, 1.4.3: contrast of text at level AA.
CONTRAST = 4.5


def at_the_start(ada: Visitor) -> None:
    ada.button(ada.words.talk).wait_for()
    ada.until("document.querySelector('img')?.complete", "portrait")


def talking(ada: Visitor) -> None:
    ada.begin()
    ada.types("What is visavis?")
    ada.is_in("speaking")
    ada.until("document.querySelector('.line.assistant') || document.querySelector('.caption')", "caption")


def looking_back(ada: Visitor) -> None:
    """With the history, in which a reply was interrupted."""
    ada.begin()
    ada.listens()
    ada.types("What is visavis?" if ada.language == "en" else "این برنامه چیست؟")
    heard = ada.hears()
    ada.until(f"performance.now() > {heard} + 1500", "some words")
    ada.button(ada.words.stop).click()
    ada.is_in("idle")
    if ada.page.locator(".history").count() == 0:
        ada.page.locator(".control", has_text={"en": "History", "fa": "تاریخچه"}[ada.language]).click()
    ada.page.locator(".line-mark").first.wait_for()


def choosing(ada: Visitor) -> None:
    ada.begin()
    ada.page.locator(".dock .control").first.click()
    ada.page.locator("dialog[open]").wait_for()
    ada.until("document.querySelectorAll('dialog option').length > 4", "voices")


def registering(ada: Visitor) -> None:
    ada.open(ada.page.url + "avatar-registration")
    ada.page.locator(".drop").wait_for()


def at_the_figures(ada: Visitor) -> None:
    ada.open(ada.page.url + "server")
    ada.page.locator(".tiles").wait_for()


STATES: dict[str, Callable[[Visitor], None]] = {
    "start": at_the_start,
    "talk": talking,
    "history": looking_back,
    "choices": choosing,
    "faces": registering,
    "server": at_the_figures,
}


@pytest.mark.parametrize(
    ("state", "language"),
    [*((state, "en") for state in STATES), ("start", "fa"), ("history", "fa"), ("choices", "fa")],
)
def test_it_fits_a_phone(visit: Visit, state: str, language: str) -> None:
    ada = visit(language=language, size=PHONE, script=CHECKS, has_touch=True, is_mobile=True)
    STATES[state](ada)
    ada.settles()
    ada.shot(f"phone-{state}-{language}")
    found = ada.page.evaluate(
        f"({{wide: checks.wide(), small: checks.small({FINGER}), covered: checks.covered()}})"
    )
    assert found == {"wide": [], "small": [], "covered": []}


@pytest.mark.parametrize("language", ["en", "es", "fa"])
def test_it_fits_a_phone_on_its_side(visit: Visit, language: str) -> None:
    ada = visit(language=language, size=ON_ITS_SIDE, script=CHECKS, has_touch=True, is_mobile=True)
    ada.begin()
    ada.settles()
    ada.shot(f"side-{language}")
    found = ada.page.evaluate(
        f"({{wide: checks.wide(), small: checks.small({FINGER}), covered: checks.covered()}})"
    )
    assert found == {"wide": [], "small": [], "covered": []}
    for control in ada.page.locator(".dock .control").all():
        box = control.bounding_box()
        assert box
        assert 0 <= box["x"] < box["x"] + box["width"] <= ON_ITS_SIDE[0]
        assert box["y"] + box["height"] <= ON_ITS_SIDE[1]


@pytest.mark.parametrize("state", STATES)
def test_it_can_be_read_and_read_out(visit: Visit, state: str) -> None:
    ada = visit(size=DESK, script=CHECKS, reduced_motion="reduce")
    STATES[state](ada)
    found = ada.page.evaluate(
        "({nameless: checks.nameless(), headings: checks.headings(), landmarks: checks.landmarks()})"
    )
    for scheme in ("light", "dark"):
        ada.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        ada.settles()
        ada.shot(f"desk-{state}-{scheme}")
        found[scheme] = ada.page.evaluate(f"checks.faint({CONTRAST})")
    assert found == {"nameless": [], "headings": [], "landmarks": [], "light": [], "dark": []}
    assert ada.page.evaluate("checks.moving()") == []


@pytest.mark.parametrize("state", ["start", "talk", "choices", "faces"])
def test_the_keyboard_alone_reaches_everything(visit: Visit, state: str) -> None:
    ada = visit(size=DESK, script=CHECKS, reduced_motion="reduce")
    STATES[state](ada)
    if state == "talk":
        ada.answered(2)  # for what can be reached changes while it speaks
    wanted = ada.page.evaluate("checks.reachable()")
    ada.page.evaluate("document.activeElement?.blur()")
    reached, unseen = [], []
    for _ in range(len(wanted) + 3):
        ada.page.keyboard.press("Tab")
        if (focus := ada.page.evaluate("checks.focused()")) is None:
            continue
        reached.append(f"radio {focus['group']}" if focus["group"] else focus["what"])
        unseen += [] if focus["seen"] else [focus["what"]]
    assert [one for one in wanted if one not in reached] == []
    assert unseen == []


def test_captions_and_state_are_told_to_screen_readers(visit: Visit) -> None:
    ada = visit()
    ada.begin()
    live = ada.page.get_by_role("region", name="Captions").locator("[aria-live=polite]")
    ada.types("What is your name?")
    ada.until("document.querySelector('.captions [aria-live]').textContent.includes('Vis')", "words")
    assert live.get_attribute("aria-atomic") == "true"
    assert ada.page.get_by_role("status").filter(has_text="Speaking").count() == 1
    ada.answered(2)
    assert ada.page.get_by_role("complementary", name="History").get_by_role("listitem").count() == 2
    assert (
        ada.page.evaluate("getComputedStyle(document.querySelector('.captions [aria-live]')).clipPath")
        != "none"
    )


def test_all_of_a_conversation_goes_by_keyboard(visit: Visit) -> None:
    ada = visit()
    ada.button(ada.words.type).focus()
    ada.page.keyboard.press("Enter")
    ada.lives()
    ada.listens()
    ada.until("document.activeElement.tagName === 'TEXTAREA'", "field with the focus")
    ada.page.keyboard.type("What is visavis?")
    ada.page.keyboard.press("Enter")
    ada.is_in("speaking")
    heard = ada.hears()
    ada.until(f"performance.now() > {heard} + 1500", "some words")
    ada.page.keyboard.press("Escape")
    ada.is_in("idle")
    assert ada.history[-1].interrupted
    assert ada.page.evaluate("document.activeElement.tagName") == "TEXTAREA"


def test_light_and_dark_are_chosen_and_kept(visit: Visit) -> None:
    ada = visit(color_scheme="light")
    paper = "getComputedStyle(document.body).backgroundColor"
    light = ada.page.evaluate(paper)
    ada.page.get_by_title("Dark", exact=True).click()
    dark = ada.page.evaluate(paper)
    assert dark != light
    ada.page.reload()
    ada.button(ada.words.talk).wait_for()
    assert ada.page.evaluate(paper) == dark
