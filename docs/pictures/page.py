"""Takes the picture of the web page that the README shows, from a server that runs.

    visavis serve & python docs/pictures/page.py http://127.0.0.1:8000

Needs Playwright (`pip install -e '.[browser]'`) and Chromium.
"""

import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

OUT = Path(__file__).with_name("page.jpg")
CHROMIUM = "/usr/bin/chromium"
SPOKEN = 2500
"""Milliseconds into the answer."""


def main(address: str) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1280, "height": 800}, locale="en", color_scheme="light")
        page.goto(address)
        page.get_by_role("button", name="Type instead").click()
        page.locator(".state").wait_for()
        field = page.get_by_label("Your message", exact=True)
        field.fill("Who are you?")
        field.press("Enter")
        page.locator('.state[data-state="speaking"]').wait_for()
        page.wait_for_timeout(SPOKEN)
        page.screenshot(path=OUT, type="jpeg", quality=85)
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1])
