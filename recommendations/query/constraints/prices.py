"""Find the limits of a price in a prompt: "under 50", "between 1.200 and 1.500 €".

A number, in digits or in words, counts as a price if a phrase for a limit, or a currency, says so.
"Heels over 5 inches" and "dresses for women over 40" name no price.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache

from text_to_num import text2num

from catalog.feeds.money import CURRENCIES, SYMBOLS, MoneyUnclear, parse_money
from recommendations.query.constraints.text import (
    Span,
    flatten,
    make_pattern,
    read_cues,
    read_pattern,
    split_entry,
)
from recommendations.query.nearest_words import read_garments

AROUND = Decimal("0.2")  # "around 50" is 40 to 60
MAX_NUMBER_WORDS = 6
# "One", "two" and the like count things, unless a currency follows.
SMALLEST_SPELT = 10
NUMBER_LANGUAGES = ("en", "de", "fr", "es", "it", "nl")
_FRENCH_SIZES = range(32, 57)
_SPACE = "[ \u00a0\u202f]"
_DIGITS = rf"\d{{1,3}}(?:{_SPACE}\d{{3}})+(?:[.,]\d{{1,2}})?(?!\d)|\d+(?:[.,'’]\d+)*"
_WORDS = rf"[^\W\d_]+(?:[\s-]+[^\W\d_]+){{0,{MAX_NUMBER_WORDS - 1}}}"
# As in "max. 100" and "price: 100".
_BEFORE_AMOUNT = re.compile(r"^(?:\.(?=\s))?[ :]*")
# A number of persons' years: "women over 40", "boys under 5".
_PERSON = re.compile(
    r"\b(?:wom[ae]n|m[ae]n|ladies|lady|girls?|boys?|kids?|children|child|bab(?:y|ies)|toddlers?|people|anyone|"
    r"frauen|manner|damen|herren|kinder|madchen|jungen|femmes?|hommes?|filles?|garcons?|enfants?|mujeres|hombres|"
    r"ninos|ninas|donne|uomini|bambini|aged?|ages)\s*$"
)


@dataclass(frozen=True, slots=True)
class PriceWish:
    """Inclusive limits of a price, the currency's code, "" if none is named, and its place."""

    span: Span
    price_min: Decimal | None
    price_max: Decimal | None
    currency: str = ""


@dataclass(frozen=True, slots=True)
class Amount:
    """A number in a text, with the currency that is named beside it.

    `factor`: what its word multiplies the number by, and has: a toman is ten rials.
    """

    span: Span
    number: Decimal
    currency: str
    is_spelt: bool = False
    factor: int = 1


def find_price(text: str, default_currency: str = "") -> PriceWish | None:
    """Return the limits of a price that a text names; None without any.

    `default_currency`: the shop's, which "$" means if it is a dollar.
    """
    flat = flatten(text)
    if not _MAY_NAME_PRICE.search(flat):
        return None
    reader = _Reader(text, flat, default_currency)
    wish = reader.find_range() or reader.find_limits() or reader.find_bare()
    if wish and (noun := re.search(_read_noun(), flat[: wish.span.start])):
        return replace(wish, span=Span(noun.start(), wish.span.end))
    return wish


