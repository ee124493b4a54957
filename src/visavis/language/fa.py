"""Persian, with the solar calendar; ZWNJ stays where Persian spelling has it."""

import re
from collections.abc import Iterator

from visavis.language.grammar import Grammar, Rule
from visavis.language.tables import Noun, listed, nouns, table, words
from visavis.language.tokens import Date, Number, Time

SMALL = words(
    """
    صفر یک دو سه چهار پنج شش هفت هشت نه ده یازده دوازده سیزده چهارده پانزده شانزده هفده هجده نوزده
    """
)
TENS = words("_ _ بیست سی چهل پنجاه شصت هفتاد هشتاد نود")
HUNDREDS = words("_ صد دویست سیصد چهارصد پانصد ششصد هفتصد هشتصد نهصد")
LARGE = ("", "هزار", "میلیون", "میلیارد", "تریلیون")
AND = " و "

SOLAR_MONTHS = words("فروردین اردیبهشت خرداد تیر مرداد شهریور مهر آبان آذر دی بهمن اسفند")
GREGORIAN_MONTHS = words("ژانویه فوریه مارس آوریل مه ژوئن ژوئیه اوت سپتامبر اکتبر نوامبر دسامبر")
LAST_SOLAR_YEAR = 1500
"""A year up to this one is of the solar calendar."""

USUAL_FRACTIONS = {(1, 2): "نصف", (1, 3): "یک سوم", (2, 3): "دو سوم", (1, 4): "یک چهارم", (3, 4): "سه چهارم"}


