"""What time and what day it is, written as a person would say it in each language."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Final

from visavis.language.tables import words
from visavis.media import Language

_DAYS: Final[Mapping[Language, tuple[str, ...]]] = {
    "en": words("Monday Tuesday Wednesday Thursday Friday Saturday Sunday"),
    "zh": words("星期一 星期二 星期三 星期四 星期五 星期六 星期日"),
    "es": words("lunes martes miércoles jueves viernes sábado domingo"),
    "fa": words("دوشنبه سه‌شنبه چهارشنبه پنجشنبه جمعه شنبه یکشنبه"),
}
_ENGLISH_MONTHS: Final = words(
    "January February March April May June July August September October November December"
)
_SPANISH_MONTHS: Final = words(
    "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre"
)
_PERSIAN_MONTHS: Final = words("فروردین اردیبهشت خرداد تیر مرداد شهریور مهر آبان آذر دی بهمن اسفند")
_LATIN_TO_PERSIAN: Final = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")


def time_of(now: datetime, language: Language) -> str:
    """The time of day, to the minute: 2:05 PM in English, 14:05 elsewhere."""
    if language == "en":
        return f"{now.hour % 12 or 12}:{now.minute:02} {'AM' if now.hour < 12 else 'PM'}"
    return f"{now.hour}:{now.minute:02}".translate(_LATIN_TO_PERSIAN if language == "fa" else {})


def date_of(day: date, language: Language) -> str:
    """The day with its weekday; in Persian by the Solar Hijri calendar."""
    weekday = _DAYS[language][day.weekday()]
    match language:
        case "en":
            return f"{weekday}, {_ENGLISH_MONTHS[day.month - 1]} {day.day}, {day.year}"
        case "zh":
            return f"{day.year}年{day.month}月{day.day}日，{weekday}"
        case "es":
            return f"{weekday}, {day.day} de {_SPANISH_MONTHS[day.month - 1]} de {day.year}"
        case "fa":
            year, month, number = solar_hijri(day)
            return f"{weekday} {number} {_PERSIAN_MONTHS[month - 1]} {year}".translate(_LATIN_TO_PERSIAN)


def solar_hijri(day: date) -> tuple[int, int, int]:
    """Year, month and day in Iran's calendar, for the years in which leap years come in cycles of 33.

    They do from 1925 to 2088 (Heydari-Malayeri, A concise review of the Iranian calendar, 2004).
    """
    days = (day - _new_year(day.year)).days
    year = day.year - 621 if days >= 0 else day.year - 622
    days = days if days >= 0 else (day - _new_year(day.year - 1)).days
    if days < 186:
        return year, days // 31 + 1, days % 31 + 1
    return year, (days - 186) // 30 + 7, (days - 186) % 30 + 1


def _new_year(year: int) -> date:
    """Nowruz of a Gregorian year: 365 days after the last one, and one more after each leap year."""
    first = 1304  # began on 21 March 1925
    leap_years = sum(1 for hijri in range(first, year - 621) if hijri % 33 in (1, 5, 9, 13, 17, 22, 26, 30))
    return date.fromordinal(date(1925, 3, 21).toordinal() + 365 * (year - 621 - first) + leap_years)