class _Reader:
    def __init__(self, text: str, flat: str, default_currency: str) -> None:
        self.text, self.flat, self.default = text, flat, default_currency

    def find_range(self) -> PriceWish | None:
        for start, first, between in self._find_range_starts():
            for joint in re.finditer(between, self.flat[first.span.end :]):
                if self.flat[first.span.end : first.span.end + joint.start()].strip():
                    break
                second = self._read_amount(first.span.end + joint.end())
                if second and self._is_range(first, second, is_opened=start is not None):
                    # "From 20 to 30 tomans" has its word once.
                    number = first.number if first.currency else first.number * second.factor
                    low, high = sorted((number, second.number))
                    place = Span(first.span.start if start is None else start, second.span.end)
                    return PriceWish(place, low, high, first.currency or second.currency)
        return None

    def _find_range_starts(self) -> Iterator[tuple[int | None, Amount, str]]:
        for opening, joint in _read_ranges():
            for found in re.finditer(opening, self.flat):
                if first := self._read_amount(found.end(), joint=joint):
                    yield found.start(), first, joint
        for found in _read_start().finditer(self.flat):
            if first := self._read_amount(found.start()):
                yield None, first, r"\s*(?:-|–|—|~|〜|～)\s*|\s+(?:to|bis|a|à|ile)\s+"

    def find_limits(self) -> PriceWish | None:
        lows, highs = self._divide_limits()
        lowest, highest = next(iter(lows), None), next(iter(highs), None)
        if lowest and highest:
            if lowest.number <= highest.number and _are_near((lowest, highest)):
                span = Span(
                    min(lowest.span.start, highest.span.start),
                    max(lowest.span.end, highest.span.end),
                )
                currency = highest.currency or lowest.currency
                return PriceWish(span, lowest.number, highest.number, currency)
            lowest = None
        if highest:
            return PriceWish(highest.span, None, highest.number, highest.currency)
        if lowest:
            return PriceWish(lowest.span, lowest.number, None, lowest.currency)
        if about := next(self._list_limits("about"), None):
            low, high = about.number * (1 - AROUND), about.number * (1 + AROUND)
            return PriceWish(about.span, low, high, about.currency)
        return None

    def _divide_limits(self) -> tuple[list[Amount], list[Amount]]:
        """Return the lowest and the highest prices; "not over 60" is a highest one."""
        lows: list[Amount] = []
        highs: list[Amount] = []
        for name, same, other in (("at_least", lows, highs), ("at_most", highs, lows)):
            for limit in self._list_limits(name):
                if negated := re.search(
                    rf"(?:{read_pattern('price', 'not')})\s+$", self.flat[: limit.span.start]
                ):
                    other.append(replace(limit, span=Span(negated.start(), limit.span.end)))
                else:
                    same.append(limit)
        lows = [low for low in lows if not any(low.span.overlaps(high.span) for high in highs)]
        return sorted(lows, key=lambda low: low.span), sorted(highs, key=lambda high: high.span)

    def _list_limits(self, name: str) -> Iterator[Amount]:
        """Yield the amounts of a kind of limit, with the spans of their phrases."""
        for found in re.finditer(read_pattern("price", name), self.flat):
            before = self.flat[: found.start()]
            if re.search(rf"(?:{read_pattern('price', 'not_after')})\s+$", before):
                continue
            amount = self._read_amount(found.end())
            if amount and not amount.currency and _PERSON.search(before):
                continue
            if amount and self._is_price(amount):
                yield replace(amount, span=Span(found.start(), amount.span.end))
        if pattern := read_pattern("price", f"{name}_in_currency"):
            for found in re.finditer(pattern, self.flat):
                if (amount := self._read_amount(found.end())) and amount.currency:
                    yield replace(amount, span=Span(found.start(), amount.span.end))
        if pattern := read_pattern("price", f"{name}_after"):
            for found in re.finditer(pattern, self.flat):
                # "20 and under" is a limit, and the "and under" of "20 and under 50" is none.
                amount = self._read_amount_before(found.start())
                # "$20 tops" is not "at most $20".
                is_all = amount and (amount.span.start, found.end()) == (0, len(self.flat))
                if is_all and found[0] in read_garments():
                    continue
                if amount and not self._read_amount(found.end()):
                    yield replace(amount, span=Span(amount.span.start, found.end()))

    def find_bare(self) -> PriceWish | None:
        """Return an amount of money without a limit as the highest price."""
        for amount in self._list_money():
            before = self.flat[: amount.span.start]
            is_size = re.search(rf"(?:{read_pattern('size', 'before')})\s*$", before)
            if amount.currency and not is_size and not self._is_french(amount):
                start = re.search(rf"(?:(?:{read_pattern('price', 'before')})\s+)?$", before)
                span = Span(start.start() if start else amount.span.start, amount.span.end)
                return PriceWish(span, None, amount.number, amount.currency)
        return None

    def _is_french(self, amount: Amount) -> bool:
        """Check for a French size, "FR 40", where francs are not the shop's money."""
        is_named = self.flat.startswith("fr ", amount.span.start)
        return is_named and self.default != "CHF" and amount.number in _FRENCH_SIZES

    def _list_money(self) -> Iterator[Amount]:
        for found in _read_start().finditer(self.flat):
            if amount := self._read_amount(found.start()):
                yield amount
        for found in re.finditer(_read_currency(), self.flat):
            if spelt := self._read_spelt_before(found.start(), self._find_currency(found[0])):
                yield replace(spelt, span=Span(spelt.span.start, found.end()))

    def _is_price(self, amount: Amount) -> bool:
        """Check whether the number after a phrase for a limit is a price."""
        if amount.currency:
            return True
        is_count = amount.is_spelt and amount.number < SMALLEST_SPELT
        return not (is_count or re.match(_read_units(), self.flat[amount.span.end :]))

    def _is_range(self, first: Amount, second: Amount, *, is_opened: bool) -> bool:
        """Check whether two numbers are a range of prices; "from 9 to 5" is none."""
        if first.currency or second.currency:
            return True
        return is_opened and first.number < second.number and self._is_price(second)

    def _read_amount_before(self, end: int) -> Amount | None:
        """Return the amount that ends at a place."""
        for found in _read_start().finditer(self.flat[:end]):
            amount = self._read_amount(found.start())
            if amount and not self.flat[amount.span.end : end].strip() and amount.span.end <= end:
                return amount
        mark = re.search(rf"(?:{_read_currency()})\s*$", self.flat[:end])
        if mark:
            return self._read_spelt_before(mark.start(), self._find_currency(mark[0].strip()))
        spelt = self._read_spelt_before(end, "")
        return spelt if spelt and self._is_price(spelt) else None

    def _read_spelt_before(self, end: int, currency: str) -> Amount | None:
        """Return the number that the words before a place spell."""
        words = [m.start() for m in re.finditer(r"[^\W\d_]+", self.text[:end])]
        for start in words[-MAX_NUMBER_WORDS:]:
            if (number := _spell(self.text[start:end].strip().lower())) is not None:
                return Amount(Span(start, end), number, currency, is_spelt=True)
        return None

    def _read_amount(self, start: int, joint: str = "") -> Amount | None:
        """Return the amount that begins at a place, after spaces."""
        rest = self.flat[start:]
        start += len(rest) - len(_BEFORE_AMOUNT.sub("", rest))
        before = re.match(rf"(?:{_read_currency()})\s*", self.flat[start:])
        place = start + (before.end() if before else 0)
        digits = self._read_digits(place)
        read = digits or self._read_words(place, joint)
        if read is None:
            return None
        number, end = read
        after = re.match(rf"\s*(?:{_read_currency()})", self.flat[end:])
        if not before and not after and self.flat[end : end + 1].isalpha():
            return None
        mark = (before[0] if before else after[0] if after else "").strip()
        currency = self._find_currency(mark)
        if after and not (before and currency):
            end += after.end()
            mark = mark if currency else after[0].strip()
            currency = currency or self._find_currency(mark)
        factor = 10 if mark and re.fullmatch(read_pattern("tens", currency), mark) else 1
        span = Span(start, end)
        return Amount(span, number * factor, currency, is_spelt=digits is None, factor=factor)

    def _read_digits(self, place: int) -> tuple[Decimal, int] | None:
        found = re.match(_DIGITS, self.flat[place:])
        if not found or self.flat[place + found.end() : place + found.end() + 1] == "%":
            return None
        number, end = _parse_number(found[0]), place + found.end()
        if number is None:
            return None
        for factor in read_cues()["multipliers"]:
            words = read_pattern("multipliers", factor)
            if more := re.match(rf"\s?(?:{words})\.?", self.flat[end:]):
                return number * int(factor), end + more.end()
        return number, end

    def _read_words(self, place: int, joint: str) -> tuple[Decimal, int] | None:
        """Return the number that the next words spell."""
        found = re.match(_WORDS, self.text[place:])
        if not found:
            return None
        ends = [m.end() for m in re.finditer(r"[^\W\d_]+", found[0])]
        for end in reversed(ends):
            words = found[0][:end].lower()
            if joint and re.search(joint, flatten(words)):
                continue
            if (number := _spell(words)) is not None:
                return number, place + end
        return None

    def _find_currency(self, mark: str) -> str:
        if not mark:
            return ""
        upper = mark.upper()
        if upper in CURRENCIES:
            return upper
        codes = SYMBOLS.get(upper) or SYMBOLS.get(mark) or _read_currency_words().get(mark, ())
        return self.default if self.default in codes else next(filter(None, codes), "")


