"""A text as the words that matching compares: one way of writing each, in each of the four languages.

What goes is what people and recognisers write in several ways: case, accents, half spaces, contractions,
traditional characters; and what is said around a question: could you please tell me.
"""

import re
import unicodedata
from collections.abc import Mapping
from functools import cache, lru_cache
from itertools import pairwise
from typing import Final

from visavis.language.tables import listed, table, words
from visavis.media import Language

MOST: Final = 40
"""Words of a text that are looked at."""

_WORD: Final = re.compile(r"[^\W_]+")
_APOSTROPHES: Final = str.maketrans("’‘ʼ`´", "'''''")

_CONTRACTIONS: Final = table(
    """
    what's, whats → what is   who's → who is   how's → how is   where's → where is   that's → that is
    it's → it is   there's → there is   let's → let us   won't → will not   can't, cannot → can not
    're → are   've → have   'll → will   'd → would   'm → am   n't → not   wanna → want to
    gonna → going to   gimme → give me   dont → do not   im → i am   y'all, ya, u → you   ur → your   's →
    """
)


def _pairs(pairs: tuple[str, ...]) -> Mapping[int, str]:
    """For str.translate: what each pair's first character is written as."""
    return {ord(pair[0]): pair[1] for pair in pairs}


# Letters of Arabic keyboards and of careful spelling; and how words are said at home.
_PERSIAN_LETTERS: Final = _pairs(words("يی ىی كک ةه ۀه أا إا ٱا آا ؤو ئی"))
_PERSIAN_WORDS: Final = table(
    """
    چیه → چیست   کیه → کیست   کجاست → کجا است   میتونی → میتوانی   میتونم → میتوانم   میتونه → میتواند
    میشه → میشود   میخوام → میخواهم   میدونی → میدانی   میگی → میگویی   بگین → بگو   بگید → بگو   بهم → به من
    رو → را   تون → شما   اینا → اینها   چطوری → چطور   چجوری → چطور   چگونه → چطور   واسه → برای   اگه → اگر
    دیگه → دیگر   الان → حالا   خونه → خانه   نمیشه → نمیشود   هستین → هستی   هستید → هستی   میکنین → میکنی
    میکنید → میکنی   شما → تو   کنین → کن   کنید → کن   بکنم → کنم   هس → هست
    """
)

# Traditional characters with the simplified ones, and those that are written for others of the same sound.
_SIMPLIFIED: Final = _pairs(
    words(
        """
        妳你 您你 她他 它他 牠他 嗎吗 麼么 麽么 們们 個个 這这 樣样 說说 話话 語语 錄录 聲声 聽听 會会
        開开 關关 機机 網网 頁页 電电 腦脑 設设 備备 圖图 臉脸 頭头 視视 頻频 錢钱 費费 價价 買买 賣卖
        國国 際际 時时 間间 點点 鐘钟 幾几 歲岁 誰谁 讓让 對对 還还 沒没 過过 來来 見见 長长 發发 動动
        現现 實实 為为 無无 許许 權权 運运 難难 題题 問问 應应 該该 從从 與与 將将 當当 體体 數数 據据
        號号 碼码 愛爱 歡欢 樂乐 謝谢 請请 後后 裡里 裏里 邊边 寫写 讀读 學学 習习 訊讯 選选 擇择 換换
        變变 轉转 輸输 練练 註注 冊册 刪删 儲储 隱隐 護护 則则 規规 範范 證证 聯联 絡络 斷断 連连 線线
        載载 壓压 縮缩 顯显 處处 內内 錯错 誤误 臺台 灣湾 啟启 訂订 檔档 資资 瀏浏 覽览 門门 態态 願愿
        覺觉 記记 憶忆 畫画 質质 嘛吗 得的 地的
        """
    )
)

_AROUND: Final[dict[Language, frozenset[str]]] = {
    "en": listed(
        """
        um, uh, er, hmm, well, so, okay, ok, hey, hi, hello, please, oh, and, but, now, then, alright, sorry,
        excuse me, can you tell me, could you tell me, would you tell me, can you please tell me, i wonder,
        could you please tell me, do you know, i want to know, i would like to know, i was wondering, tell me,
        just, actually, i have a question, can you explain, could you explain, explain, good morning,
        good evening
        """
    ),
    "es": listed(
        """
        eh, bueno, pues, oye, hola, por favor, mira, y, pero, entonces, ahora, perdona, perdon, disculpa,
        dime, me dices, puedes decirme, me puedes decir, podrias decirme, me podrias decir, sabes,
        quiero saber, quisiera saber, me gustaria saber, tengo una pregunta, una pregunta, explicame,
        me explicas, buenos dias, buenas
        """
    ),
    "zh": listed(
        """
        嗯, 啊, 那, 那个, 请, 请问, 你好, 麻烦, 你能告诉我, 能告诉我, 可以告诉我, 告诉我, 我想知道, 我想问,
        你知道, 不好意思, 好的
        """
    ),
    "fa": listed(
        """
        خب, سلام, لطفا, ببخشید, ببخش, و, ولی, اما, حالا, به من بگو, بگو, میشود بگویی, میتوانی بگویی,
        میخواهم بدانم, میخواستم بدانم, میخواستم بپرسم, یک سوال, یک سوال دارم, سوال دارم, میدانی, اقا, راستی
        """
    ),
}
_BEHIND: Final[dict[Language, frozenset[str]]] = {
    "en": listed("please, then, now, thanks, thank you, right now, exactly, for me"),
    "es": listed("por favor, gracias, entonces, ahora"),
    "zh": listed("啊, 呢, 呀, 吧, 哦, 谢谢, 了"),
    "fa": listed("لطفا, ممنون, دیگر, خب"),
}
"""What is said before and behind questions, in the plain letters of `normal`."""


