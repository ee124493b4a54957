"""English, as it is read in the United States."""

import re
from collections.abc import Iterator

from visavis.language.grammar import Grammar, Rule
from visavis.language.tables import Noun, listed, nouns, table, words
from visavis.language.tokens import Date, Number, Time, roman

SMALL = words(
    """
    zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen
    sixteen seventeen eighteen nineteen
    """
)
TENS = words("_ _ twenty thirty forty fifty sixty seventy eighty ninety")
LARGE = ("", "thousand", "million", "billion", "trillion")
IRREGULAR_ORDINALS = {
    "one": "first", "two": "second", "three": "third", "five": "fifth", "eight": "eighth",
    "nine": "ninth", "twelve": "twelfth",
}  # fmt: skip
MONTHS = words("January February March April May June July August September October November December")
MONTH_SHORT = {"Sept": "September"} | {month[:3]: month for month in MONTHS}
WEEKDAYS = {day[:3]: day for day in words("Monday Tuesday Wednesday Thursday Friday Saturday Sunday")}
WEEKDAY = "Mon|Tues?|Wed|Thu(?:rs?)?|Fri|Sat|Sun"

KINGS = words(
    """
    Louis Henry Elizabeth George Charles Edward William Richard James John Paul Benedict Pius
    Francis Philip Ferdinand Frederick Napoleon Nicholas Alexander Peter Catherine Ramses Ptolemy
    Leo Gregory Juan Felipe
    """
)
NUMBERED = words(
    """
    Chapter Part Volume Book Act Scene Section Article Appendix Title Phase Stage Type Class War
    Bowl Grade Level Unit Episode Season Rocky Version Figure Table Step
    """
)

# Abbreviations before a number.
REFERENCES = table(
    """
    no → number   nos → numbers   fig → figure   figs → figures   vol → volume   ch → chapter
    sec → section   eq → equation   art → article   pp → pages   p → page
    """
)

# A number after one of these, or with nothing after it that it could count, is a year.
BEFORE_YEARS = (
    "in|since|of|by|from|until|till|before|after|around|during|year|between|circa|and|to|through|early|late"
)
COUNTED = re.compile(
    r"\s(?:people|men|women|children|(?!(?:was|is|has|its|his|this|as|us|always|plus|across)\b)[a-z]+s)\b"
)

COMMON = frozenset(
    words(
        """
        a able about after again ago all almost also always am amazing an and another any anything are
        around as ask at away back bad be because been before being best better big book both but by bye
        call came can can't car care change cheers come cool could couldn't day days dear did didn't
        different do does doesn't doing don't done down each easy else english enough even ever every
        everyone everything exactly fact far feel few find fine first five for four free friend friends
        from fun get getting give glad go going good goodbye got great guess guys had happy hard has
        hasn't have haven't he he's hear hello help her here hey hi him his home hope hour hours house
        how how's i i'd i'll i'm i've if in into is isn't it it's its job just keep kind knew know last
        later least left less let let's life like little live ll long look lot love made make makes man
        many may maybe me mean men might mine minute minutes more morning most much must my myself name
        need never new next nice night no not nothing now of off often oh ok okay old on once one only
        or other our out over own people perfect person place please plus point problem put question
        quite re really remember right said same saw say says see seems seen shall she she's should show
        simple since sir so some someone something soon sorry start state still stop story such sure
        take talk tell ten than thank thanks that that's the their them then there there's these they
        they're thing things think third this those though thought three through time times to today
        together told tomorrow tonight too took true try turn two under until up us use used usual very
        wait want wanted was wasn't way we we'll we're we've welcome well went were what what's when
        where where's which while who who's whole why will wish with without won't word words work world
        would wouldn't write wrong yeah year years yep yes yesterday yet you you'd you'll you're you've
        young your yours
        """
    )
) | frozenset(map(str.lower, (*SMALL, *MONTHS)))