def _are_near(amounts: Iterable[Amount]) -> bool:
    """Check whether two limits follow each other: "over 20 and under 50"."""
    first, second = sorted(amount.span for amount in amounts)
    return second.start - first.end <= len(" and  but ")


def _parse_number(text: str) -> Decimal | None:
    try:
        return parse_money(text).amount
    except MoneyUnclear as error:
        if error.code != "price_ambiguous":
            return None
    return Decimal(text.replace(".", ""))  # as people write a thousand and more


def _spell(words: str) -> Decimal | None:
    words = re.sub(r"^an?\s+(?=hundred|thousand)", "one ", words)
    for language in NUMBER_LANGUAGES:
        try:
            return Decimal(text2num(words, language))
        except ValueError:
            continue
    return None


@cache
def _read_ranges() -> list[tuple[str, str]]:
    pairs = (pair.split("|") for pair in read_cues()["price"]["between"].split(","))
    return [
        (
            make_pattern(split_entry(opening)),
            rf"\s*(?:{make_pattern(split_entry(joint))}|-|–)\s*",
        )
        for opening, joint in pairs
    ]


@cache
def _read_currency_words() -> dict[str, tuple[str, ...]]:
    """Return the codes of currencies that each word and symbol may mean, the likeliest first."""
    found: dict[str, tuple[str, ...]] = {}
    for code, entry in (*read_cues()["currencies"].items(), *read_cues()["tens"].items()):
        for word in split_entry(entry):
            found[word] = (*found.get(word, ()), code)
    return found | {flatten(symbol): codes for symbol, codes in SYMBOLS.items()}


