"""Spanish, as it is read anywhere: dates in the day's order, both decimal signs understood."""

import re
from collections.abc import Iterator

from visavis.language.grammar import Grammar, Rule
from visavis.language.tables import Noun, listed, nouns, table, words
from visavis.language.tokens import Amount, Date, Number, Time, roman

SMALL = words(
    """
    cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince
    dieciséis diecisiete dieciocho diecinueve veinte veintiuno veintidós veintitrés veinticuatro
    veinticinco veintiséis veintisiete veintiocho veintinueve
    """
)
TENS = words("_ _ _ treinta cuarenta cincuenta sesenta setenta ochenta noventa")
HUNDREDS = words(
    """
    _ ciento doscientos trescientos cuatrocientos quinientos seiscientos setecientos ochocientos
    novecientos
    """
)
LARGE = (("", ""), ("millón", "millones"), ("billón", "billones"))

ORDINALS = words(
    "_ primero segundo tercero cuarto quinto sexto séptimo octavo noveno décimo undécimo duodécimo"
)
ORDINAL_TENS = words(
    """
    _ décimo vigésimo trigésimo cuadragésimo quincuagésimo sexagésimo septuagésimo octogésimo
    nonagésimo
    """
)
PARTS = {
    2: "medio",
    3: "tercio",
    4: "cuarto",
    5: "quinto",
    6: "sexto",
    7: "séptimo",
    8: "octavo",
    9: "noveno",
    10: "décimo",
    100: "centésimo",
    1000: "milésimo",
}

MONTHS = words("enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre")

# Words that end in -a or -as and are masculine all the same.
MASCULINE = re.compile(
    r"(?:d[ií]as?|mapas?|\w*emas?|\w+gramas?|idiomas?|climas?|planetas?|poetas?|\w+istas?|más)$"
)
FEMININE = re.compile(
    r"(?:as?|ción|ciones|sión|siones|dad|dades|tad|tades|tud|tudes|vez|veces|mujer|mujeres|noches?)$"
)

# Words that may follow a number without being counted by it.
NOT_NOUNS = frozenset(
    words(
        """
    a al ante aquí así aún bajo como con contra cuando de del desde donde e el ella en entre era es
    esta está están fue ha han hasta hay la las le les lo los mas más me menos mi mientras ni no nos
    o para pero por porque pues que quien se según si sin sino sobre son su sus tal también te tu
    tus u un una y ya
    """
    )
)

NUMBERED = words(
    """
    capítulo tomo volumen parte libro acto escena título artículo anexo fase tipo guerra sección
    tema
    """
)
KINGS = words(
    """
    Felipe Carlos Alfonso Isabel Fernando Luis Juan Pablo Enrique Jaime Pedro Sancho Ramiro
    Alejandro Benedicto Pío León Gregorio Clemente Napoleón Jorge Eduardo Ricardo Guillermo Jacobo
    Francisco Nicolás Catalina Margarita Federico Amadeo
    """
)
LED = "Guerra|República|Edición|Copa|Congreso|Concilio|Festival"
QUEENS = frozenset(words("Isabel Catalina Margarita guerra parte sección fase escena"))

# An initialism that can be said as a word: it has a vowel, and no cluster at either end that cannot.
SAYABLE = re.compile(
    r"(?:[BCDFGPT][LR]|CH|LL|PS|[B-DF-HJ-NÑP-TV-Z])?[AEIOUY](?:.*[AEIOUY])?[B-DF-HJ-NÑP-TV-Z]?"
)

LETTERS = dict(
    zip(
        "ABCDEFGHIJKLMNÑOPQRSTUVXYZ",
        words(
            """
            a be ce de e efe ge hache i jota ka ele eme ene eñe o pe cu erre ese te u uve equis ye
            zeta
            """
        ),
        strict=True,
    )
) | {"W": "uve doble"}


