"""Numbers with a unit: money, shares, volumes of energy (the codebook, §5)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Literal

from babel import Locale

from schemas import Figure
from streams.reading.document import Sentence

_SCALES = {"k": 1e3, "thousand": 1e3, "m": 1e6, "mn": 1e6, "mln": 1e6, "million": 1e6, "b": 1e9, "bn": 1e9, "bln": 1e9,
           "billion": 1e9, "tn": 1e12, "trn": 1e12, "trillion": 1e12}  # fmt: skip
_NUMERALS = ("one", "two",
             "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")  # fmt: skip
_WORDS: dict[str, float] = {"a": 1, "half a": 0.5} | {word: n for n, word in enumerate(_NUMERALS, 1)}
_SYMBOLS = {"$": "USD", "US$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY", "₽": "RUB", "₺": "TRY", "₴": "UAH",
            "₹": "INR", "₩": "KRW", "₪": "ILS", "₸": "KZT", "₼": "AZN", "֏": "AMD", "₾": "GEL", "A$": "AUD",
            "C$": "CAD", "RMB": "CNY", "HK$": "HKD", "R$": "BRL", "NZ$": "NZD"}  # fmt: skip
# What a currency's name means without its country.
_BARE_NAMES = """
    USD dollar; EUR euro; GBP pound, pound sterling, sterling; JPY yen; CNY yuan, renminbi; RUB ruble, rouble;
    TRY lira; RSD dinar; AMD dram; HUF forint; PLN zloty; UAH hryvnia, hryvna; RON leu, lei; BGN lev, leva;
    HRK kuna; CZK koruna, crown; SEK krona, kronor; NOK krone, kroner; CHF franc; MKD denar; ALL lek; GEL
    lari; AZN manat; KZT tenge; UZS sum; KGS som; TJS somoni; INR rupee; KRW won; IRR rial; SAR riyal; AED
    dirham; ILS shekel; ZAR rand; BRL real, reais; MXN peso; THB baht; NGN naira; BDT taka; MYR ringgit; IDR
    rupiah; VND dong
