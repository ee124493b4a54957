"""One sentence in each language as the espeak engine times it, recorded.

en: Please bring my beautiful map, because we have to move before five.
zh: 爸爸妈妈不怕冷，他们每天早上六点半起床。
es: Hoy hace muy buen tiempo, vamos a pasear por el parque con mi mamá.
fa: پدر و مادر من در باغ بزرگی زندگی می‌کنند.
"""

from visavis.media import LANGUAGES, Language, Phone

# symbol, milliseconds, with the stress mark of the IPA where there is one
_SPOKEN: dict[Language, str] = {
    "en": """
        p 45 / l 53 / ˈiː 147 / z 90 / b 52 / ɹ 47 / ˈɪ 121 / ŋ 96 / m 38 / aɪ 90 / b 73 / j 49 / ˈuː 104 /
        ɾ 41 / i 50 / f 81 / əl 91 / m 93 / ˈæ 242 / p 125 / _ 175 / b 37 / ɪ 65 / k 92 / ˈʌ 139 / z 87 /
        w 53 / iː 67 / h 80 / æ 78 / v 62 / t 85 / ə 47 / m 69 / ˈuː 153 / v 72 / b 58 / ᵻ 65 / f 82 /
        ˌɔːɹ 130 / f 94 / ˈaɪ 372 / v 96 / _ 400
    """,
    "zh": """
        p 21 / ɑ 150 / p 59 / ɑ 123 / m 55 / ɑ 128 / m 38 / ɑ 101 / p 59 / u 145 / pʰ 94 / ˈɑ 160 / l 83 /
        ˈə 228 / ŋ 117 / _ 175 / tʰ 91 / ˈɑ 162 / m 47 / ə 75 / n 85 / m 60 / ˈei 159 / tʰ 91 / ˈiɛ 139 /
        n 98 / ts 129 / ɑu 139 / ʂ 99 / ɑ 107 / ŋ 72 / l 60 / ˈiou 161 / t 62 / ˈiɛ 139 / n 98 / p 59 /
        ˈa 158 / n 95 / tɕʰ 158 / ˈi 160 / ʈʂʰ 145 / w 85 / ˈɑ 269 / ŋ 119 / _ 400
    """,
    "es": """
        ˈoɪ 168 / ˈa 116 / θ 88 / e 67 / m 61 / ˈu 138 / j 50 / β 59 / w 60 / ˈe 117 / n 80 / t 77 / j 60 /
        ˈe 131 / m 93 / p 59 / o 99 / _ 175 / b 43 / ˈa 107 / m 47 / o 65 / s 78 / a 72 / p 59 / ˌa 76 /
        s 78 / e 67 / ˈa 133 / ɾ 49 / p 59 / o 82 / ɾ 35 / e 113 / l 32 / p 70 / ˈa 126 / ɾ 48 / k 70 /
        e 81 / k 70 / o 86 / n 64 / m 43 / i 76 / m 54 / a 58 / m 81 / ˈa 222 / _ 400
    """,
    "fa": """
        p 39 / ˈe 119 / d 58 / a 81 / r 64 / v 97 / ˈa 134 / m 65 / ˈɑ 143 / d 58 / a 81 / r 60 / m 60 /
        a 61 / n 76 / d 58 / ˈa 128 / r 75 / b 74 / ˈɑ 154 / q 62 / b 64 / o 84 / z 81 / ˈo 136 / r 77 /
        ɡ 38 / i 106 / z 83 / ˈe 107 / n 103 / d 25 / e 58 / ɡ 67 / ˌi 112 / m 48 / i 81 / k 102 / ˈo 148 /
        n 43 / a 81 / n 87 / d 41 / _ 400
    """,
}


def _phones(spoken: str) -> tuple[Phone, ...]:
    phones: list[Phone] = []
    at = 0
    for marked, length in (item.split() for item in spoken.split("/")):
        symbol = marked.lstrip("ˈˌ").replace("_", "")
        stress = {"ˈ": 2, "ˌ": 1}.get(marked[0], 0)
        phones.append(Phone(symbol, at / 1000, (at + int(length)) / 1000, stress))
        at += int(length)
    return tuple(phones)


SENTENCES = {language: _phones(_SPOKEN[language]) for language in LANGUAGES}
