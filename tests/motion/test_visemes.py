"""Every sound has a pose, and the poses are those of a mouth."""

import unicodedata

import pytest

from visavis.motion.visemes import LETTERS, VISEMES, Part, parts, reach

# What espeak-ng 1.52 emits for en-us, en-gb, cmn, es, es-419 and fa over licences, all 20,902 Chinese
# characters, and all groups of two or three letters; then what forced aligners write.
ESPEAK = """
    iː ɛ k s n eɪ d t uː ɪ j b dʒ z p l ʌ m ə v ɹ f aɪ æ əl ɑː w tʃ oʊ ɑːɹ ð ɚ i ɡ ᵻ ɐ ʃ ɜː ŋ ɔːɹ ɔː ɾ h θ aʊ
    ɔɪ ɔ ʊ ɛɹ ʒ iə ʔ n̩ ʊɹ aɪɚ ɪɹ aɪə x r ɬ ɒ əʊ ʊə eə ʁ q e a iɛ ɑ tɕ u ɑu ɕ ts. χ tɕh ts.h th s. y onɡ ph uo
    o- iɑ uei kh ei ou i. ts ai tsh uə iou yæ ʐ ua o i̪ yɛ yə uai ər yi io ŋ- β ɲ ɣ ɟ ʝ oɪ eʊ ʎ tʰ pʰ kʰ tɕʰ
    tsʰ ʂ ʈʂ ʈʂʰ ɨ ɤ
"""
ALIGNERS = """
    tʲ dʲ ɑ̃ ɔ̃ ɛ̃ aj aw ej ow ʈʂ tɕ cʰ i˥˩ a˨˩˦ ɯ˥ m̩ l̩ ɫ̩ ɝ ʉː ɒː t̪ d̪ n̪ p͡f t͡ʃ d͡ʒ kʷ ɡʷ r̝ ɻ̩ tʃʼ æ̞
"""


def only(symbol: str) -> Part:
    (part,) = parts(symbol)
    return part


@pytest.mark.parametrize("symbol", (ESPEAK + ALIGNERS).split())
def test_every_symbol_is_in_the_table(symbol: str) -> None:
    bare = unicodedata.normalize("NFC", symbol)
    letters = [char for char in bare if unicodedata.category(char) in ("Ll", "Lo") and char != "ʼ"]
    known = [char in LETTERS or unicodedata.normalize("NFD", char)[0] in LETTERS for char in letters]
    assert all(known)
    assert sum(part.share for part in parts(symbol)) == pytest.approx(1)


@pytest.mark.parametrize("mark", ["", "_", "_:", "sil", "sp"])
def test_silence_has_many_names(mark: str) -> None:
    assert only(mark).viseme is VISEMES["silence"]


@pytest.mark.parametrize("mark", ["1", "ˈ", "(en)", "(cmn)", "˥˩", "'"])
def test_marks_alone_move_nothing(mark: str) -> None:
    assert parts(mark) == ()


@pytest.mark.parametrize("symbol", ["ˈa", "a˥", "ã", "ḁ", "ˌa̰", "a5"])
def test_stress_tone_and_nose_are_not_seen(symbol: str) -> None:
    assert parts(symbol) == parts("a")


def test_sounds_in_one_symbol_share_its_time() -> None:
    first, second = parts("aɪ")
    assert (first.viseme, second.viseme) == (VISEMES["a"], VISEMES["ɪ"])
    assert first.share > second.share
    assert [part.viseme for part in parts("t͡ʃ")] == [VISEMES["tip"], VISEMES["hush"]]
    assert parts("ʧ") == parts("tʃ")
    assert [part.viseme for part in parts("pʰ")] == [VISEMES["press"]]


def test_a_length_mark_lengthens() -> None:
    assert parts("ɑːɹ")[0].share > parts("ɑɹ")[0].share


def test_what_follows_a_letter_bends_its_pose() -> None:
    assert only("kʷ").viseme.round.target > 0.6
    assert only("tʲ").viseme.wide.target > only("t").viseme.wide.target
    assert only("ə˞").viseme.round.target > only("ə").viseme.round.target
    assert only("m̩").viseme.seal == "press"


def test_strangers_count_as_their_nearest_letter() -> None:
    assert parts("ǎ") == parts("a")
    assert parts("E") == parts("e")
    assert only("ж").viseme is VISEMES["ə"]
    assert parts("ё☃") == parts("ж")


@pytest.mark.parametrize("symbol", ["p", "b", "m"])
def test_bilabials_close(symbol: str) -> None:
    assert only(symbol).viseme.seal == "press"
    assert only(symbol).viseme.grip >= 0.8


def test_lips_and_teeth_of_consonants() -> None:
    hiss, hush, between = (only(symbol).viseme for symbol in ("s", "ʃ", "θ"))
    assert hiss.jaw.target < 0.1 < hiss.open.target
    assert hush.jaw.target < 0.15
    assert 0.4 <= hush.round.target <= 0.6
    assert between.tongue.target == 1
    assert only("l").viseme.tongue.target == pytest.approx(0.5, abs=0.1)
    assert only("f").viseme.seal == "tuck"


def test_vowels_are_told_apart_by_eye() -> None:
    i, a, u, o, schwa = (only(symbol).viseme for symbol in "iauoə")
    assert a.open.target > 2 * max(i.open.target, u.open.target)
    assert u.round.target > o.round.target > 0.5 > a.round.target
    assert i.wide.target > 0.5 > a.wide.target > 0 > o.wide.target
    assert schwa.jaw.dominance < a.jaw.dominance


def test_rounding_begins_before_the_sound() -> None:
    spread, ring = reach(only("i").viseme), reach(only("u").viseme)
    assert ring.ahead[3] > 0.15 > spread.ahead[3]
    assert (ring.ahead <= 0.2).all()


def test_targets_stay_within_what_a_mouth_can_do() -> None:
    for viseme in VISEMES.values():
        for name in ("jaw", "open", "round", "tongue"):
            assert 0 <= getattr(viseme, name).target <= 1
        assert -1 <= viseme.wide.target <= 1
        assert all(0 <= dominance <= 1 for dominance in reach(viseme).dominance)