class English(Grammar):
    language = "en"
    common = COMMON
    spelling = (
        ("th|sh|wh|ck|ght|ph|oo|ee|ou|ow|aw|ew|k|w", 1), ("ss|ff|tt|pp|dd|mm|nn|gg|bb", 1), ("ea|er$", 0.8),
        ("(?:ing|ed|ly|tions?|ness|ments?|ful|less|[ai]ble|ous|ive|ity|al|ic|ate|ize|ure|[ae]nce)$", 1),
        ("[bcfghjkmpqtvwx]$|[^aeiou]s$|[^aeiou]e$|[a-z]y$", 0.6), ("'(?:s|t|re|ve|ll|d|m)$", 2),
        ("^(?:s[tpckmnlw]|y[aeou]|kn|wr|[^aeiouy]{3})", 1),
    )  # fmt: skip
    day_first = False
    digits = SMALL[:10]
    plus, minus, point, to, per = "plus", "minus", "point", "to", "per"
    marks = table(
        """
        ，, 、, ، → ,   。 → .   ？, ؟ → ?   ！ → !   ；, ؛ → ;   ： → :
        """
    )
    percent = table("%, ٪ → percent   ‰ → per thousand")
    units = nouns(
        """
        km → kilometer | kilometers   m → meter | meters   cm → centimeter | centimeters
        mm → millimeter | millimeters   nm → nanometer | nanometers   mi → mile | miles   ft → foot | feet
        yd → yard | yards   kg → kilogram | kilograms   g → gram | grams   mg → milligram | milligrams
        t → ton | tons   lb, lbs → pound | pounds   oz → ounce | ounces   l, L → liter | liters
        ml, mL → milliliter | milliliters   h, hr, hrs → hour | hours   min, mins → minute | minutes
        s, sec → second | seconds   ms → millisecond | milliseconds   m², m2 → square meter | square meters
        km², km2 → square kilometer | square kilometers   cm² → square centimeter | square centimeters
        m³, m3 → cubic meter | cubic meters   ha → hectare | hectares   sq ft → square foot | square feet
        km/h, kph → kilometer per hour | kilometers per hour   mph → mile per hour | miles per hour
        m/s → meter per second | meters per second   °C → degree Celsius | degrees Celsius
        °F → degree Fahrenheit | degrees Fahrenheit   ° → degree | degrees   Hz → hertz   kHz → kilohertz
        MHz → megahertz   GHz → gigahertz   W → watt | watts   kW → kilowatt | kilowatts
        MW → megawatt | megawatts   kWh → kilowatt hour | kilowatt hours   V → volt | volts
        mAh → milliamp hour | milliamp hours   dB → decibel | decibels   KB, kB → kilobyte | kilobytes
        MB/s → megabyte per second | megabytes per second   MB → megabyte | megabytes
        GB → gigabyte | gigabytes   TB → terabyte | terabytes
        Mbps → megabit per second | megabits per second   Gbps → gigabit per second | gigabits per second
        fps → frame per second | frames per second   px → pixel | pixels   tsp → teaspoon | teaspoons
        tbsp → tablespoon | tablespoons   kcal → kilocalorie | kilocalories
        """
    )
    currencies = nouns(
        """
        USD → dollar | dollars   EUR → euro | euros   GBP → pound | pounds   JPY → yen   CNY → yuan
        INR → rupee | rupees   KRW → won   RUB → ruble | rubles   BTC → bitcoin | bitcoins
        IRR → rial | rials   CHF → Swiss franc | Swiss francs   AUD → Australian dollar | Australian dollars
        TRY → lira   CAD → Canadian dollar | Canadian dollars   MXN → Mexican peso | Mexican pesos
        BRL → real | reais
        """
    )
    cents = nouns("USD, EUR → cent | cents   GBP → penny | pence")
    scales = table(
        """
        hundred → hundred   thousand, k, K → thousand   million, m, M, mn → million
        billion, b, B, bn → billion   trillion, tn, T → trillion
        """
    )
    signs = table(
        """
        & → and   + → plus   = → equals   < → less than   > → greater than   ×, * → times   ÷ → divided by
        ± → plus or minus   ≈ → about   ≠ → is not equal to   ≤ → at most   ≥ → at least   − → minus
        √ → square root of   ∞ → infinity   π → pi   ² → squared   ³ → cubed   ^ → to the power of
        % → percent   ° → degrees   @ → at   § → section   № → number   $ → dollars   € → euros   £ → pounds
        ₿ → bitcoin
        """
    )
    address = table(
        """
        . → dot   @ → at   / → slash   : → colon   - → dash   _ → underscore   # → hashtag
        ? → question mark   = → equals   & → and   % → percent   ~ → tilde   + → plus
        """
    )
    abbreviations = table(
        """
        Mr. → Mister   Mrs., Mrs → Missis   Ms., Ms → Miz   Dr. → Doctor   Prof. → Professor
        Gen. → General   Sen. → Senator   Rep. → Representative   Gov. → Governor   Capt. → Captain
        Lt. → Lieutenant   Col. → Colonel   Sgt. → Sergeant   Rev. → Reverend   Hon. → Honorable
        Jr. → Junior   Sr. → Senior   Mt. → Mount   Ft. → Fort   Ave. → Avenue   Blvd. → Boulevard
        Rd. → Road   Inc. → Incorporated   Ltd. → Limited   Co. → Company   Corp. → Corporation
        Bros. → Brothers   Dept. → Department   Univ. → University   Assn. → Association
        e.g., e.g → for example   i.e. → that is   etc. → et cetera   vs., vs, v. → versus
        approx. → approximately   ca. → circa   cf. → compare   et al. → and others   viz. → namely
        est. → established   incl. → including   max. → maximum   ext. → extension   avg. → average
        esp. → especially   w/o → without   w/ → with   b/c → because   a.k.a. → also known as   Ph.D. → PhD
        C++ → C plus plus   C# → C sharp   F# → F sharp   .NET → dot net   24/7 → twenty four seven
        9/11 → nine eleven   50/50 → fifty fifty
        """
    )
    dotted = frozenset(
        words(
            """
        mr mrs ms dr prof gen sen rep gov capt lt col sgt rev hon st mt ft vs v e.g i.e cf ca viz
        approx est incl esp max avg dept univ al
        """
        )
    )
    numbered = frozenset(
        words(
            """
        no nos fig figs vol p pp ch sec eq art jan feb mar apr jun jul aug sep sept oct nov dec
        """
        )
    )
    conjunctions = words("and but or because although though while so unless until since")
    relatives = words("which who that when where if after before than")
    answers = listed(
        """
        well, sure, yes, yeah, yep, no, nope, okay, ok, right, all right, great, hello, hi, hey, oh, ah, so,
        certainly, absolutely, definitely, of course, sorry, thanks, thank you, indeed, exactly, actually,
        hmm, now, good question, no problem, i see, good morning
        """
    )
    phrases = frozenset(
        words(
            """
        and but or because although though while so unless until since which who that when where if after
        before than to in on at by with without from for into onto about between through during under over
        against is are was were can could will would should has have had does do did means
        """
        )
    )
    leaning = frozenset(
        words(
            """
        a an the my your his her its our their this these those every each some any no not very too quite
        of to in on at by for from with without into about between through during under over against as
        and but or because although though while so unless until since which who that when where if after
        before than i you he she it we they is are was were be been being am can could will would should
        may might must has have had do does did i'm you're he's she's it's we're they're that's there's
        mr mrs ms dr prof st
        """
        )
    )

    def cardinal(self, value: int, noun: str = "") -> str:
        if value == 0:
            return SMALL[0]
        groups = [value // 1000**power % 1000 for power in range(len(LARGE))]
        words = [f"{_below_thousand(group)} {LARGE[power]}" for power, group in enumerate(groups) if group]
        return " ".join(reversed(words)).strip()

    def ordinal(self, value: int) -> str:
        """21 -> twenty first."""
        head, _, last = self.cardinal(value).rpartition(" ")
        last = IRREGULAR_ORDINALS.get(last) or re.sub("y$", "ie", last) + "th"
        return f"{head} {last}".strip()

    def year(self, value: int) -> str:
        """A year from 1 on: 1999 -> nineteen ninety nine, 2005 -> two thousand five."""
        century, rest = divmod(value, 100)
        if not 1010 <= value < 2100 or 2000 <= value < 2010:
            return self.cardinal(value)
        if not rest:
            return f"{self.cardinal(century)} hundred"
        return f"{self.cardinal(century)} {'oh ' if rest < 10 else ''}{self.cardinal(rest)}"

    def decade(self, value: int) -> str:
        """1990 -> nineteen nineties, 80 -> eighties, 2000 -> two thousands."""
        words = self.year(value) if value > 99 else self.cardinal(value)
        return re.sub("y$", "ie", words) + "s"

    def date(self, date: Date) -> str:
        day = f"{MONTHS[date.month - 1]} {self.ordinal(date.day)}"
        return day if date.year is None else f"{day}, {self.year(date.year)}"

    def time(self, time: Time) -> str:
        hour, half = self.cardinal(time.hour), {"am": "AM", "pm": "PM", "": ""}[time.half]
        minute = f"{'oh ' if time.minute < 10 else ''}{self.cardinal(time.minute)}" if time.minute else ""
        if time.second:
            seconds = f"and {self.cardinal(time.second)} {'second' if time.second == 1 else 'seconds'}"
            return self.joined(hour, minute or "oh oh", seconds, half)
        return self.joined(hour, minute or ("" if half else "o'clock"), half)

    def fraction(self, over: int, under: int, noun: str = "") -> str:
        special = {2: ("half", "halves"), 4: ("quarter", "quarters")}
        one, many = special.get(under, (self.ordinal(under), f"{self.ordinal(under)}s"))
        return f"{self.cardinal(over)} {one if over == 1 else many}"

    def mixed(self, whole: str, fraction: str) -> str:
        return f"{whole} and {re.sub('^one half', 'a half', fraction)}"

    def ratio(self, left: str, right: str) -> str:
        return f"{left} to {right}"

    def coins(self, price: Number, noun: Noun, cent: Noun) -> str:
        whole, hundredths = int(price.whole), int(price.decimals)
        parts = []
        if whole or not hundredths:
            parts.append(f"{self.cardinal(whole)} {noun.one if whole == 1 else noun.many}")
        if hundredths:
            parts.append(f"{self.cardinal(hundredths)} {cent.one if hundredths == 1 else cent.many}")
        return self.joined(self.minus if price.negative else "", " and ".join(parts))

    def rules(self) -> Iterator[Rule]:
        yield from self._dates()
        yield from self._years()
        yield from self._references()

    def _dates(self) -> Iterator[Rule]:
        month = "|".join(f"{short}(?:{name.removeprefix(short)}|\\.)?" for short, name in MONTH_SHORT.items())
        day = r"(\d{1,2})(?:st|nd|rd|th)?\b"
        year = r"(?:,?\s+(\d{4})(?!\d|[.,]\d))?"

        def month_day(match: re.Match[str]) -> str:
            return self._named_date(match[1], int(match[2]), match[3])

        def day_month(match: re.Match[str]) -> str:
            dated = self._named_date(match[3], int(match[1]), match[4])
            return re.sub(r"^(\w+) (\w+(?: \w+)?)", r"\2 of \1", dated) if match[2] else dated

        def month_year(match: re.Match[str]) -> str:
            return f"{MONTH_SHORT[match[1][:3]]} {self.year(int(match[2]))}"

        def weekdays(match: re.Match[str]) -> str:
            return " to ".join(WEEKDAYS[day[:3]] for day in match.groups())

        yield re.compile(rf"\b({month})\s+{day}(?![:/]){year}"), month_day
        nth = r"(?<![\d.,:/-])(\d{1,2})(st|nd|rd|th|(?=\s+of))?\s+(?:of\s+)?"
        yield re.compile(rf"{nth}({month})(?!\w){year}"), day_month
        yield re.compile(rf"\b({month}),?\s+(\d{{4}})(?!\d|[.,]\d)"), month_year
        yield re.compile(rf"\b({WEEKDAY})\.?\s?[-–]\s?({WEEKDAY})\b\.?"), weekdays
        yield re.compile(r"(?<![\d.])(\d{1,3}(?:,\d{3})+|\d{1,15})(?:st|nd|rd|th)\b"), self._ordinal

    def _years(self) -> Iterator[Rule]:
        def years(match: re.Match[str]) -> str:
            first, second = int(match[1]), match[2]
            last = self.year(int(second)) if len(second) == 4 else self.cardinal(int(second))
            return f"{self.year(first)} to {last}"

        def year(match: re.Match[str]) -> str:
            counts = COUNTED.match(match.string, match.end())
            return match[0] if counts else f"{match[1]}{self.year(int(match[2]))}"

        yield re.compile(r"(?<![\d.,$€£-])([12]\d{3})\s?[-–—]\s?([12]\d{3}|\d\d)(?![\d/.-]\d|\d)"), years
        yield re.compile(r"(?<=\d0s)\s?[-–]\s?(?='?\d)"), lambda _: " to "
        yield re.compile(r"(?<![\d,])1,?000s(?= of)"), lambda _: "thousands"
        yield re.compile(r"(?<![\d,])100s(?= of)"), lambda _: "hundreds"
        yield re.compile(r"(?<!\w)'?((?:1\d|20)?\d0)'?s\b"), lambda match: self.decade(int(match[1]))
        before = rf"(\b(?i:{BEFORE_YEARS})\s+|\()((?:1[1-9]|20)\d\d)"
        yield re.compile(rf"{before}(?!\w|[.,:/-]\d|\s?[%°$€£])"), year
        alone = r"(?<![\w.,:/$€£#+-])()((?:1[5-9]|20)\d\d)(?![.,:]\d)"
        yield re.compile(rf"{alone}(?=\s*(?:$|[.,;:?!)]|(?:was|is|will|has|had|and|or)\b))"), year
        era = r"\b(\d{1,6})\s?(BCE?|AD|CE)\b"
        yield re.compile(era), lambda match: f"{self.year(int(match[1]))} {match[2]}"

    def _references(self) -> Iterator[Rule]:
        def numbered(match: re.Match[str]) -> str:
            value = roman(match[2])
            return f"{match[1]} {self.cardinal(value)}" if value else match[0]

        def king(match: re.Match[str]) -> str:
            value = roman(match[2])
            return f"{match[1]} the {self.ordinal(value)}" if value else match[0]

        short = "|".join(REFERENCES)
        yield re.compile(rf"\b((?i:{short}))\.\s?(?=\d)"), lambda match: f"{REFERENCES[match[1].lower()]} "
        yield re.compile(r"\bSt\.(?=\s+[A-Z])"), lambda _: "Saint"
        yield re.compile(r"\bSt\."), lambda _: "Street"
        yield re.compile(rf"\b({'|'.join(NUMBERED)})\s+([IVXLC]+)\b"), numbered
        # Elizabeth I of England, but not: Louis, I think.
        regnal = r"[IVX]{2,}|[VX]|I(?=[,.;)]|\s+of\b)"
        yield re.compile(rf"\b({'|'.join(KINGS)})\s+({regnal})(?!\w|')"), king

    def _named_date(self, month: str, day: int, year: str | None) -> str:
        name = MONTH_SHORT[month[:3]]
        if not 1 <= day <= 31:
            return f"{name} {day} {year or ''}"
        return self.date(Date(int(year) if year else None, MONTHS.index(name) + 1, day))

    def _ordinal(self, match: re.Match[str]) -> str:
        return self.ordinal(int(match[1].replace(",", "")))


def _below_thousand(value: int) -> str:
    hundreds, rest = divmod(value, 100)
    words = [f"{SMALL[hundreds]} hundred"] if hundreds else []
    if 0 < rest < 20:
        words.append(SMALL[rest])
    elif rest:
        words.append(TENS[rest // 10] + (f" {SMALL[rest % 10]}" if rest % 10 else ""))
    return " ".join(words)


GRAMMAR = English()
