"""Takes the picture of an evaluation's report that the README shows.

    visavis evaluate && python docs/pictures/report.py out/evaluation-1/report.html

Needs Playwright (`pip install -e '.[browser]'`) and Chromium.
"""

import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

OUT = Path(__file__).with_name("report.jpg")
CHROMIUM = "/usr/bin/chromium"
SCENARIO = "en-short"
SHOWN = 390
"""Pixels of the scenario from its top on: player, phones and curves."""


def main(report: Path) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1360, "height": 1000}, color_scheme="light")
        page.goto(report.absolute().as_uri())
        scene = page.locator("article.scene", has=page.locator(f"code:text-is('{SCENARIO}')"))
        for _ in range(2):  # what is not seen has no height yet
            scene.evaluate("scene => scene.scrollIntoView({block: 'start'})")
            page.wait_for_timeout(500)
        box = scene.bounding_box()
        assert box is not None
        page.screenshot(
            path=OUT,
            type="jpeg",
            quality=85,
            clip={"x": box["x"], "y": box["y"], "width": box["width"], "height": SHOWN},
        )
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
