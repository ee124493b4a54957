"""Speech of recorded people."""

import shutil
import subprocess
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("soundfile")
pytest.importorskip("soxr")

from train.hearing import festival
from train.hearing.festival import PACKAGES, VOICES, Recorded, ipa, table
from visavis.motion.visemes import LETTERS, parts

SHOW = """
(define (show name)
  (eval (list (intern (string-append "voice_" name))))
  (format t "%s" name)
  (mapcar
    (lambda (phone) (format t " %s" (car phone)))
    (cadr (assoc 'phones (PhoneSet.description '(phones)))))
  (format t "\\n"))
"""
TEXTS = {
    "en": "Please bring my map.",
    "it": "Vado al mercato.",
    "ca": "Vaig al mercat.",
    "cs": "Jdu na trh.",
    "ru": "Мама мыла раму.",
    "fi": "Menen torille.",
    "hi": "मैं बाज़ार जाता हूँ।",
}


@cache
def installed() -> frozenset[str]:
    if shutil.which("festival") is None:
        return frozenset()
    lacking = festival.missing()
    return frozenset(voice.name for voice in VOICES if voice.package not in lacking)


def needed(voice: Recorded) -> None:
    if voice.name not in installed():
        pytest.skip(f"needs {voice.package}")


@pytest.mark.parametrize("voice", VOICES, ids=lambda voice: voice.name)
def test_every_symbol_of_a_table_is_a_sound_that_the_mouth_knows(voice: Recorded) -> None:
    for symbol in table(voice).values():
        assert parts(symbol)
        assert all(letter in LETTERS for letter in symbol if letter != "ː"), symbol


@pytest.mark.parametrize("voice", VOICES, ids=lambda voice: voice.name)
def test_every_phone_of_a_voice_is_in_its_table(voice: Recorded, tmp_path: Path) -> None:
    needed(voice)
    script = tmp_path / "phones.scm"
    script.write_text(f'{SHOW}(show "{voice.name}")\n')
    told = subprocess.run(("festival", "-b", str(script)), capture_output=True, text=True, check=True).stdout
    name, *phones = told.split()
    assert name == voice.name
    assert len(phones) > 25
    for phone in phones:
        ipa(phone, table(voice))


def test_a_phone_that_is_in_no_table_is_refused() -> None:
    with pytest.raises(ValueError, match="'qu' is not in the table"):
        ipa("qu", table(VOICES[0]))


def test_names_tell_stress_length_and_softness() -> None:
    by_name = {voice.name: table(voice) for voice in VOICES}
    assert ipa("a1", by_name["lp_diphone"]) == ("a", True)
    assert ipa("a:", by_name["suo_fi_lj_diphone"]) == ("ɑː", False)
    assert ipa("pp", by_name["msu_ru_nsh_clunits"]) == ("pʲ", False)
    assert ipa("ii", by_name["msu_ru_nsh_clunits"]) == ("i", False)
    assert ipa("pau", by_name["ked_diphone"]) == ("", False)


@pytest.mark.parametrize("voice", VOICES, ids=lambda voice: voice.name)
def test_a_voice_reads_a_sentence_and_tells_its_phones(voice: Recorded, tmp_path: Path) -> None:
    needed(voice)
    (speech,) = festival.speak(voice, [TEXTS[voice.language]], tmp_path / "said")
    assert speech.samples.dtype == np.float32
    assert 0.5 < speech.seconds < 5
    assert speech.phones[0].start == 0
    assert speech.phones[-1].end == speech.seconds
    for early, late in pairwise(speech.phones):
        assert early.end == pytest.approx(late.start)
    assert sum(bool(phone.symbol) for phone in speech.phones) > 5


def test_without_festival_all_its_packages_are_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert festival.missing() == list(PACKAGES)
