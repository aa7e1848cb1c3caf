"""First results of written prompts are judged by the facts of what the shop sells."""

import io
from typing import Any
from uuid import uuid4

import httpx
import pytest
from django.core.management import CommandError, call_command

from catalog.models import Image, Product, VectorIndex
from core.tenancy import all_shops
from demo.stack import Stack
from evaluation.first_results import goods, throwaway_shop
from evaluation.first_results.goods import SoldGarment, list_goods
from evaluation.first_results.harness import FirstResultEvaluation, JudgedPrompt, judge_prompt
from evaluation.first_results.prompts import Half, WrittenPrompt, find_half, read_prompts
from evaluation.first_results.report import render_first_results
from evaluation.first_results.rules import RuleUnusable, parse_rule
from evaluation.search.systems import Answer
from recommendations.ranking.match import Match
from tenants.models import Shop

GOODS = list_goods()
HALVES = {half: read_prompts(half) for half in Half}


def right_names(rule: str) -> set[str]:
    """Return the names of the goods that a rule finds right."""
    parsed = parse_rule(rule)
    assert parsed is not None
    return {sold.name for sold in GOODS if parsed.is_right(sold)}


def find_sold(rule: str) -> SoldGarment:
    parsed = parse_rule(rule)
    assert parsed is not None
    return next(sold for sold in GOODS if parsed.is_right(sold))


# --- Goods and rules ------------------------------------------------------------------


def test_the_goods_are_the_same_in_every_run() -> None:
    assert list_goods() == GOODS


def test_no_two_goods_share_a_number() -> None:
    skus = [variant.sku.lower() for sold in GOODS for variant in sold.variants]
    assert len(set(skus)) == len(skus)
    assert len({sold.article for sold in GOODS}) == len(GOODS)


def test_all_clauses_have_to_hold() -> None:
    names = right_names("kind bag; colour black|pink; cut not handbag")
    assert names == {"Black backpack"}


def test_a_group_means_several_kinds() -> None:
    shoes = right_names("kind shoes")
    assert shoes == right_names("kind sneakers") | right_names("kind boots")


def test_size_and_price_have_to_hold_for_the_same_variant() -> None:
    sold = find_sold("kind dress; size UK 12; sale yes")
    price = sold.variants[0].current_price
    rule = parse_rule(f"article {sold.article}; size 12; price <= {price} GBP")
    assert rule is not None and rule.is_right(sold)
    for other in (f"size 12; price < {price} GBP", f"size 12; price <= {price} EUR", "size EU 12"):
        wrong = parse_rule(f"article {sold.article}; {other}")
        assert wrong is not None and not wrong.is_right(sold)


def test_a_reduced_price_counts() -> None:
    sold = find_sold("sale yes")
    reduced, full = sold.variants[0].current_price, sold.variants[0].price
    assert reduced < full
    rule = parse_rule(f"price = {reduced} {sold.variants[0].currency}; sale yes")
    assert rule is not None and rule.is_right(sold)


@pytest.mark.parametrize(
    "text",
    ["", "material wool", "colour", "colour red|", "price 50", "price < x EUR", "price ~ 5 EUR"],
)
def test_refuses_what_is_no_rule(text: str) -> None:
    with pytest.raises(RuleUnusable):
        parse_rule(text)


# --- The written prompts --------------------------------------------------------------


def test_there_are_at_least_600_prompts_and_none_stands_twice() -> None:
    texts = [prompt.text for prompts in HALVES.values() for prompt in prompts]
    count, different = len(texts), len(set(texts))
    assert count == different >= 600


@pytest.mark.parametrize("half", Half)
def test_every_class_is_in_both_halves(half: Half) -> None:
    kinds = {prompt.kind for prompt in HALVES[half]}
    assert kinds == {prompt.kind for prompts in HALVES.values() for prompt in prompts}


@pytest.mark.parametrize("half", Half)
def test_the_hash_of_a_prompt_decides_its_half(half: Half) -> None:
    # Nothing of a held-out prompt may be in the output of a test.
    assert all(find_half(prompt.text) is half for prompt in HALVES[half])


@pytest.mark.parametrize("half", Half)
def test_every_rule_finds_some_goods_right_and_others_wrong(half: Half) -> None:
    rules = [prompt.rule for prompt in HALVES[half] if prompt.rule]
    counts = [sum(map(rule.is_right, GOODS)) for rule in rules]
    assert min(counts) > 0 and max(counts) < len(GOODS)


# --- Judging an answer ----------------------------------------------------------------


def judge(rule: str, *names: str, matches: list[Match | None] | None = None) -> JudgedPrompt:
    """Judge an answer of the goods with these names."""
    images = {uuid4(): next(sold for sold in GOODS if sold.name == name) for name in names}
    answer = Answer(list(images), matches or [Match.STRONG] * len(images))
    prompt = WrittenPrompt("plain", "a prompt", parse_rule(rule))
    return judge_prompt(prompt, images, lambda text, count: answer)


def test_only_the_first_result_counts() -> None:
    assert judge("kind bag", "Black backpack", "Red cardigan").is_right
    assert not judge("kind bag", "Red cardigan", "Black backpack").is_right