def tokens(text: str, language: Language, bare: bool = True) -> tuple[str, ...]:
    """The words of a text; in Chinese its characters, and each two of them.

    bare: without what is said around a question; a text that is nothing else keeps it.
    """
    plain = normal(text, language)
    plain = _stripped(plain, language) if bare else plain
    return _characters(plain) if language == "zh" else tuple(plain.split()[:MOST])


def normal(text: str, language: Language) -> str:
    """A text in small plain letters, its words apart by one space."""
    text = unicodedata.normalize("NFKC", text[: 40 * MOST]).lower()
    match language:
        case "en":
            text = _contractions().sub(_in_full, text.translate(_APOSTROPHES))
        case "es":
            text = "".join(filter(_is_no_accent, unicodedata.normalize("NFD", text)))
        case "fa":
            text = _persian(text)
        case "zh":
            text = text.translate(_SIMPLIFIED)
    return " ".join(_WORD.findall(text))


@cache
def _contractions() -> re.Pattern[str]:
    whole = [word for word in _CONTRACTIONS if word[0].isalpha() and word != "n't"]
    ends = [word for word in _CONTRACTIONS if word not in whole]
    return re.compile(rf"\b(?:{'|'.join(whole)})\b|(?:{'|'.join(ends)})\b")


def _in_full(match: re.Match[str]) -> str:
    return f" {_CONTRACTIONS[match[0]]} "


def _is_no_accent(character: str) -> bool:
    return not unicodedata.combining(character)


def _persian(text: str) -> str:
    """Letters of one kind, no short vowels, and words that are written with or without half spaces in one."""
    text = "".join(filter(_is_no_accent, text)).translate(_PERSIAN_LETTERS)
    text = text.replace("\u0640", "").replace("\u200c", "")
    text = re.sub(r"\b(ن?می) (?=\w)", r"\1", text)
    text = re.sub(r"(?<=\w) (ها|های|هایی|هایم|هایت|تر|ترین|ام|ای)\b", r"\1", text)
    return re.sub(r"\w+", lambda word: _PERSIAN_WORDS.get(word[0], word[0]), text)


def _stripped(plain: str, language: Language) -> str:
    """A text without what is said before and behind a question, unless it is all there is."""
    before, behind = _around(language)
    while rest := before.sub("", plain, count=1):
        if rest == plain:
            break
        plain = rest
    while rest := behind.sub("", plain, count=1):
        if rest == plain:
            break
        plain = rest
    return plain


@cache
def _around(language: Language) -> tuple[re.Pattern[str], re.Pattern[str]]:
    space = "" if language == "zh" else r"\b ?"
    before, behind = (
        "|".join(sorted(map(re.escape, (normal(words, language) for words in table)), key=len, reverse=True))
        for table in (_AROUND[language], _BEHIND[language])
    )
    edge = "" if language == "zh" else r" ?\b"
    return re.compile(rf"^ ?(?:{before}){space}"), re.compile(rf"{edge}(?:{behind}) ?$")


def _characters(plain: str) -> tuple[str, ...]:
    """Characters and pairs of them; words in other letters whole."""
    found: list[str] = []
    for word in plain.split():
        if word.isascii():
            found.append(word)
        else:
            single = re.findall(r"[a-z0-9]+|.", word)
            found += (*single, *(first + second for first, second in pairwise(single)))
    return tuple(found[: 2 * MOST])


_SOUNDS: Final = tuple(
    (re.compile(pattern), sound)
    for pattern, sound in (
        ("^kn", "n"), ("^wr", "r"), ("^ps", "s"), ("mb$", "m"), ("tch|ch", "C"), ("sch|sh|tion|sion", "S"),
        ("igh", "i"), ("ow$", "o"), ("th", "T"), ("ph|gh(?=t)", "f"), ("gh", ""), ("ck|q|cc(?![eiy])", "k"),
        ("x", "ks"), ("dge|dg|j|g(?=[eiy])", "C"), ("c(?=[eiy])|z", "s"), ("c|g", "k"), ("d", "t"),
        ("b", "p"), ("v", "f"), ("wh", "w"), ("(?<=.)h", ""), (r"([a-zCST])\1", r"\1"),
        ("e$", ""), ("[aeiouy]+", "a"),
    )
)  # fmt: skip


@lru_cache(4096)
def sound(word: str) -> str:
    """About how an English word sounds, so that what is misheard for one another looks alike.

    Voiced and unvoiced consonants are one, all vowels are one.
    """
    for pattern, written in _SOUNDS:
        word = pattern.sub(written, word)
    return word
