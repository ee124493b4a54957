"""Speech of recorded people: festival's voices, which join pieces of what somebody once read aloud.

The script that festival runs writes a sound file a sentence, and the sentence's phones with their ends
and stress. The voices are packages of Debian (PACKAGES); phone sets are theirs, put into IPA here.
"""

import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple

import soundfile
import soxr

from train.hearing.labelled import RATE, Labelled
from visavis.media import Phone

_ENGLISH: Final = """
    aa ɑ, ae æ, ah ʌ, ao ɔ, aw aʊ, ax ə, axr ɚ, ay aɪ, b b, ch tʃ, d d, dh ð, dx ɾ, eh ɛ, el l, em m, en n,
    er ɝ, ey eɪ, f f, g ɡ, hh h, hv h, ih ɪ, iy i, jh dʒ, k k, l l, m m, n n, nx n, ng ŋ, ow oʊ, oy ɔɪ, p p,
    r ɹ, s s, sh ʃ, t t, th θ, uh ʊ, uw u, v v, w w, y j, z z, zh ʒ"""
_ITALIAN: Final = """
    i i, e e, E ɛ, a a, o o, O ɔ, u u, j j, w w, p p, t t, k k, b b, d d, g ɡ, f f, s s, S ʃ, v v, z z,
    Z ʒ, ts ts, tS tʃ, dz dz, dZ dʒ, m m, n n, J ɲ, ng ŋ, nf ɱ, l l, L ʎ, r r"""
_CATALAN: Final = """
    ax ə, a a, b b, d d, e e, E ɛ, f f, g ɡ, i i, j j, J ɲ, k k, l l, L ʎ, m m, n n, o o, O ɔ, p p, r ɾ, rr r,
    s s, S ʃ, t t, u u, w w, z z, Z ʒ"""
_CZECH: Final = """
    a a, a: aː, b b, c ts, c~ tʃ, ch x, d d, d~ ɟ, dz dz, dz~ dʒ, e ɛ, e: ɛː, f f, g ɡ, h ɦ, i ɪ, i: iː, j j,
    k k, l l, m m, n n, n* ŋ, n~ ɲ, o o, o: oː, p p, r r, r~ rʒ, r~* rʃ, s s, s~ ʃ, t t, t~ c, u u, u: uː,
    v v, z z, z~ ʒ"""
_FINNISH: Final = """
    a ɑ, e e, i i, o o, u u, y y, @ æ, 7 ø, & ə, p p, t t, k k, b b, d d, g ɡ, f f, T θ, D ð, s s, S ʃ, z z,
    Z ʒ, h h, v ʋ, m m, n n, N ŋ, l l, L l, r r, j j, w w"""
_RUSSIAN: Final = """
    ii i, yy ɨ, uu u, ee ɛ, oo o, aa a, a ʌ, e e, i ɪ, y ɨ, u u, ae ə, ay ə, ur ʊ, c ts, ch tɕ, sh ʂ, sch ɕː,
    zh ʐ, h x, j j, p p, b b, t t, d d, k k, g ɡ, f f, v v, s s, z z, m m, n n, l l, r r"""

_HINDI: Final = """
    a ʌ, aa ɑ, ih ɪ, iy i, uh ʊ, uw u, eh e, ee ɛ, ay aɪ, oh o, oo o, aw aʊ, @ ɛ, f f, k k, g ɡ, kh k, gh ɡ,
    x x, ch tʃ, j dʒ, T ʈ, D ɖ, tth ʈ, ddh ɖ, td t, th t, dh d, N ɳ, n n, p p, b b, bh b, m m, y j, r r, l l,
    v ʋ, w w, L ɭ, R ɽ, s s, sh ʃ, zh ʒ, h h, ksh kʃ, sri ʃri"""


class Recorded(NamedTuple):
    """A voice of festival's, its package, the language of its texts, their encoding and its phone set."""

    name: str
    package: str
    language: str
    encoding: str
    phones: str


VOICES: Final = (
    Recorded("ked_diphone", "festvox-kdlpc16k", "en", "ascii", _ENGLISH),
    Recorded("lp_diphone", "festvox-italp16k", "it", "latin-1", _ITALIAN),
    Recorded("pc_diphone", "festvox-itapc16k", "it", "latin-1", _ITALIAN),
    Recorded("upc_ca_ona_hts", "festvox-ca-ona-hts", "ca", "latin-1", _CATALAN),
    Recorded("czech_dita", "festvox-czech-dita", "cs", "iso-8859-2", _CZECH),
    Recorded("czech_krb", "festvox-czech-krb", "cs", "iso-8859-2", _CZECH),
    Recorded("czech_machac", "festvox-czech-machac", "cs", "iso-8859-2", _CZECH),
    Recorded("czech_ph", "festvox-czech-ph", "cs", "iso-8859-2", _CZECH),
    Recorded("msu_ru_nsh_clunits", "festvox-ru", "ru", "utf-8", _RUSSIAN),
    Recorded("suo_fi_lj_diphone", "festvox-suopuhe-lj", "fi", "latin-1", _FINNISH),
    Recorded("hy_fi_mv_diphone", "festvox-suopuhe-mv", "fi", "latin-1", _FINNISH),
    Recorded("hindi_NSK_diphone", "festvox-hi-nsk", "hi", "utf-8", _HINDI),
)
PACKAGES: Final = ("festival", "festival-hi", *dict.fromkeys(voice.package for voice in VOICES))