"""


def _bare() -> dict[str, str]:
    rows = (" ".join(row.split()).split(" ", 1) for row in _BARE_NAMES.split(";"))
    return {name: code for code, names in rows for name in names.split(", ")}


def _currencies() -> dict[str, str]:
    """Names in lower case, singular and plural, to ISO 4217: "serbian dinars", "us dollar"."""
    names = {"us dollar": "USD", "u.s. dollar": "USD", "american dollar": "USD", "russian rouble": "RUB", **_bare()}
    for code, name in Locale("en").currencies.items():
        if len(name.split()) == 2 and "(" not in name:
            names.setdefault(name.lower(), code)
    return names | {f"{name}s": code for name, code in names.items()}


_NAMES = _currencies()
_UNITS: tuple[tuple[str, str], ...] = (
    (r"(?:percentage|per\scent|percent)\spoints?|pp\b", "pp"),
    (r"%|per\s?cent\b|pct\b", "percent"),
    (r"(?:bcm|bn\scm)\b|billion\scubic\smet(?:er|re)s?\b", "bcm"),
    (r"mcm\b|million\scubic\smet(?:er|re)s?\b", "mcm"),
    (r"cubic\smet(?:er|re)s?\b", "m3"),
    (r"(?:barrels?(?:\sof\s(?:crude|oil))?\s(?:per|a)\sday|bpd|b/d|bbl/d)\b", "bbl/d"),
    (r"barrels?\b|bbl\b", "bbl"),
    (r"(?:tons?|tonnes?|metric\stons?)\b", "t"),
    (r"(?:kWh|kilowatt[-\s]hours?)\b", "kWh"),
    (r"(?:MWh|megawatt[-\s]hours?)\b", "MWh"),
    (r"(?:GWh|gigawatt[-\s]hours?)\b", "GWh"),
    (r"(?:TWh|terawatt[-\s]hours?)\b", "TWh"),
    (r"(?:kW|kilowatts?)\b", "kW"),
    (r"(?:MW|megawatts?)\b", "MW"),
    (r"(?:GW|gigawatts?)\b", "GW"),
    (r"(?:km|kilomet(?:er|re)s?)\b", "km"),
)
_MEASURE = re.compile(rf"[\s-]?(?:{'|'.join(f'({pattern})' for pattern, _ in _UNITS)})")
_NUMBER = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?(?![\d,.]*\d)|\d{1,15}(?:\.\d{1,9})?(?![\d,.]*\d)"
_SCALE = r"(?:thousand|million|billion|trillion|mln|bln|trn|mn|bn|tn|[mkbMKB](?![\w/]))"
_CODE = (
    r"(?:USD|EUR|GBP|RUB|RSD|TRY|CNY|JPY|CHF|PLN|HUF|UAH|AMD|AZN|KZT|RON|BGN|CZK|SEK|NOK|DKK|INR|RMB|VND|EGP|SAR|"
    r"AED|ILS|GEL|MDL|BYN|KRW)"
)
_HEDGE = (
    r"(?:(?:more|less|fewer|higher|lower|greater)\sthan|at\s(?:least|most)|up\sto|as\s(?:much|many)\sas|over|under|nearly|"
    r"almost|about|around|some|approximately|roughly|only|just\s(?:over|under))\s"
)
_CORE = re.compile(
    rf"(?<![\d.,])(?P<number>{_NUMBER})"
    rf"|\b(?P<word>half\sa|a|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)"
    rf"(?=[\s-](?:thousand|million|billion|trillion|per\s?cent))"
)
_AFTER = re.compile(rf"[\s-]?({_SCALE})(?!\w)")
_SYMBOL = rf"(?:(?:US|HK|NZ|[ACR])?\$|[€£¥₽₺₴₹₩₪₸₼֏₾]|\b{_CODE})"
_PREFIX = re.compile(
    rf"(?P<hedge>(?i:\b{_HEDGE}))?(?:(?P<symbol>{_SYMBOL})\s?)?"
    r"(?:(?P<low>(?<![\w.,])\d{1,12}(?:\.\d{1,6})?)(?:\s?[-–]\s?|\sto\s)[$€£]?)?\Z"
)
_HINT = re.compile(r"\d|illion|housand|per\s?cent")
_MONEY = re.compile(rf"[$€£¥₽₺₴₹₩₪₸₼֏₾]|{_CODE}")
_RANGE = re.compile(r"(?:\s?[-–]\s?|\sto\s)[$€£]?\d")
_CODE_BEFORE = re.compile(rf"\b{_CODE}\Z")
_CURRENCY = re.compile(r"[\s-]((?:[A-Za-z.]+\s)?[A-Za-z]+)")
_MORE = re.compile(r"\s(?P<up>more|higher|greater|up)\b|\s(?P<down>less|lower|fewer|down)\b")
_CHANGE = re.compile(
    r"\s(?:\w+\s)?(?P<up>increase|rise|growth|jump|gain|surge|hike|above)\b|"
    r"\s(?:\w+\s)?(?P<down>decrease|fall|drop|decline|reduction|cut|slump|loss|discount|below)\b"
)
_MOVED = re.compile(
    r"(?:(?:\b(?P<up>rose|rises?|risen|grew|grows?|grown|increas(?:ed|es?|ing)|jumped|climbed|surged|soared|gained|"
    r"expanded|up|raised|higher)|\b(?P<down>fell|falls?|fallen|dropp?(?:ed|s)?|declin(?:ed|es?|ing)|shrunk|shrank|"
    r"decreas(?:ed|es?|ing)|contracted|slid|slumped|plunged|down|cut|reduced|lost|lower))(?:\s\w+ly)?(?:\sby)?|"
    r"\b(?:(?P<rise>increase|rise|growth|jump|gain)|(?P<drop>decrease|fall|drop|decline|reduction|cut|loss))\sof)"
    rf"\s(?:a\s|an\s|a\srecord\s|{_HEDGE})?\Z",
    re.IGNORECASE,
)


def find_figures(sentences: Iterable[Sentence]) -> tuple[Figure, ...]:
    """The figures of an article: `value` in `unit`, `change` where the words beside say that it went up or down."""
    return tuple(figure for sentence in sentences for figure in _figures(sentence))


def _figures(sentence: Sentence) -> Iterator[Figure]:
    text = sentence.text
    if not _HINT.search(text):
        return
    for core in _CORE.finditer(text):
        if text[core.start() - 1 : core.start()].isalpha() and not _CODE_BEFORE.search(
            text[max(0, core.start() - 4) : core.start()]
        ):
            continue
        if _RANGE.match(text, core.end()):  # read with its upper end
            continue
        scaled = _AFTER.match(text, core.end())
        scale = _SCALES[scaled.group(1).lower()] if scaled else 1.0
        near = max(0, core.start() - 44)
        before = text[near : core.start()]
        if _unit(text, None, core, scaled, scale)[0] is None and not _MONEY.search(before):
            continue  # most numbers have no unit
        prefix = _PREFIX.search(before)
        if prefix is None:
            continue
        unit, scale, end = _unit(text, prefix["symbol"], core, scaled, scale)
        if unit is None:
            continue
        start = near + prefix.start()
        if prefix["low"]:
            low_end = near + prefix.end("low")
            yield _figure(sentence, start, low_end, _number(prefix["low"]) * scale, unit, None)
            start = core.start()
        value = _WORDS[" ".join(core["word"].split())] if core["word"] else _number(core["number"])
        more = _MORE.match(text, end) if unit in {"percent", "pp"} else None
        change = None if (prefix["hedge"] or "").lower().startswith("up") else _change(text, start, end)
        yield _figure(sentence, start, more.end() if more else end, value * scale, unit, change)


def _number(digits: str) -> float:
    return float(digits.replace(",", ""))


def _figure(
    sentence: Sentence, start: int, end: int, value: float, unit: str, change: Literal[-1, 0, 1] | None
) -> Figure:
    return Figure(
        in_=sentence.field,
        start=sentence.start + start,
        end=sentence.start + end,
        text=sentence.text[start:end],
        value=float(f"{value:.12g}"),  # 1.54 × 10⁹ is not to end in …000.0000002
        unit=unit,
        change=change,
    )


def _unit(
    text: str, symbol: str | None, core: re.Match[str], scaled: re.Match[str] | None, scale: float
) -> tuple[str | None, float, int]:
    """The unit that stands before or after a number, the scale that is left, and where it all ends."""
    end = scaled.end() if scaled else core.end()
    if symbol:
        return _SYMBOLS.get(symbol.upper(), symbol.upper()), scale, end
    for start, left in ((core.end(), 1.0), (end, scale)):  # "billion cubic metres" is a unit with its scale
        if found := _MEASURE.match(text, start):
            return _UNITS[(found.lastindex or 1) - 1][1], left, found.end()
    if found := _CURRENCY.match(text, end):
        code, length = _currency(found.group(1), scaled=scaled is not None)
        return code, scale, found.start(1) + length
    return None, scale, end


def _currency(words: str, *, scaled: bool) -> tuple[str | None, int]:
    """The ISO 4217 code of one or two words, and how many characters of them name it."""
    if code := _NAMES.get(words.lower()):
        return code, len(words)
    first = words.split()[0]
    if re.fullmatch(_CODE, first):
        return first, len(first)
    if first.lower() in _NAMES and (scaled or first.lower() not in _ALSO_WORDS):
        return _NAMES[first.lower()], len(first)
    return None, 0


# Without a million before them these are something else: pounds of weight, a real, crowns.
_ALSO_WORDS = frozenset({"som", "sum", "crown", "crowns", "pound", "pounds", "real", "won", "rand", "lek"})


def _change(text: str, start: int, end: int) -> Literal[-1, 0, 1] | None:
    if found := _MORE.match(text, end) or _CHANGE.match(text, end):
        return 1 if found["up"] else -1
    if moved := _MOVED.search(text[max(0, start - 40) : start]):
        return 1 if moved["up"] or moved["rise"] else -1
    return None