@cache
def _read_currency() -> str:
    words = sorted(_read_currency_words(), key=len, reverse=True)
    return make_pattern(words)


@cache
def _read_start() -> re.Pattern[str]:
    """Return the pattern of the beginning of an amount in digits."""
    return re.compile(rf"(?<![\w.,])(?:(?:{_read_currency()})\s*)?\d")


@cache
def _read_noun() -> str:
    """Return the pattern of words for a price at the end of what stands before it."""
    return rf"(?:{read_pattern('price', 'nouns')})(?:\s+(?:is|of|von|de|di))?[\s:]*$"


@cache
def _read_units() -> str:
    return rf"\s*[-\s]?\s*(?:{read_pattern('units', 'words')}|°|\"|”|″|%|'s\b|s\b|\+)"


# Most prompts have no digit, no sign of a currency and no phrase for a limit.
_MAY_NAME_PRICE = re.compile(
    rf"\d|[{re.escape(''.join(s for s in SYMBOLS if len(s) == 1))}]|"
    + make_pattern(
        phrase
        for table in (read_cues()["price"], read_cues()["currencies"])
        for name, entry in table.items()
        if name not in ("before", "between", "not", "not_after", "nouns")
        for phrase in split_entry(entry)
        if not phrase.isascii() or len(phrase) > 1
    )
)