_SILENT: Final = frozenset({"pau", "#", "##", "h#", "brth", "_"})

_VOWELS: Final = frozenset("aɑæeɛiɪɨoɔuʊyøʌəɚɝ")

_SCRIPT: Final = """
(voice_{name})
(define (stress-of segment)
  (let ((syllable (item.parent (item.relation segment 'SylStructure))))
    (if syllable (item.feat syllable "stress") 0)))
(define (said text sound phones)
  (let ((utterance (utt.synth (eval (list 'Utterance 'Text text)))) (file (fopen phones "w")))
    (utt.save.wave utterance sound 'riff)
    (mapcar
      (lambda (segment)
        (format file "%s %f %s\\n" (item.name segment) (item.feat segment "segment_end") (stress-of segment)))
      (utt.relation.items utterance 'Segment))
    (fclose file)))
"""


def missing() -> list[str]:
    """The packages to install, by their names in Debian."""
    if shutil.which("festival") is None:
        return list(PACKAGES)
    script = "(print (voice.list))"
    known = subprocess.run(("festival", "-b", script), capture_output=True, text=True, check=True).stdout
    return [voice.package for voice in VOICES if voice.name not in re.findall(r"\w+", known)]


def table(voice: Recorded) -> dict[str, str]:
    """The voice's phones in IPA."""
    return dict(pair.split() for pair in voice.phones.split(","))


def speak(voice: Recorded, texts: Sequence[str], folder: Path) -> Iterator[Labelled]:
    """The texts as the voice reads them; those that it cannot read are left out. Writes into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    calls = [
        '(unwind-protect (said "{}" "{}" "{}") nil)'.format(
            text.replace("\\", "").replace('"', ""), folder / f"{i}.wav", folder / f"{i}.phones"
        )
        for i, text in enumerate(texts)
    ]
    script = folder / "script.scm"
    script.write_bytes((_SCRIPT.format(name=voice.name) + "\n".join(calls)).encode(voice.encoding, "ignore"))
    subprocess.run(("festival", "-b", str(script)), check=False, capture_output=True)
    symbols = table(voice)
    for i in range(len(texts)):
        sound, phones = folder / f"{i}.wav", folder / f"{i}.phones"
        if sound.exists() and phones.exists() and phones.stat().st_size:
            yield _read(sound, phones.read_text(encoding="latin-1"), symbols)


def _read(sound: Path, phones: str, symbols: dict[str, str]) -> Labelled:
    samples, rate = soundfile.read(sound, dtype="float32")
    samples = soxr.resample(samples, rate, RATE) if rate != RATE else samples
    timed = list(_timed(phones, symbols))
    end = len(samples) / RATE
    kept = [Phone(p.symbol, p.start, min(p.end, end), p.stress) for p in timed if p.start < end]
    return Labelled(samples, (*kept, Phone("", min(timed[-1].end, end), end)))


def _timed(phones: str, symbols: dict[str, str]) -> Iterator[Phone]:
    """The lines that the script writes, a phone and its end and stress each."""
    begin = 0.0
    for line in phones.splitlines():
        name, end, stress = line.split()
        symbol, stressed = ipa(name, symbols)
        bears = symbol[:1] in _VOWELS and (stressed or stress == "1")
        yield Phone(symbol, begin, float(end), 2 if bears else 0)
        begin = float(end)


def ipa(name: str, symbols: dict[str, str]) -> tuple[str, bool]:
    """A phone of festival's in IPA, and whether its name says that it bears stress.

    Raises ValueError for a phone that is not in the table.
    """
    if name in _SILENT:
        return "", False
    if name in symbols:
        return symbols[name], False
    if name.endswith("1") and name[:-1] in symbols:  # Italian and Catalan vowels
        return symbols[name[:-1]], True
    if name.endswith(":") and name[:-1] in symbols:  # long in Finnish
        return symbols[name[:-1]] + "ː", False
    if len(name) == 2 and name[0] == name[1] and name[0] in symbols:  # soft in Russian
        return symbols[name[0]] + "ʲ", False
    raise ValueError(f"the phone {name!r} is not in the table")
