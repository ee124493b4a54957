"""Mandarin Chinese, in simplified characters."""

import re
from collections.abc import Iterable, Iterator

from visavis.language.grammar import Grammar, Rule
from visavis.language.tables import listed, nouns, table, words
from visavis.language.tokens import Amount, Date, Money, Time, roman

DIGITS = "零一二三四五六七八九"
PLACES = ("", "十", "百", "千")
MYRIADS = ("", "万", "亿", "万亿")

# Before these 2 is 两 rather than 二.
COUNTED = re.compile(
    "[个個只隻条條张張本位名天块塊元岁歲种種件家间間杯瓶台辆座棵双雙群份封首部层遍趟句页頁把支枝颗片头匹套"
    "周秒万亿千人米克吨升度]|次(?!方)|年(?!级)|点(?!\\d)|小时|分钟|公[里斤]|平方|立方|[毫厘]|[美欧日韩]元|英镑|摄氏"
)


class Mandarin(Grammar):
    language = "zh"
    space = ""
    digits = DIGITS
    plus, minus, point, to, per = "正", "负", "点", "到", "每"
    comma = "，"
    marks = table(
        """
        ,, ، → ，   . → 。   ?, ؟ → ？   ! → ！   ;, ؛ → ；   : → ：
        """
    )
    percent = table("%, ٪ → 百分之   ‰ → 千分之")
    yen = "CNY"
    units = nouns(
        """
        km → 公里   m → 米   cm → 厘米   mm → 毫米   nm → 纳米   kg → 公斤   g → 克   mg → 毫克   t → 吨
        l, L → 升   ml, mL → 毫升   h → 小时   min → 分钟   s → 秒   ms → 毫秒   m², m2 → 平方米
        km², km2 → 平方公里   cm² → 平方厘米   m³, m3 → 立方米   ha → 公顷   km/h → 公里每小时
        m/s → 米每秒   °C → 摄氏度   °F → 华氏度   ° → 度   Hz → 赫兹   kHz → 千赫   MHz → 兆赫   GHz → 吉赫
        W → 瓦   kW → 千瓦   MW → 兆瓦   kWh → 千瓦时   V → 伏   mAh → 毫安时   dB → 分贝   KB, kB → 千字节
        MB/s → 兆字节每秒   MB → 兆字节   GB → 吉字节   TB → 太字节   Mbps → 兆比特每秒   fps → 帧每秒
        px → 像素   kcal → 千卡
        """
    )
    currencies = nouns(
        """
        USD → 美元   EUR → 欧元   GBP → 英镑   JPY → 日元   CNY → 元   INR → 卢比   KRW → 韩元   RUB → 卢布
        BTC → 比特币   IRR → 里亚尔   CHF → 瑞士法郎   AUD → 澳元   CAD → 加元   MXN → 墨西哥比索
        BRL → 雷亚尔   TRY → 里拉
        """
    )
    scales = table(
        """
        万亿 → 万亿   百万, M, million → 百万   千万 → 千万   万 → 万   亿 → 亿   K, k → 千
        B, billion → 十亿
        """
    )
    signs = table(
        """
        & → 和   + → 加   = → 等于   < → 小于   > → 大于   ×, * → 乘   ÷ → 除以   ± → 正负   ≈ → 约
        ≠ → 不等于   ≤ → 小于等于   ≥ → 大于等于   − → 减   √ → 根号   ∞ → 无穷大   π → 派   ² → 平方
        ³ → 立方   % → 百分号   ° → 度   @ → 艾特   № → 第   $ → 美元   € → 欧元   £ → 英镑   ¥ → 元
        """
    )
    address = table(
        """
        . → 点   @ → 艾特   / → 斜杠   : → 冒号   - → 横杠   _ → 下划线   # → 话题   ? → 问号   = → 等于
        & → 和   % → 百分号   ~ → 波浪号   + → 加号
        """
    )
    abbreviations = table(
        """
        vs., vs, VS → 对   etc. → 等等   e.g. → 例如   i.e. → 即
        """
    )
    conjunctions = words(
        """
        但是 可是 不过 然而 而且 并且 因为 所以 因此 如果 虽然 尽管 然后 或者 以及 同时 于是 那么 就是 以便
        而 但
        """
    )
    answers = listed(
        """
        好, 好的, 好啊, 好吧, 是, 是的, 对, 对的, 嗯, 哦, 啊, 当然, 当然可以, 可以, 没问题, 没错, 不, 不是,
        你好, 您好, 谢谢, 不客气, 抱歉, 对不起, 明白, 那么, 其实
        """
    )
    phrases = frozenset(
        words(
            """
        但是 可是 不过 然而 而且 并且 因为 所以 因此 如果 虽然 尽管 然后 或者 以及 同时 于是 就是 以便 可以
        能够 需要 已经 正在 通过 关于 对于 为了 由于 根据 我们 你们 他们 它们 这个 那个 这些 那些 使用 包括
        大约 大概 可能 应该 还有 还是 也是 都是 不能 不会 没有 位于 其中 一个 一种 并不 一起 比如 只要
        不管 无论
        """
        )
    )
    endings = "[的了着过呢吗吧是]"
    unparted = "的[话确士时]|了[解不吧吗呢]|着[急重]|过[程去来于]|是[否的不]|.[呢吗吧]"

    def cardinal(self, value: int, noun: str = "") -> str:
        if value == 2 and COUNTED.match(noun):
            return "两"
        groups = [value // 10000**power % 10000 for power in range(len(MYRIADS))]
        words = ""
        for power in reversed(range(len(MYRIADS))):
            group = groups[power]
            if not group:
                continue
            gap = words and (group < 1000 or groups[power + 1] == 0)
            words += ("零" if gap else "") + _below_myriad(group, power > 0) + MYRIADS[power]
        return re.sub("^一十", "十", words) or DIGITS[0]

    def date(self, date: Date) -> str:
        year = f"{self.one_by_one(str(date.year))}年" if date.year else ""
        return f"{year}{self.cardinal(date.month)}月{self.cardinal(date.day)}日"

    def time(self, time: Time) -> str:
        hour = f"{'两' if time.hour == 2 else self.cardinal(time.hour)}点"
        half = {"am": "上午", "pm": "下午" if time.hour < 6 or time.hour == 12 else "晚上", "": ""}[time.half]
        minute = (
            f"{'零' if 0 < time.minute < 10 else ''}{self.cardinal(time.minute)}分" if time.minute else ""
        )
        second = f"{'' if minute else '零分'}{self.cardinal(time.second)}秒" if time.second else ""
        return half + hour + minute + second

    def fraction(self, over: int, under: int, noun: str = "") -> str:
        return f"{self.cardinal(under)}分之{self.cardinal(over)}"

    def mixed(self, whole: str, fraction: str) -> str:
        return f"{whole}又{fraction}"

    def ratio(self, left: str, right: str) -> str:
        return f"{left}比{right}"

    def percentage(self, amount: Amount, sign: str) -> str:
        ends = [
            f"{self.minus if end.negative else ''}{self.percent[sign]}{self.number(end.positive())}"
            for end in amount.ends
        ]
        return self.to.join(ends)

    def measure(self, amount: Amount, unit: str) -> str:
        first = amount.ends[0]
        if unit.startswith("°") and first.negative:
            return "零下" + super().measure(Amount((first.positive(), *amount.ends[1:])), unit)
        return super().measure(amount, unit)

    def money(self, money: Money) -> str:
        ends = tuple(end._replace(decimals=end.decimals.rstrip("0")) for end in money.amount.ends)
        return super().money(Money(money.amount._replace(ends=ends), money.currency))

    def code(self, groups: Iterable[str]) -> str:
        """One is 幺 where digits are dictated, as it could be taken for seven."""
        return super().code(groups).replace("一", "幺")

    def rules(self) -> Iterator[Rule]:
        def years(match: re.Match[str]) -> str:
            return self.to.join(self.one_by_one(year) for year in match.groups() if year)

        def placed(match: re.Match[str]) -> str:
            return f"第{self.cardinal(int(match[1]))}"

        def chapter(match: re.Match[str]) -> str:
            value = roman(match[1])
            return f"第{self.cardinal(value)}" if value else match[0]

        def spelt(match: re.Match[str]) -> str:
            return self.one_by_one(match[0])

        def power(match: re.Match[str]) -> str:
            return f"的{self.cardinal(int(match[1]))}次方"

        def dialled(match: re.Match[str]) -> str:
            return self.code([match[0]])

        yield re.compile(r"(?<![\d.])([12]\d{3})(?:\s?年?\s?[-–—~到至]\s?([12]\d{3}))?\s?(?=年)"), years
        yield re.compile(r"(?<![\d./-])([12]\d{3})[-–—~]([12]\d{3})(?![\d/-]|\.\d)"), years
        yield re.compile(r"第\s?(\d{1,15})(?!\d)"), placed
        yield re.compile(r"第\s?([IVXLC]+)(?=\s?[章节部卷条届代])"), chapter
        yield re.compile(r"(?<![\d.+-])1[3-9]\d{9}(?!\d)|(?<=[打拨])1\d\d(?!\d)"), dialled
        yield re.compile(r"(?<!\d)\d0(?=后)|(?<=[A-Za-z])\d{3,}(?![.\d])"), spelt
        yield re.compile(r"\^(\d{1,15})"), power
        yield re.compile(r"(?<=\d)(?:\.00|(?<=\.\d)0)(?=\s?[元块])"), lambda _: ""


def _below_myriad(value: int, leads: bool) -> str:
    """1 to 9999; `leads` where 万 or more follows, before which 2 is 两."""
    if value == 2 and leads:
        return "两"
    words = ""
    for place in reversed(range(len(PLACES))):
        digit = value // 10**place % 10
        if digit:
            name = "两" if digit == 2 and place == 3 else DIGITS[digit]
            words += name + PLACES[place]
        elif words and value % 10**place:
            words += "" if words.endswith("零") else "零"
    return words


GRAMMAR = Mandarin()
