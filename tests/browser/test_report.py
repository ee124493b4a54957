"""The report of an evaluation, opened as a file: players and what is drawn of them, themes, paper."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

from tests.browser.conftest import Launch
from tests.evaluate.report.material import folder, results
from visavis.evaluate.report import write

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

VIDEO: Final = "document.querySelector('#scenario-1 video')"


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A report of everything."""
    return write(folder(tmp_path_factory.mktemp("report"), results()))


@pytest.fixture(params=["light", "dark"])
def page(launch: Launch, report: Path, request: pytest.FixtureRequest) -> Iterator["Page"]:
    """The report in a browser that complains of nothing and asks nobody for anything."""
    context = launch().new_context(color_scheme=request.param, viewport={"width": 1280, "height": 900})
    opened = context.new_page()
    complaints: list[str] = []
    opened.on("console", lambda message: complaints.append(message.text))
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    asked: list[str] = []
    opened.on("request", lambda request: asked.append(request.url))
    opened.goto(report.as_uri())
    until(opened, f"{VIDEO}.readyState >= 1")
    yield opened
    context.close()
    assert complaints == []
    assert {url.partition(":")[0] for url in asked} <= {"file", "data"}


def until(page: "Page", condition: str) -> None:
    """Wait for something; the page's policy forbids Playwright's own way of it, which is eval."""
    page.evaluate(
        f"""() => new Promise((done) => {{
            const look = () => ({condition}) ? done() : requestAnimationFrame(look);
            look();
        }})"""
    )


def cursor(page: "Page") -> float:
    """Where the cursor of the first scenario stands, as a part of its row."""
    part: float = page.evaluate(
        """() => {
            const lanes = document.querySelector('#scenario-1 .lanes');
            const place = lanes.querySelector('.chart').getBoundingClientRect();
            const line = lanes.querySelector('.cursor').getBoundingClientRect();
            return (line.left + line.width / 2 - place.left) / place.width;
        }"""
    )
    return part


def test_a_click_seeks_and_the_cursor_follows(page: "Page") -> None:
    wave = page.locator("#scenario-1 .lane.sound .chart")
    box: Any = wave.bounding_box()
    wave.click(position={"x": 0.3 * box["width"], "y": 5})
    until(page, f"Math.abs({VIDEO}.currentTime - 1.5) < 0.01")
    assert abs(cursor(page) - 0.3) < 0.003
    page.evaluate(f"{VIDEO}.currentTime = 0.5")
    until(page, "document.querySelector('#scenario-1 .rows').ariaValueNow === '0.50'")
    assert abs(cursor(page) - 0.1) < 0.003


def test_the_cursor_moves_while_it_plays(page: "Page") -> None:
    page.evaluate(f"{{ {VIDEO}.muted = true; {VIDEO}.play(); }}")
    until(page, f"{VIDEO}.ended")
    assert cursor(page) > 0.39


def test_keys_seek(page: "Page") -> None:
    page.locator("#scenario-1 .rows").focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    until(page, f"Math.abs({VIDEO}.currentTime - 0.12) < 0.01")
    page.keyboard.press("End")
    until(page, f"Math.abs({VIDEO}.currentTime - 2) < 0.05")
    page.locator("#scenario-8 [data-seek] button").first.click()
    until(page, "Math.abs(document.querySelector('#scenario-8 video').currentTime - 0.2) < 0.01")


def test_boxes_are_no_part_of_the_slider(page: "Page") -> None:
    assert page.locator("[role=slider]").count() > 5
    assert page.locator("[role=slider] input, [role=slider] button").count() == 0
    page.locator("#scenario-1 .pick-2").focus()
    page.keyboard.press("End")
    assert page.evaluate(f"{VIDEO}.currentTime") == 0


def test_lanes_lie_exactly_under_each_other(page: "Page") -> None:
    places = page.evaluate(
        """() => [...document.querySelectorAll('.lanes')].map((lanes) =>
            [...lanes.querySelectorAll('.chart')].filter((one) => one.checkVisibility()).map((one) => {
                const place = one.getBoundingClientRect();
                return `${place.left} ${place.width}`;
            }))"""
    )
    assert len(places) > 8
    assert all(len(lanes) > 3 and len(set(lanes)) == 1 for lanes in places)


def test_curves_are_chosen(page: "Page") -> None:
    lane = page.locator("#scenario-1 .lane-2").first
    assert lane.is_visible()
    page.locator("#scenario-1 .pick-2").uncheck()
    assert not lane.is_visible()
    assert page.locator("#scenario-2 .lane-2").first.is_visible()


def test_the_theme_is_switched(page: "Page") -> None:
    colour = "getComputedStyle(document.body).backgroundColor"
    button = page.locator(".theme")
    shown = []
    for _ in range(3):
        button.click()
        shown.append((button.text_content(), page.evaluate(colour)))
    assert [name for name, _ in shown] == ["Theme: light", "Theme: dark", "Theme: auto"]
    assert shown[0][1] == "rgb(243, 245, 244)"
    assert shown[1][1] == "rgb(13, 18, 20)"


def test_on_paper_there_are_stills_and_no_players(page: "Page") -> None:
    page.emulate_media(media="print")
    assert not page.locator("video").first.is_visible()
    assert page.locator("#scenario-1 .film image").first.is_visible()
    assert page.locator("#meanings dl").first.is_visible()
    moved = page.locator(".figures .unfolds li")
    assert moved.count() > 5
    assert all(one.is_visible() for one in moved.all())
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.pdf().startswith(b"%PDF")


@pytest.mark.parametrize("width", [360, 820, 1600])
def test_nothing_sticks_out(page: "Page", width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_without_scripts_it_is_all_there(launch: Launch, report: Path) -> None:
    context = launch().new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(report.as_uri())
    assert page.locator(".verdicts").is_visible()
    assert page.locator("#scenario-1 video").is_visible()
    assert not page.locator(".theme").is_visible()
    assert not page.locator("#scenario-1 .lane-3").first.is_visible()
    context.close()