def test_an_empty_answer_is_wrong_unless_nothing_is_right() -> None:
    assert not judge("kind bag").is_right
    assert judge("nothing").is_right


def test_for_things_not_sold_an_answer_without_a_match_is_right() -> None:
    assert judge("nothing", "Red cardigan", matches=[Match.NONE]).is_right
    assert not judge("nothing", "Red cardigan", matches=[Match.WEAK]).is_right


def make_evaluation(*judged: JudgedPrompt) -> FirstResultEvaluation:
    return FirstResultEvaluation(Half.DEVELOPMENT, judged)


def make_judged(kind: str, *, is_right: bool, was_right: bool | None = None) -> JudgedPrompt:
    prompt = WrittenPrompt(kind, f"{kind} prompt", parse_rule("kind bag"))
    return JudgedPrompt(prompt, "Red cardigan", is_right=is_right, was_right=was_right)


def read_rows(table: str) -> dict[str, list[str]]:
    """Return the cells of each row by its first one."""
    rows = [[cell.strip() for cell in line.split("│")[1:-1]] for line in table.splitlines()]
    return {row[0]: row[1:] for row in rows if row}


def test_a_class_is_shown_with_its_goal() -> None:
    codes = [make_judged("codes", is_right=is_right) for is_right in (True, False)]
    plain = make_judged("plain", is_right=True, was_right=True)
    table = render_first_results(make_evaluation(*codes, plain), with_failures=False)
    rows = read_rows(table)
    assert rows["codes"] == ["2", "1", "0.500", "1.00", "no"]
    assert rows["plain"] == ["1", "1", "1.000", "", ""]
    assert rows["all"] == ["3", "2", "0.667", "", ""]
    assert "development half" in table and "codes prompt" not in table


def test_lists_failures_with_what_came_first() -> None:
    wrong = make_judged("codes", is_right=False)
    table = render_first_results(make_evaluation(wrong), with_failures=True)
    assert "codes: “codes prompt” → Red cardigan" in table


def test_harm_is_a_right_first_result_that_understanding_replaces() -> None:
    plain = [
        make_judged("plain", is_right=False, was_right=True),
        make_judged("plain", is_right=False, was_right=False),
        make_judged("plain", is_right=True, was_right=False),
    ]
    table = render_first_results(make_evaluation(*plain), with_failures=True)
    assert "Harm: 1 of 3 plain prompts" in table and "met: no" in table
    assert table.count("plain, harmed:") == 1


# --- A throw-away shop ----------------------------------------------------------------

SMALL = """
from django.core.management import call_command
from evaluation.first_results import goods, harness
from evaluation.first_results.prompts import WrittenPrompt
from evaluation.first_results.rules import parse_rule

goods.GARMENTS = 12
harness.read_prompts = lambda half: [
    WrittenPrompt("codes", "ART-21317", parse_rule("article ART-21317")),
    WrittenPrompt("codes", "NP-21000-M", parse_rule("kind hoodie; size M")),
    WrittenPrompt("codes", "ART-21951", parse_rule("kind hoodie")),
    WrittenPrompt("plain", "sneakers", parse_rule("kind sneakers")),
]
call_command("evaluate_search", "--failures")
"""
COUNT = """
from catalog.models import Image, Product, VectorIndex
from core.tenancy import all_shops
from tenants.models import Shop

with all_shops():
    print("rows", [model.objects.count() for model in (Shop, Product, Image, VectorIndex)])
"""


def count_stored(stack: Stack) -> tuple[str, int, int]:
    """Return the numbers of rows, files and collections."""
    rows = next(line for line in stack.manage("shell", "-c", COUNT).splitlines() if "rows" in line)
    files = sum(path.is_file() for path in (stack.folder / "media").rglob("*"))
    chroma = stack.addresses.chroma_url
    path = "/api/v2/tenants/default_tenant/databases/default_database/collections_count"
    return rows, files, httpx.get(chroma + path).json()


def test_a_shop_answers_by_what_it_sells_and_leaves_nothing(live_stack: Stack) -> None:
    before = count_stored(live_stack)
    printed = live_stack.manage("shell", "-c", SMALL)
    rows = read_rows(printed)
    assert rows["codes"] == ["3", "2", "0.667", "1.00", "no"]
    assert rows["plain"] == ["1", "1", "1.000", "", ""]
    assert "codes: “ART-21951” → Brown checked denim jacket" in printed
    assert count_stored(live_stack) == before


@pytest.mark.django_db(transaction=True)
def test_a_shop_is_deleted_when_no_worker_embeds_its_photos(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(goods, "GARMENTS", 2)
    monkeypatch.setattr(throwaway_shop, "EMBEDDING_TIMEOUT_SECONDS", 0.0)
    with pytest.raises(CommandError, match="Is a worker running"):
        call_command("evaluate_search", stderr=io.StringIO())
    with all_shops():
        assert not any(model.objects.exists() for model in (Shop, Product, Image, VectorIndex))
    assert not any(path.is_file() for path in settings.MEDIA_ROOT.rglob("*"))


def test_does_not_list_failures_of_the_held_out_half() -> None:
    with pytest.raises(CommandError, match="held-out"):
        call_command("evaluate_search", "--half=held_out", "--failures")