COMMON = frozenset(
    words(
        """
        a acá adiós agua ahora ahí al algo alguien alguna algún allá allí amiga amigo amigos amor antes
        aquel aquella aquí así aunque ayer año años aún bien bienvenido bienvenidos buen buena buenas
        bueno buenos cada casa casi cinco claro como con conmigo contigo contra cosa cosas creo cual
        cualquier cuando cuatro cuál cuándo cuánto cuántos cómo da dar de debe decir del desde después
        dice diez dijo dime dios donde dos durante día días dónde e el ella ellas ellos en encontrar
        entonces entre era eran eres es esa ese eso esos esta estamos estar estas este esto estos estoy
        está están fecha feliz fin fue fueron fui gente gracias gran grande gusta gusto ha hablar había
        hace hacer hacia haciendo han has hasta hay he hemos hermano hijo hola hombre hora horas hoy
        igual ir jugar juntos la las le les listo llamo lo los luego lugar lunes madre mal mayor mañana
        me mejor menos mes mi mientras mil mis misma mismo momento mucha muchas mucho muchos mujer mundo
        muy más mí nada nadie ni ningún niña niño niños no noche nombre nos nosotros nuestra nuestro
        nueva nuevo nunca o oh ok okay otra otras otro otros padre para parece parte país perdón pero
        poco por porque primera primero puede pueden puedo pues punto que quien quiere quieres quiero
        quizás quién qué sabe saber sabes saludos se sea segundo según ser será si siempre siento
        siguiente sin sobre sois solo somos son soy su sus sé sí sólo también tampoco tan tanto tarde te
        tenemos tener tengo ti tiempo tiene tienen tienes toda todas todavía todo todos trabajo tres tu
        tus tú u un una unas uno unos usted ustedes va vale vamos van veces ver verdad vez vida voy y ya
        yo él
        """
    )
) | frozenset((*SMALL, *MONTHS))


