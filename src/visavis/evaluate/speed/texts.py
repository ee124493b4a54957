"""What is said in all that is measured: the same words for ever, in the public domain."""

from typing import Final

from visavis.media import Language

SENTENCE: Final = "Hello, I am your avatar."

ADDRESS: Final = """\
Four score and seven years ago our fathers brought forth on this continent, a new nation, conceived in
Liberty, and dedicated to the proposition that all men are created equal. Now we are engaged in a great
civil war, testing whether that nation, or any nation so conceived and so dedicated, can long endure. We
are met on a great battle-field of that war. We have come to dedicate a portion of that field, as a final
resting place for those who here gave their lives that that nation might live. It is altogether fitting
and proper that we should do this. But, in a larger sense, we can not dedicate, we can not consecrate, we
can not hallow this ground. The brave men, living and dead, who struggled here, have consecrated it, far
above our poor power to add or detract. The world will little note, nor long remember what we say here,
but it can never forget what they did here.
"""
"""Abraham Lincoln, 1863: a minute."""

RIGHTS: Final[dict[Language, str]] = {
    "en": "All human beings are born free and equal in dignity and rights. They are endowed with reason and "
    "conscience and should act towards one another in a spirit of brotherhood. ",
    "zh": "人人生而自由，在尊严和权利上一律平等。他们赋有理性和良心，并应以兄弟关系的精神相对待。",
    "es": "Todos los seres humanos nacen libres e iguales en dignidad y derechos y, dotados como están de "
    "razón y conciencia, deben comportarse fraternalmente los unos con los otros. ",
    "fa": "تمام افراد بشر آزاد به دنیا می‌آیند و از لحاظ حیثیت و حقوق با هم برابرند. همه دارای عقل و وجدان "
    "می‌باشند و باید نسبت به یکدیگر با روح برادری رفتار کنند. ",
}
"""The Universal Declaration of Human Rights, 1948, article 1: some ten seconds in each language."""

PACE: Final = 17.0
"""Characters a second, about, in which the embedded voice says the address."""


def lasting(seconds: float) -> str:
    """The address, over and over, for about so many seconds; cut behind a word."""
    words = ADDRESS.split()
    text: list[str] = []
    length = 0
    while length < seconds * PACE:
        text.append(words[len(text) % len(words)])
        length += len(text[-1]) + 1
    return " ".join(text).rstrip(",.") + "."
