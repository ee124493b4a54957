"""The page of the server's figures: numbers that change while somebody talks."""

import pytest

from tests.browser.conftest import Visit

pytestmark = pytest.mark.browser


def test_its_numbers_change_when_somebody_talks(visit: Visit) -> None:
    bob = visit("/server")
    bob.sees("0 of 4 taken")
    bob.sees("Healthy")
    before = bob.page.locator("main").inner_text()
    ada = visit()
    ada.begin()
    bob.sees("1 of 4 taken")
    ada.types("What is your name?")
    ada.answered(2)
    bob.sees("the first sound")
    bob.until("document.querySelectorAll('.stages tbody tr').length >= 4", "stages")
    bob.until("/[1-9]\\d? a second/.test(document.querySelector('main').innerText)", "pictures a second")
    bob.shot("server-page")
    assert bob.page.locator("main").inner_text() != before
    ada.page.close()
    bob.sees("0 of 4 taken")