class Persian(Grammar):
    language = "fa"
    group, decimal = ",٬،", ".٫"
    digits = SMALL[:10]
    plus, minus, point, to, per = "مثبت", "منفی", "ممیز", "تا", "در"
    comma = "،"
    letters = table("ي, ى, ې → ی   ك → ک   ة → ه   ـ →")
    marks = table(
        """
        ,, ，, 、 → ،   。 → .   ?, ？ → ؟   ！ → !   ;, ； → ؛   ： → :
        """
    )
    percent = table("%, ٪ → درصد   ‰ → در هزار")
    units = nouns(
        """
        km → کیلومتر   m → متر   cm → سانتی‌متر   mm → میلی‌متر   nm → نانومتر   kg → کیلوگرم   g → گرم
        mg → میلی‌گرم   t → تن   l, L → لیتر   ml, mL → میلی‌لیتر   h → ساعت   min → دقیقه   s → ثانیه
        ms → میلی‌ثانیه   m², m2 → متر مربع   km², km2 → کیلومتر مربع   cm² → سانتی‌متر مربع
        m³, m3 → متر مکعب   ha → هکتار   km/h → کیلومتر در ساعت   m/s → متر بر ثانیه   °C → درجه سانتی‌گراد
        °F → درجه فارنهایت   ° → درجه   Hz → هرتز   kHz → کیلوهرتز   MHz → مگاهرتز   GHz → گیگاهرتز
        W → وات   kW → کیلووات   MW → مگاوات   kWh → کیلووات ساعت   V → ولت   mAh → میلی‌آمپر ساعت
        dB → دسی‌بل   KB, kB → کیلوبایت   MB/s → مگابایت بر ثانیه   MB → مگابایت   GB → گیگابایت
        TB → ترابایت   Mbps → مگابیت بر ثانیه   px → پیکسل   kcal → کیلوکالری
        """
    )
    currencies = nouns(
        """
        USD → دلار   EUR → یورو   GBP → پوند   JPY → ین   CNY → یوان   INR → روپیه   KRW → وون   RUB → روبل
        BTC → بیت‌کوین   IRR → ریال   CHF → فرانک سوئیس   AUD → دلار استرالیا   CAD → دلار کانادا
        MXN → پزوی مکزیک   BRL → رئال   TRY → لیر
        """
    )
    cents = nouns("USD, EUR → سنت   GBP → پنی")
    scales = table(
        """
        هزار, K, k → هزار   میلیون, M, million → میلیون   میلیارد, B, billion → میلیارد   تریلیون → تریلیون
        """
    )
    signs = table(
        """
        & → و   + → به‌علاوه   = → مساوی   < → کوچک‌تر از   > → بزرگ‌تر از   ×, * → ضرب در   ÷ → تقسیم بر
        ± → مثبت و منفی   ≈ → حدود   ≠ → نامساوی با   ≤ → کوچک‌تر یا مساوی   ≥ → بزرگ‌تر یا مساوی   − → منهای
        √ → جذر   ∞ → بی‌نهایت   π → پی   ² → به توان دو   ³ → به توان سه   ^ → به توان   %, ٪ → درصد
        ° → درجه   @ → ات   § → بخش   № → شماره   $ → دلار   € → یورو   £ → پوند   ﷼ → ریال
        """
    )
    address = table(
        """
        . → نقطه   @ → ات   / → اسلش   : → دو نقطه   - → خط تیره   _ → زیرخط   # → هشتگ   ? → علامت سؤال
        = → مساوی   & → و   % → درصد   ~ → مد   + → به‌علاوه
        """
    )
    abbreviations = table(
        """
        د. → دکتر   ه.ش., ه.ش, ه. ش., هـ.ش, ه‍.ش → هجری شمسی   ه.ق., ه.ق, ه. ق. → هجری قمری
        ق.م., ق.م, ق. م. → قبل از میلاد   ق.ظ., ق.ظ, AM → قبل از ظهر   ب.ظ., ب.ظ, PM → بعد از ظهر
        (ص) → صلی الله علیه و آله   (ع) → علیه‌السلام   (س) → سلام‌الله علیها   (ره) → رحمت‌الله علیه
        (عج) → عجل‌الله تعالی فرجه   ر.ک., ر.ک → رجوع کنید به   ص.پ. → صندوق پستی
        ج.ا.ا → جمهوری اسلامی ایران   vs., vs → در برابر   etc. → و غیره
        """
    )
    dotted = frozenset(words("د م ه ق ه.ش ه.ق ق.م ر.ک ص.پ ب.ظ ق.ظ"))
    numbered = frozenset(words("ص ج ش ت"))
    conjunctions = words("و اما ولی چون زیرا یا بلکه هرچند سپس پس")
    relatives = words("که اگر تا وقتی درحالی‌که")
    answers = listed(
        """
        خب, خوب, خیلی خب, خیلی خوب, بله, بله البته, آره, نه, باشه, البته, حتماً, حتما, سلام, ببخشید, متأسفم,
        ممنون, متشکرم, درسته, دقیقاً, دقیقا, عالیه, چشم, سؤال خوبی است, سوال خوبی است, صبح بخیر
        """
    )
    phrases = frozenset(
        words(
            """
        و اما ولی چون زیرا یا بلکه که اگر تا وقتی با بدون از در به روی برای بین درباره‌ی دربارهٔ درباره مثل
        """
        )
    )
    leaning = frozenset(
        words(
            """
        و اما ولی چون زیرا یا بلکه که اگر تا وقتی با بدون از در به بر روی زیر برای بین درباره‌ی دربارهٔ
        درباره مثل این آن هر یک دو سه چند خیلی بسیار هیچ چه نمی می من تو او ما آقای خانم دکتر
        """
        )
    )

    def leans(self, word: str) -> bool:
        """As well what is written with its ezafe."""
        return word in self.leaning or word.endswith(("\u200cی", "ۀ", "هٔ"))

    def cardinal(self, value: int, noun: str = "") -> str:
        if value == 0:
            return SMALL[0]
        groups = [value // 1000**power % 1000 for power in range(len(LARGE))]
        words = [_group(group, LARGE[power]) for power, group in enumerate(groups) if group]
        return AND.join(reversed(words))

    def ordinal(self, value: int) -> str:
        """3 -> سوم, 30 -> سی‌ام, 21 -> بیست و یکم."""
        words = self.cardinal(value)
        if words.endswith("سه"):
            return f"{words[:-1]}وم"
        return f"{words}\u200cام" if words.endswith("ی") else f"{words}م"

    def decimals(self, digits: str) -> str:
        """Up to three digits are read as a number, with the zeros before it."""
        if len(digits) > 3:
            return self.one_by_one(digits)
        zeros = [SMALL[0]] * (len(digits) - len(digits.lstrip("0")))
        return " ".join([*zeros, *([self.cardinal(int(digits))] if int(digits) else [])])

    def date(self, date: Date) -> str:
        solar = date.year is not None and date.year <= LAST_SOLAR_YEAR
        month = (SOLAR_MONTHS if solar else GREGORIAN_MONTHS)[date.month - 1]
        words = f"{self.ordinal(date.day)} {month}"
        return f"{words} {self.cardinal(date.year)}" if date.year else words

    def time(self, time: Time) -> str:
        words = [self.cardinal(time.hour)]
        if time.minute:
            words.append(f"{self.cardinal(time.minute)} دقیقه")
        if time.second:
            words.append(f"{self.cardinal(time.second)} ثانیه")
        half = {"am": "قبل از ظهر", "pm": "بعد از ظهر", "": ""}[time.half]
        return self.joined(AND.join(words), half)

    def fraction(self, over: int, under: int, noun: str = "") -> str:
        return USUAL_FRACTIONS.get((over, under)) or f"{self.cardinal(over)} {self.ordinal(under)}"

    def mixed(self, whole: str, fraction: str) -> str:
        return whole + AND + ("نیم" if fraction == USUAL_FRACTIONS[1, 2] else fraction)

    def ratio(self, left: str, right: str) -> str:
        return f"{left} به {right}"

    def coins(self, price: Number, noun: Noun, cent: Noun) -> str:
        whole, hundredths = int(price.whole), int(price.decimals)
        large = f"{self.cardinal(whole)} {noun.one}" if whole or not hundredths else ""
        small = f"{self.cardinal(hundredths)} {cent.one}" if hundredths else ""
        return self.joined(self.minus if price.negative else "", AND.join(filter(None, [large, small])))

    def rules(self) -> Iterator[Rule]:
        months = "|".join([*SOLAR_MONTHS, *GREGORIAN_MONTHS, "اوت", "جولای", "می"])

        def dated(match: re.Match[str]) -> str:
            return f"{self.ordinal(int(match[1]))} {match[2]}"

        def placed(match: re.Match[str]) -> str:
            return self.ordinal(int(match[1])) + (match[2] or "")

        def decimal(match: re.Match[str]) -> str:
            if (int(match[1]), int(match[2])) in USUAL_FRACTIONS:
                return match[0]
            return f"{match[1]}.{match[2]}"

        yield re.compile(rf"(?<![\d/.])([12]?\d|3[01])\s(?:ام\s|م\s)?({months})(?!\w)"), dated
        yield re.compile(r"(?<![\d/.])(\d{1,15})(?:\u200c?م|[\s\u200c]?(?:ام|اُم))(ین)?(?![\w\u200c])"), placed
        yield re.compile(r"(?<![\d/.])(\d+)/(\d+)(?![\d/])"), decimal
        yield re.compile(r"(?<=\d)\sم\.?(?!\w)"), lambda _: " میلادی"
        yield re.compile(r"(?<!\w)م\.(?=\s)"), lambda _: "مهندس"
        yield re.compile(r"(?<!\w)ص\.?\s?(?=\d)"), lambda _: "صفحه "
        yield re.compile(r"(?<!\w)ج\.?\s?(?=\d)"), lambda _: "جلد "


def _group(value: int, name: str) -> str:
    """A number below 1000 and the thousands that it counts; one thousand is just that."""
    if value == 1 and name == LARGE[1]:
        return name
    hundreds, rest = divmod(value, 100)
    words = [HUNDREDS[hundreds]] if hundreds else []
    if 0 < rest < 20:
        words.append(SMALL[rest])
    elif rest:
        words += [TENS[rest // 10], *([SMALL[rest % 10]] if rest % 10 else [])]
    return f"{AND.join(words)} {name}".strip()


GRAMMAR = Persian()