class Spanish(Grammar):
    language = "es"
    common = COMMON
    spelling = (
        ("[áíóúñ]|é", 2), ("ü", 1), ("^[¿¡]", 3), ("(?:ci[oó]n|ciones|siones)$", 2),
        ("(?:mente|[ai]d[ao]s?|[aei]ndo|dad|dades|aje|eza|os[ao]s?|ill[ao]s?|it[ao]s?|ismo|ien)$", 1),
        ("(?:ería|ist[ao]s?|ari[ao]s?|[aeiou]r[oa]s?|ía)$", 1),
        ("[aeo]s?$", 0.4), ("[aio]$", 0.4), ("^(?:qu[ei]|hue)|ll[aou]|rr[aeio]|j[aou]|ñ|z[ao]$", 0.6),
        ("(?:amos|emos|imos|aste|iste|aron|ieron|aba|aban|arse|arlo|arme|[ai]r|ez|iene)$", 0.8), ("er$", 0.4),
    )  # fmt: skip
    group, decimal = ". ", ",."
    digits = SMALL[:10]
    plus, minus, point, to, per = "más", "menos", "coma", "a", "por"
    openers = "¿¡"
    marks = table(
        """
        ，, 、, ، → ,   。 → .   ？, ؟ → ?   ！ → !   ；, ؛ → ;   ： → :
        """
    )
    percent = table("%, ٪ → por ciento   ‰ → por mil")
    units = nouns(
        """
        km → kilómetro | kilómetros   m → metro | metros   cm → centímetro | centímetros
        mm → milímetro | milímetros   nm → nanómetro | nanómetros   kg → kilo | kilos
        g, gr → gramo | gramos   mg → miligramo | miligramos   t → tonelada | toneladas
        l, L → litro | litros   ml, mL → mililitro | mililitros   h, hs → hora | horas
        min → minuto | minutos   s, seg → segundo | segundos   ms → milisegundo | milisegundos
        m², m2 → metro cuadrado | metros cuadrados   km², km2 → kilómetro cuadrado | kilómetros cuadrados
        cm² → centímetro cuadrado | centímetros cuadrados   m³, m3 → metro cúbico | metros cúbicos
        ha → hectárea | hectáreas   km/h → kilómetro por hora | kilómetros por hora
        m/s → metro por segundo | metros por segundo   °C, ºC → grado Celsius | grados Celsius
        °F → grado Fahrenheit | grados Fahrenheit   ° → grado | grados   Hz → hercio | hercios
        kHz → kilohercio | kilohercios   MHz → megahercio | megahercios   GHz → gigahercio | gigahercios
        W → vatio | vatios   kW → kilovatio | kilovatios   MW → megavatio | megavatios
        kWh → kilovatio hora | kilovatios hora   V → voltio | voltios   dB → decibelio | decibelios
        mAh → miliamperio hora | miliamperios hora   KB, kB → kilobyte | kilobytes
        MB/s → megabyte por segundo | megabytes por segundo   MB → megabyte | megabytes
        GB → gigabyte | gigabytes   TB → terabyte | terabytes
        Mbps → megabit por segundo | megabits por segundo   px → píxel | píxeles
        kcal → kilocaloría | kilocalorías
        """
    )
    currencies = nouns(
        """
        USD → dólar | dólares   EUR → euro | euros   GBP → libra | libras   JPY → yen | yenes
        CNY → yuan | yuanes   INR → rupia | rupias   KRW → won | wones   RUB → rublo | rublos
        BTC → bitcoin | bitcoins   IRR → rial | riales   CHF → franco suizo | francos suizos
        AUD → dólar australiano | dólares australianos   TRY → lira | liras
        CAD → dólar canadiense | dólares canadienses   BRL → real | reales
        MXN → peso mexicano | pesos mexicanos   ARS → peso argentino | pesos argentinos
        """
    )
    cents = nouns("USD → centavo | centavos   EUR → céntimo | céntimos   GBP → penique | peniques")
    scales = table(
        """
        mil, k, K → mil   millón → millón   millones, M → millones   billón → billón   billones → billones
        mil millones → mil millones
        """
    )
    signs = table(
        """
        & → y   + → más   = → igual a   < → menor que   > → mayor que   ×, * → por   ÷ → entre
        ± → más menos   ≈ → unos   ≠ → distinto de   ≤ → como máximo   ≥ → como mínimo   − → menos
        √ → raíz cuadrada de   ∞ → infinito   π → pi   ² → al cuadrado   ³ → al cubo   ^ → elevado a
        % → por ciento   ° → grados   @ → arroba   § → sección   № → número   $ → dólares   € → euros
        £ → libras   ₿ → bitcoin
        """
    )
    address = table(
        """
        . → punto   @ → arroba   / → barra   : → dos puntos   - → guion   _ → guion bajo   # → hashtag
        ? → interrogación   = → igual   & → y   % → por ciento   ~ → virgulilla   + → más
        """
    )
    abbreviations = table(
        """
        Sr. → señor   Sra. → señora   Srta. → señorita   Sres. → señores   Sras. → señoras   Dr. → doctor
        Dra. → doctora   Dres. → doctores   D.ª, Dña. → doña   Ud., Vd. → usted   Uds., Vds. → ustedes
        Prof. → profesor   Profa. → profesora   Lic. → licenciado   Ing. → ingeniero   Arq. → arquitecto
        Gral. → general   Cap. → capitán   Mons. → monseñor   Sto. → santo   Sta. → santa
        EE.UU., EE. UU., EEUU → Estados Unidos   RR.HH., RR. HH. → recursos humanos
        JJ.OO., JJ. OO. → juegos olímpicos   FF.AA., FF. AA. → fuerzas armadas
        CC.AA., CC. AA. → comunidades autónomas   S.A., S. A. → sociedad anónima
        S.L., S. L. → sociedad limitada   p. ej., p.ej., P. ej., e.g. → por ejemplo   etc. → etcétera
        a. C., a.C. → antes de Cristo   d. C., d.C. → después de Cristo   cda. → cucharada
        cdas. → cucharadas   aprox. → aproximadamente   máx. → máximo   mín. → mínimo
        tel., Tel., tfno. → teléfono   avda., Avda., av., Av. → avenida   c/, C/ → calle
        pza., Pza. → plaza   pág. → página   págs. → páginas   núm., n.º, N.º, nº, Nº → número
        art. → artículo   vol. → volumen   cap. → capítulo   fig. → figura   dcha. → derecha
        izq. → izquierda   dpto., depto. → departamento   vs., vs → contra   i. e., i.e. → es decir
        cf. → compárese   Cía. → compañía   admón. → administración   ed. → edición   C++ → ce más más
        C# → ce sharp   24/7 → veinticuatro siete
        """
    )
    dotted = frozenset(
        words(
            """
        sr sra srta sres sras dr dra dres d dña prof profa lic ing arq gral mons sto sta av avda pza
        ej aprox tel tfno cf admón vs i.e e.g
        """
        )
    )
    numbered = frozenset(
        words(
            """
        pág págs p pp núm núms n.º nº art arts vol cap fig ene feb mar abr jun jul ago sep sept oct
        nov dic
        """
        )
    )
    conjunctions = words("y e pero o u porque aunque mientras sino pues")
    relatives = words("que quien cuando donde como si")
    answers = listed(
        """
        bueno, sí, no, claro, claro que sí, vale, bien, muy bien, está bien, perfecto, hola, pues, genial,
        exacto, exactamente, ah, oh, mira, gracias, entiendo, desde luego, por supuesto, de acuerdo,
        buena pregunta, buenos días, lo siento
        """
    )
    phrases = frozenset(
        words(
            """
        y e pero o u porque aunque mientras sino pues que quien cuando donde como si a al en con sin desde
        para por entre hasta sobre según durante es son era está están puede pueden tiene tienen ha han hay
        """
        )
    )
    leaning = frozenset(
        words(
            """
        el la los las un una unos unas mi mis tu tus su sus este esta estos estas ese esa esos esas cada
        algún ningún no muy más menos tan de del a al en con sin desde para por entre hasta sobre según
        durante y e pero o u porque aunque mientras sino pues que quien cuando donde como si yo tú él ella
        se me te le les nos lo es son era está están soy eres puede puedo pueden puedes ha han he has
        sr sra srta dr dra
        """
        )
    )

    def cardinal(self, value: int, noun: str = "") -> str:
        """Agrees with its noun: doscientas casas, veintiún libros, una hora."""
        noun = "" if noun.lower() in NOT_NOUNS else noun.lower()
        feminine = _is_feminine(noun)
        return _whole(value, feminine, "una" if feminine else "un" if noun else "uno")

    def ordinal(self, value: int, feminine: bool = False) -> str:
        """From 1 to 99; others are read as cardinals."""
        if not 0 < value < 100:
            return self.cardinal(value)
        tens, ones = divmod(value, 10)
        words = ORDINALS[value] if value < 13 else self.joined(ORDINAL_TENS[tens], ORDINALS[ones])
        return re.sub(r"o\b", "a", words) if feminine else words

    def decimals(self, digits: str) -> str:
        """Up to two digits are read as a number: tres coma catorce, tres coma cero cinco."""
        if len(digits) > 2 or digits.startswith("00"):
            return self.one_by_one(digits)
        zero = f"{SMALL[0]} " if digits[0] == "0" and len(digits) > 1 else ""
        return zero + self.cardinal(int(digits))

    def date(self, date: Date) -> str:
        day = ORDINALS[1] if date.day == 1 else self.cardinal(date.day)
        words = f"{day} de {MONTHS[date.month - 1]}"
        return f"{words} de {self.cardinal(date.year)}" if date.year else words

    def time(self, time: Time) -> str:
        hour = self.cardinal(time.hour, "hora")
        if 0 < time.hour <= 12 and not time.second:
            minute = {0: "", 15: "y cuarto", 30: "y media"}.get(
                time.minute, f"y {self.cardinal(time.minute)}"
            )
        else:
            zero = f"{SMALL[0]} " if 0 < time.minute < 10 else ""
            minute = f"{zero}{self.cardinal(time.minute)}" if time.minute or time.second else ""
        second = f"y {self.cardinal(time.second)} segundos" if time.second else ""
        late = "de la tarde" if time.hour < 8 or time.hour == 12 else "de la noche"
        return self.joined(hour, minute, second, {"am": "de la mañana", "pm": late, "": ""}[time.half])

    def fraction(self, over: int, under: int, noun: str = "") -> str:
        if (over, under) == (1, 2) and noun and noun not in NOT_NOUNS:
            return "media" if _is_feminine(noun) else "medio"
        part = PARTS.get(under) or f"{self.cardinal(under)}avo"
        return f"{self.cardinal(over, part)} {part}{'s' if over > 1 else ''}"

    def mixed(self, whole: str, fraction: str) -> str:
        return f"{whole} y {re.sub('^un medio', 'medio', fraction)}"

    def ratio(self, left: str, right: str) -> str:
        return f"{left} a {right}"

    def amount(self, amount: Amount, noun: str = "") -> str:
        return re.sub("^un millones$", "un millón", super().amount(amount, noun))

    def of(self, amount: Amount) -> str:
        """Millions are nouns: un millón de euros."""
        last = amount.ends[-1]
        in_millions = last.whole.endswith("000000") and not (last.decimals or last.is_code)
        return "de" if in_millions or "ill" in self.scales.get(amount.scale, "") else ""

    def coins(self, price: Number, noun: Noun, cent: Noun) -> str:
        whole, hundredths = int(price.whole), int(price.decimals)
        minus = self.minus if price.negative else ""
        small = self.cardinal(hundredths, cent.one)
        if not whole and hundredths:
            return self.joined(minus, small, cent.one if hundredths == 1 else cent.many)
        large = self.joined(self.cardinal(whole, noun.one), noun.one if whole == 1 else noun.many)
        return self.joined(minus, large, f"con {self.cardinal(hundredths)}" if hundredths else "")

    def rules(self) -> Iterator[Rule]:
        yield from self._dates()
        yield from self._numerals()
        yield re.compile(r"(?<!\d)(?<!\d\s)\ba\.\s?m\."), lambda _: "de la mañana"
        yield re.compile(r"(?<!\d)(?<!\d\s)\bp\.\s?m\."), lambda _: "de la tarde"
        yield re.compile(r"\bpp?\.\s?(?=\d)"), lambda _: "página "
        yield re.compile(r"\bD\.\s?(?=[A-ZÁÉÍÓÚÑ])"), lambda _: "don "
        yield re.compile(r"(?<![\w.])(?<!\d )[A-ZÑ]{2,5}(?!\w)"), self._initials

    def _dates(self) -> Iterator[Rule]:
        month = "|".join(f"{name[:3]}(?:{name[3:]}|t?\\.)?" for name in MONTHS)
        between, before_year = r"(?:\s+de\s+|[\s-])", r"(?:\s+del?\s+|[\s-])"

        def dated(match: re.Match[str]) -> str:
            number = next(place for place, name in enumerate(MONTHS, 1) if match[2].lower()[:3] == name[:3])
            return self.date(Date(int(match[3]) if match[3] else None, number, int(match[1])))

        def clock(match: re.Match[str]) -> str:
            return self.time(Time(int(match[1]), int(match[2])))

        date = rf"(?<![\d./-])(\d{{1,2}}){between}({month})(?!\w)(?:{before_year}(\d{{4}}))?(?!\d)"
        yield re.compile(date, re.I), dated
        yield re.compile(r"(?<![\d:.,])([01]?\d|2[0-3])\s?h\s?([0-5]\d)(?!\d)"), clock

    def _numerals(self) -> Iterator[Rule]:
        numeral = r"[IVXLC]+"
        more = rf"(?:\s+(?:y|al?|o)\s+|\s?[-–,]\s?){numeral}"

        def placed(match: re.Match[str]) -> str:
            words = self.ordinal(int(match[1]), match[2] == "ª")
            return re.sub("(primer|tercer)o$", r"\1", words) if match[2] == "er" else words

        def centuries(match: re.Match[str]) -> str:
            return re.sub(rf"\b{numeral}\b", lambda found: self._roman(found[0], 10), match[0])

        def numbered(match: re.Match[str]) -> str:
            return f"{match[1]} {self._roman(match[2], 0)}"

        def king(match: re.Match[str]) -> str:
            return f"{match[1]} {self._roman(match[2], 10, match[1] in QUEENS)}"

        def leading(match: re.Match[str]) -> str:
            return self._roman(match[1], 99, match[2][-1] == "a" or match[2] == "Edición")

        yield re.compile(r"(?<![\d.,])(\d{1,3})\.?([ºª]|er\b)(?![CF])"), placed
        yield re.compile(rf"\b[Ss]iglos?\s+{numeral}(?:{more})*\b"), centuries
        yield re.compile(rf"\b((?i:{'|'.join(NUMBERED)}))\s+({numeral})\b"), numbered
        yield re.compile(rf"\b({'|'.join(KINGS)})\s+({numeral})\b"), king
        yield re.compile(rf"\b({numeral})(?=\s+({LED})\b)"), leading

    def _roman(self, numeral: str, ordinals_to: int, feminine: bool = False) -> str:
        """A Roman numeral, as an ordinal up to some value; what is none stays."""
        value = roman(numeral)
        if value is None:
            return numeral
        return self.ordinal(value, feminine) if value <= ordinals_to else self.cardinal(value)

    def _initials(self, match: re.Match[str]) -> str:
        """Spell an initialism that cannot be said as a word: IBM, USB, UE, but ONU."""
        letters = match[0]
        if (
            letters.lower() in self.common
            or letters in self.currencies
            or (SAYABLE.fullmatch(letters) and len(letters) > 2)
        ):
            return letters
        return " ".join(LETTERS[letter] for letter in letters)


