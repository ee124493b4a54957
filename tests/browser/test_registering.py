"""Registering a face and a voice: only with consent, with a report, used at once, and deleted again."""

from pathlib import Path

import pytest

from tests.browser.conftest import Complaints, Visit
from tests.browser.speech import record
from tests.browser.visitor import Visitor

pytestmark = pytest.mark.browser

STORY = "The old boat drifted slowly down the river while the children watched from the bridge. " * 3


def fill(ada: Visitor, name: str, file: Path) -> None:
    """Choose a file, and say who and what for; the consent is not given as yet."""
    with ada.page.expect_file_chooser() as chooser:
        ada.button("Choose a file").click()
    chooser.value.set_files(file)
    ada.page.get_by_label("Name").first.fill(name)
    ada.page.get_by_label("Who is it?").fill("Eileen Collins")
    ada.page.get_by_label("What may it be used for?").fill("a test")


def agree_and_send(ada: Visitor) -> None:
    """Without the consent nothing is sent; with it there is a report."""
    ada.button("Register").click()
    agreed = ada.page.get_by_label("I am this person, or they have agreed to this.")
    assert agreed.evaluate("box => !box.validity.valid && !box.checked")
    assert ada.page.locator(".report").count() == 0
    agreed.check()
    ada.button("Register").click()


def delete(ada: Visitor, name: str) -> None:
    ada.button(f"Delete: {name}").click()
    ada.shot("delete")
    ada.page.get_by_role("dialog").get_by_role("button", name="Delete", exact=True).click()
    ada.page.get_by_role("button", name=f"Delete: {name}").wait_for(state="detached")


def test_a_photo_becomes_an_avatar_that_talks(visit: Visit, smiling_photo: Path) -> None:
    ada = visit("/avatar-registration")
    ada.sees("No face is registered as yet.")
    ada.shot("faces")
    fill(ada, "Eileen", smiling_photo)
    ada.shot("faces-filled")
    agree_and_send(ada)
    ada.sees("Eileen is ready", 60)
    report = ada.page.get_by_role("list", name="Quality report")
    assert {"Sharpness", "Light", "Pose"} <= {line.split("\n")[0] for line in report.inner_text().split("\n")}
    ada.shot("report")
    ada.page.locator(".report").get_by_role("button", name="Talk to it").click()
    ada.shot("start-eileen")
    ada.begin()
    ada.listens()
    ada.types("What is your name?")
    ada.hears()
    ada.shot("speaking-eileen")
    ada.answered(2)

    ada.page.get_by_role("link", name="Faces and voices").click()
    delete(ada, "Eileen")
    ada.sees("No face is registered as yet.")
    ada.page.get_by_role("link", name="Talk", exact=True).click()
    ada.button("Type instead").or_(ada.button("Go on talking")).last.click()
    ada.lives()


def test_a_recording_becomes_a_voice_that_speaks(visit: Visit, tmp_path: Path) -> None:
    record(tmp_path / "henry.wav", 0.5, STORY, 0.5, voice="henry")
    ada = visit("/avatar-registration")
    ada.page.get_by_role("radio", name="Add a voice").check()
    fill(ada, "Henry", tmp_path / "henry.wav")
    ada.shot("voice-filled")
    agree_and_send(ada)
    ada.sees("Henry is ready", 60)
    ada.shot("voice-report")
    ada.page.locator(".report").get_by_role("button", name="Talk to it").click()
    ada.begin()
    ada.listens()
    ada.page.get_by_role("group", name="Controls").get_by_role("button", name="Avatar").click()
    chosen = ada.page.get_by_role("combobox", name="Voice")
    chosen.locator("option:checked", has_text="Henry").wait_for(state="attached")
    ada.shot("choices-henry")
    ada.page.keyboard.press("Escape")
    ada.types("What is your name?")
    ada.hears()
    ada.answered(2)
    ada.page.get_by_role("link", name="Faces and voices").click()
    delete(ada, "Henry")


def test_a_photo_without_a_face_is_refused_in_a_sentence(
    visit: Visit, complaints: Complaints, tmp_path: Path
) -> None:
    from PIL import Image

    complaints.expect("Failed to load resource: .* 4")
    Image.new("RGB", (640, 640), (90, 120, 150)).save(tmp_path / "sky.png")
    ada = visit("/avatar-registration")
    fill(ada, "Sky", tmp_path / "sky.png")
    agree_and_send(ada)
    trouble = ada.page.get_by_role("alert")
    trouble.wait_for()
    assert "face" in trouble.inner_text()
    ada.shot("refused-photo")
    ada.sees("No face is registered as yet.")
