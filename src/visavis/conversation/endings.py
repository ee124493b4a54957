"""How a text ends: as something that is said, or as something that goes on.

Owns the words of each language that nobody stops at, and those that are an answer by themselves. A recogniser
may write signs or not; a language may be written without spaces. Refuses to know about time.
"""

import re
from typing import Final, Literal

from visavis.media import Language

Ending = Literal["answer", "complete", "plain", "open"]
"""answer: all of it is one short answer. complete: it ends as only what is finished does. open: more is to
come. plain: nothing can be told."""

_HANGING: Final = (*",-–—…:;،、，：；", "..")
_FINISHING: Final = tuple("?!؟？！")
_SIGNS: Final = re.compile(r"[^\w\s']+")
_PERSIAN: Final = str.maketrans("يك", "یک")


def _phrases(*lines: str) -> frozenset[str]:
    """Words and phrases, parted by bars."""
    return frozenset(phrase for line in lines for phrase in line.split("|"))


# What a speaker who stops at it has not finished: fillers, and words that lead to the next one. Words that
# whole sentences end with as well ("so", "is") are left out: to be slow with those is worse.
_OPEN: Final[dict[Language, frozenset[str]]] = {
    "en": _phrases(
        "um|uh|uhm|er|erm|hmm|hm|mm|you know|i mean|let me see|let's see|kind of|sort of|and|or|but|because",
        "if|than|as|such as|whether|although|the|a|an|my|your|his|our|their|i'm|name is|want to|like to",
    ),
    "zh": _phrases(
        "那个|然后|嗯|呃|就是说|因为|所以|但是|可是|不过|而且|或者|和|跟|如果|还有|我想|我觉得|比如|比如说|的话"
    ),
    "es": _phrases(
        "eh|em|este|pues|o sea|bueno|a ver|es que|y|e|o|u|pero|porque|que|si|cuando|como|aunque|mientras",
        "de|del|a|al|en|con|por|para|sin|sobre|el|la|los|las|un|una|unos|unas|mi|tu|su|muy|me llamo",
    ),
    "fa": _phrases("خب|یعنی|مثلا|مثلاً|پس|و|که|یا|اما|ولی|چون|اگر|اگه|تا|با|از|به|در|برای|را|رو|مثل|یک|یه"),
}

# In questions these come last: "where are you from".
_LEADING: Final = _phrases("of|to|from|for|with|about|into")
_ASKING: Final = _phrases("who|what|where|when|which|why|how|whose|what's|who's|where's")

# What answers a question by itself, so that nobody need wait for more.
_ANSWERS: Final[dict[Language, frozenset[str]]] = {
    "en": _phrases(
        "yes|yeah|yep|yup|no|nope|ok|okay|sure|right|exactly|correct|please|thanks|thank you|hello|hi|hey",
        "bye|goodbye|stop|never mind|of course|not really|yes please|no thanks|no thank you|good morning|why",
    ),
    "zh": _phrases(
        "是|是的|对|对的|不|不是|没有|有|好|好的|可以|行|不行|谢谢|你好|再见|停|什么|当然|为什么|不用|不用了"
    ),
    "es": _phrases(
        "sí|si|no|vale|claro|claro que sí|por supuesto|exacto|bien|gracias|muchas gracias|no gracias|hola",
        "adiós|para|basta|qué|por qué|buenos días|de acuerdo",
    ),
    "fa": _phrases(
        "بله|آره|نه|خیر|باشه|حتما|حتماً|البته|مرسی|ممنون|سلام|خداحافظ|بس|بسه|چی|چرا|درسته|خوبه|نه مرسی"
    ),
}


def ending(text: str, language: Language) -> Ending:
    """How a text ends that somebody has paused after."""
    text = text.strip()
    words = " ".join(_SIGNS.sub(" ", text.casefold().translate(_PERSIAN)).split())
    if words in _ANSWERS[language]:
        return "answer"
    if text.endswith(_HANGING) or _is_open(words, language):
        return "open"
    return "complete" if text.endswith(_FINISHING) else "plain"


def joined(pieces: list[str]) -> str:
    """What was said piece by piece as one text: with spaces between, but not where Chinese meets Chinese."""
    text = ""
    for piece in filter(None, map(str.strip, pieces)):
        apart = text and not (_is_chinese(text[-1]) and _is_chinese(piece[0]))
        text += f" {piece}" if apart else piece
    return text


def _is_open(words: str, language: Language) -> bool:
    if language == "zh":  # is written without spaces
        return words.endswith(tuple(_OPEN["zh"]))
    every = words.split()
    if language == "en" and every and every[-1] in _LEADING:
        return _ASKING.isdisjoint(every)
    return any(" ".join(every[-length:]) in _OPEN[language] for length in (1, 2, 3))


def _is_chinese(character: str) -> bool:
    return "\u2e80" <= character <= "\u9fff" or "\uff00" <= character <= "\uffef"