def _is_feminine(noun: str) -> bool:
    return bool(FEMININE.search(noun) and not MASCULINE.match(noun))


def _whole(value: int, feminine: bool, one: str) -> str:
    """A whole number; `one` is how it ends if it ends in one: uno, un, una."""
    words = []
    for power, (single, several) in ((2, LARGE[2]), (1, LARGE[1])):
        group = value // 10 ** (6 * power) % 10**6
        if group:
            words.append(f"un {single}" if group == 1 else f"{_below_million(group, False, 'un')} {several}")
    if value % 10**6 or not words:
        words.append(_below_million(value % 10**6, feminine, one))
    return " ".join(words)


def _below_million(value: int, feminine: bool, one: str) -> str:
    thousands, rest = divmod(value, 1000)
    words = [_below_thousand(thousands, feminine, "un")] if thousands > 1 else []
    words += ["mil"] if thousands else []
    if rest or not words:
        words.append(_below_thousand(rest, feminine, one))
    return " ".join(words)


def _below_thousand(value: int, feminine: bool, one: str) -> str:
    if value == 100:
        return "cien"
    hundreds, rest = divmod(value, 100)
    words = [re.sub("os$", "as", HUNDREDS[hundreds]) if feminine else HUNDREDS[hundreds]] if hundreds else []
    if rest % 10 == 1 and rest != 11:
        last = {"un": "veintiún", "una": "veintiuna", "uno": "veintiuno"}[one] if rest == 21 else one
        words.append(last if rest < 30 else f"{TENS[rest // 10]} y {last}")
    elif rest >= 30:
        words.append(TENS[rest // 10] + (f" y {SMALL[rest % 10]}" if rest % 10 else ""))
    elif rest or not hundreds:
        words.append(SMALL[rest])
    return " ".join(words)


GRAMMAR = Spanish()
