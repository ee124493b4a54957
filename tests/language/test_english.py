"""English: what is written, and what is read."""

import pytest

from visavis.language import spoken

CASES = {
    # numbers
    "I have 1250 apples.": "I have one thousand two hundred fifty apples.",
    "1,250,000 pears": "one million two hundred fifty thousand pears",
    "-5 and 0.05 and .5": "minus five and zero point zero five and zero point five",
    "3.14 is not 1.250,50": "three point one four is not one thousand two hundred fifty point five zero",
    "10\u202f000 people": "ten thousand people",
    "agent 007": "agent zero zero seven",
    "1234567890123456": "one two three four five six seven eight nine zero one two three four five six",
    "10K followers, 5M users, 7bn people": "ten thousand followers, five million users, seven billion people",
    "a 4K TV": "a four K TV",
    "~50 people, 50+ people": "about fifty people, fifty plus people",
    # ordinals
    "the 1st, 2nd, 3rd, 12th, 20th and 21st": "the first, second, third, twelfth, twentieth and twenty first",
    "the 101st": "the one hundred first",
    # years
    "in 1999": "in nineteen ninety nine",
    "since 2005": "since two thousand five",
    "the year 1900": "the year nineteen hundred",
    "from 1990–1995": "from nineteen ninety to nineteen ninety five",
    "1914-18": "nineteen fourteen to eighteen",
    "the 1990s and the '80s": "the nineteen nineties and the eighties",
    "1066 AD": "ten sixty six AD",
    "I have 1999 apples": "I have one thousand nine hundred ninety nine apples",
    "2026 was good.": "twenty twenty six was good.",
    # dates
    "on 2026-11-20": "on November twentieth, twenty twenty six",
    "11/20/2026": "November twentieth, twenty twenty six",
    "20/11/2026": "November twentieth, twenty twenty six",
    "Nov 20": "November twentieth",
    "Nov. 20, 2026": "November twentieth, twenty twenty six",
    "the 5th of May": "the fifth of May",
    "20 November 2026": "November twentieth, twenty twenty six",
    "in Nov. 2026": "in November twenty twenty six",
    # times
    "at 10:30": "at ten thirty",
    "07:05": "seven oh five",
    "7 pm": "seven PM",
    "at 7 p.m. The show": "at seven PM. The show",
    "12:00": "twelve o'clock",
    "9am-5pm, Mon–Fri": "nine AM to five PM, Monday to Friday",
    "10:30-11:45": "ten thirty to eleven forty five",
    # money
    "$5": "five dollars",
    "$1": "one dollar",
    "$3.50": "three dollars and fifty cents",
    "$0.99": "ninety nine cents",
    "£20.01": "twenty pounds and one penny",
    "US$1.2 million": "one point two million dollars",
    "$4.3bn": "four point three billion dollars",
    "€20 or 5 €": "twenty euros or five euros",
    "$5-$10": "five to ten dollars",
    "¥500, ₹300, 0.5 BTC": "five hundred yen, three hundred rupees, zero point five bitcoins",
    "$5/month": "five dollars per month",
    # shares, measures, fractions, ratios
    "20% or 5-10%": "twenty percent or five to ten percent",
    "-3 °C": "minus three degrees Celsius",
    "75°F": "seventy five degrees Fahrenheit",
    "5 km at 100 km/h": "five kilometers at one hundred kilometers per hour",
    "1 kg": "one kilogram",
    "3 m² and 16 GB": "three square meters and sixteen gigabytes",
    "wait 5-10 min.": "wait five to ten minutes.",
    "1/2, 3/4, 2/3 and 5/8": "one half, three quarters, two thirds and five eighths",
    "1½ cups, 2 1/3 cups": "one and a half cups, two and one third cups",
    "16:9": "sixteen to nine",
    "24/7": "twenty four seven",
    # codes
    "Call 555-1234.": "Call five five five, one two three four.",
    "+1 (555) 123-4567": "plus one, five five five, one two three, four five six seven",
    "Python 3.11.2": "Python three dot eleven dot two",
    "version 2.0": "version two point zero",
    "GPT-4, COVID-19, H2O, mp3": "GPT four, COVID nineteen, H two O, mp three",
    # Roman numerals
    "Chapter IV": "Chapter four",
    "World War II": "World War two",
    "Louis XIV": "Louis the fourteenth",
    "I think so": "I think so",
    # abbreviations
    "Dr. Smith, Mr. and Mrs. Jones": "Doctor Smith, Mister and Missis Jones",
    "e.g. this, i.e. that, etc.": "for example this, that is that, et cetera.",
    "St. John lives in Main St.": "Saint John lives in Main Street",
    "No. 5, p. 5, pp. 5-7": "number five, page five, pages five to seven",
    "A vs. B": "A versus B",
    "the U.S. Army": "the US Army",
    "NASA and the FBI": "NASA and the FBI",
    "J. K. Rowling": "J K Rowling",
    # addresses and signs
    "info@example.com": "info at example dot com",
    "https://www.a.com/b_c?x=1.": "www dot a dot com slash b underscore c question mark x equals one.",
    "see example.org, main.py": "see example dot org, main dot py",
    "#BigData @maria_lopez #1": "hashtag Big Data at maria lopez number one",
    "2 + 2 = 4": "two plus two equals four",
    "5 - 3 = 2 and 5-3=2": "five minus three equals two and five minus three equals two",
    "3 × 4, 3 * 4, 10 ÷ 2": "three times four, three times four, ten divided by two",
    "x < 5, y != 3": "x less than five, y is not equal to three",
    "AT&T, R&D, C++, C#": "AT and T, R and D, C plus plus, C sharp",
    # what shapes a text, and what is only seen
    "**bold**, *it*, `code`, [text](http://x.y)": "bold, it, code, text",
    "# Title\nSome text\n- one\n- two": "Title. Some text. one. two",
    "| a | b |\n|---|---|\n| 1 | 2 |": "a, b. one, two",
    "<b>bold</b> &amp; <i>it</i><br>next": "bold and it. next",
    "Hi😀there, great 👍🏽 job :-)": "Hi there, great job",
    'He said "hello" (quietly) — then left…': "He said hello, quietly, then left.",
    "It’s 5 o’clock; the dogs’ well-known toys": "It's five o'clock; the dogs well-known toys",
    "What?! No!!\u00a0Yes ,\u00a0no": "What? No! Yes, no",
}


@pytest.mark.parametrize("written", CASES)
def test_reads(written: str) -> None:
    assert spoken(written, "en") == CASES[written]
