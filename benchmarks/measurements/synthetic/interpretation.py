"""Measure how long it takes to understand a prompt, in a shop with many words and brands."""

import time
from statistics import median, quantiles

from benchmarks.measurements.synthetic.shop_names import make_word
from benchmarks.report import Goal, Report
from catalog.models import ShopWord
from catalog.search.shop_words import ShopTerm, ShopWords
from catalog.vocabulary.languages.detection import detect
from evaluation.first_results.prompts import Half, read_prompts
from recommendations.query.interpretation import ShopContext, interpret

WORDS, BRANDS = 20_000, 5_000
REPEATS = 15


def measure_interpretation(report: Report) -> None:
    prompts = [prompt.text for prompt in read_prompts(Half.DEVELOPMENT)]
    print(f"  Understanding {len(prompts)} prompts, in a shop of {WORDS:,} words", flush=True)
    shop = ShopContext("EUR", _make_words())
    for text in prompts:  # lexicons, dictionaries and the shop's words are read once
        interpret(text, encoder="mini", shop=shop)
    medians = [_time(text, shop) for text in prompts]
    report.add("understanding: a prompt, median", median(medians), unit="ms", goal=Goal("≤", 1.5))
    report.add("understanding: a prompt, 95 %", quantiles(medians, n=20)[-1], unit="ms")


def _time(text: str, shop: ShopContext) -> float:
    """Return the median milliseconds for a prompt that this process has not seen before."""
    times = []
    for _ in range(REPEATS):
        detect.cache_clear()
        start = time.perf_counter()
        interpret(text, encoder="mini", shop=shop)
        times.append((time.perf_counter() - start) * 1000)
    return median(times)


def _make_words() -> ShopWords:
    words = [make_word(number) for number in range(WORDS)]
    brands = (ShopTerm(ShopWord.Kind.BRAND, word, word.title(), 3) for word in words[:BRANDS])
    return ShopWords(tuple(brands), dict.fromkeys(words, 3))
