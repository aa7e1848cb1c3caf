"""Effects of rules on images, their conditions, and independence of their order."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.search.public_images import ImageFacts
from recommendations.models import Rule
from recommendations.steering.rules import Effect, apply_rules, select_active_rules

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
IDS = [UUID(int=number) for number in range(1, 7)]
DRESS, SHIRT = "Dress", "Shirt"


def make_facts(pk: UUID = IDS[0], **fields: Any) -> ImageFacts:
    known: dict[str, Any] = {
        "item": str(pk),
        "category": "dress",
        "styles": frozenset({"summer", "casual"}),
        "age_group": "adult",
        "brand": "ada's",
        "colour": "red",
        "gender": "women",
        "availability": "in_stock",
        "price": None,
    }
    return ImageFacts(id=pk, **{**known, **fields})


def make_rule(number: int = 1, action: str = "boost", **fields: Any) -> Rule:
    """Return a rule that is not saved; the higher its number, the newer it is."""
    fields.setdefault("target", {"category": [DRESS]})
    return Rule(id=UUID(int=number), name=f"rule {number}", action=action, **fields)


def effect(rules: list[Rule], facts: ImageFacts | None = None, prompt: str = "") -> Effect:
    return apply_rules(facts or make_facts(), select_active_rules(rules, prompt, NOW))


def is_active(prompt: str = "", **fields: Any) -> bool:
    return bool(select_active_rules([make_rule(**fields)], prompt, NOW))


# --- Targets --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("target", "applies"),
    [
        ({"category": ["Dress"]}, True),
        ({"category": ["Shirt", "DRESS"]}, True),
        ({"category": ["Shirt"]}, False),
        ({"styles": ["beach", "Summer"]}, True),
        ({"styles": ["beach"]}, False),
        ({"age_group": ["Adult"]}, True),
        ({"brand": ["ADA's"]}, True),
        ({"brand": ["Ada"]}, False),
        ({"colour": ["Red"]}, True),
        ({"gender": ["men"]}, False),
        ({"images": [str(IDS[0])]}, True),
        ({"images": [str(IDS[1])]}, False),
        ({"category": ["Dress"], "colour": ["red"]}, True),
        ({"category": ["Dress"], "colour": ["blue"]}, False),
        ({"images": [str(IDS[0])], "colour": ["blue"]}, False),
    ],
)
def test_rule_applies_to_images_with_everything_in_the_target(target, applies):
    assert effect([make_rule(target=target)]).boost == (0.5 if applies else 0)


def test_rule_does_not_apply_to_images_without_the_facet():
    assert effect([make_rule(target={"brand": ["Ada's"]})], make_facts(brand="")) == Effect()


# --- Effects --------------------------------------------------------------------------


def test_boosts_and_burials_add_up():
    rules = [make_rule(1, "boost", strength=0.9), make_rule(2, "bury", strength=0.4)]
    found = effect(rules)
    assert found.boost == pytest.approx(0.5)
    assert found.reasons == (("rule 2", "bury"), ("rule 1", "boost"))


@pytest.mark.parametrize(("action", "boost"), [("boost", 1.0), ("bury", -1.0)])
def test_boost_stays_within_one(action, boost):
    assert effect([make_rule(number, action, strength=0.8) for number in (1, 2)]).boost == boost


def test_hidden_image_has_only_the_reasons_for_hiding():
    rules = [make_rule(1, "pin"), make_rule(2, "hide"), make_rule(3, "boost")]
    assert effect(rules) == Effect(is_hidden=True, reasons=(("rule 2", "hide"),))


def test_pins_are_ordered_by_newest_rule_then_by_place_in_the_target():
    old = make_rule(1, "pin", target={"images": [str(IDS[0]), str(IDS[1])]})
    new = make_rule(2, "pin", target={"images": [str(IDS[3]), str(IDS[2]), str(IDS[1])]})
    facet = make_rule(0, "pin")
    rules = select_active_rules([old, facet, new], "", NOW)
    pins = {pk: apply_rules(make_facts(pk), rules).pin for pk in IDS}
    assert sorted(IDS, key=lambda pk: pins[pk] or 0) == [IDS[3], IDS[2], IDS[1], IDS[0], *IDS[4:]]
    assert pins[IDS[4]] == pins[IDS[5]]


def test_rule_that_is_not_active_takes_no_place_among_the_pins():
    rules = [make_rule(1, "pin"), make_rule(2, "pin", is_active=False)]
    assert effect(rules).pin == 0


@pytest.mark.parametrize("availability", ["in_stock", "preorder", "backorder"])
def test_available_images_are_pinned_and_boosted(availability):
    rules = [make_rule(1, "pin"), make_rule(2, "boost")]
    found = effect(rules, make_facts(availability=availability))
    assert (found.pin, found.boost) == (0, 0.5)


def test_sold_out_images_are_neither_pinned_nor_boosted():
    rules = [make_rule(1, "pin"), make_rule(2, "boost"), make_rule(3, "bury")]
    found = effect(rules, make_facts(availability="out_of_stock"))
    assert found == Effect(boost=-0.5, reasons=(("rule 3", "bury"),))


# --- Conditions -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("prompts", "prompt", "is_expected"),
    [
        ([], "", True),
        ([], "anything at all", True),
        (["summer dress"], "", False),
        (["summer dress"], "a light dress for the SUMMER", True),
        (["summer dress"], "summer dresses", False),
        (["summer dress"], "summer", False),
        (["dress"], "sundress", False),
        (["holiday", "summer"], "a summer skirt", True),
        (["STRASSE"], "straße", True),
        (["T-shirt"], "t-shirt, white", True),
        (["café"], "a cafe\u0301 apron", True),
    ],
)
def test_rule_is_active_if_the_prompt_has_all_words_of_a_phrase(prompts, prompt, is_expected):
    assert is_active(prompt, prompts=prompts) is is_expected


@pytest.mark.parametrize(
    ("starts", "ends", "is_expected"),
    [
        (None, None, True),
        (-1, 1, True),
        (0, 1, True),
        (1, None, False),
        (None, 0, False),
        (-2, -1, False),
    ],
)
def test_rule_is_active_from_its_start_until_its_end(starts, ends, is_expected):
    dates = {
        name: None if days is None else NOW + timedelta(days=days)
        for name, days in (("starts_at", starts), ("ends_at", ends))
    }
    assert is_active(**dates) is is_expected


def test_disabled_rule_is_not_active():
    assert not is_active(is_active=False)


# --- Any rules ------------------------------------------------------------------------


targets = st.fixed_dictionaries(
    {},
    optional={
        "images": st.lists(st.sampled_from(IDS).map(str), min_size=1, unique=True),
        "category": st.lists(st.sampled_from([DRESS, SHIRT]), min_size=1, unique=True),
        "styles": st.lists(st.sampled_from(["Summer", "Formal"]), min_size=1, unique=True),
        "colour": st.lists(st.sampled_from(["red", "Blue"]), min_size=1, unique=True),
    },
).filter(bool)
rule_fields = st.fixed_dictionaries(
    {
        "action": st.sampled_from(Rule.Action.values),
        "strength": st.floats(0, 1),
        "target": targets,
        "prompts": st.sampled_from([[], ["red"], ["red dress", "shirt"]]),
    }
)
rule_lists = st.lists(rule_fields, max_size=8).map(
    lambda made: [make_rule(number, **fields) for number, fields in enumerate(made, 1)]
)
facts = st.builds(
    make_facts,
    pk=st.sampled_from(IDS),
    category=st.sampled_from(["dress", "shirt", ""]),
    styles=st.frozensets(st.sampled_from(["summer", "formal"])),
    colour=st.sampled_from(["red", "blue"]),
    availability=st.sampled_from(["in_stock", "out_of_stock"]),
)
prompts = st.sampled_from(["", "red", "a red dress", "shirt"])


@given(rules=rule_lists, image=facts, prompt=prompts, data=st.data())
def test_order_of_rules_has_no_effect(rules, image, prompt, data):
    shuffled = data.draw(st.permutations(rules))
    assert effect(shuffled, image, prompt) == effect(rules, image, prompt)


@given(rules=rule_lists, image=facts, prompt=prompts, data=st.data())
def test_order_of_active_rules_changes_only_the_reasons(rules, image, prompt, data):
    active = select_active_rules(rules, prompt, NOW)
    found, other = (
        apply_rules(image, order) for order in (active, data.draw(st.permutations(active)))
    )
    assert (found.pin, found.boost, found.is_hidden) == (other.pin, other.boost, other.is_hidden)
    assert sorted(found.reasons) == sorted(other.reasons)


@given(rules=rule_lists, image=facts, prompt=prompts)
def test_effect_is_within_bounds_and_has_its_reasons(rules, image, prompt):
    found = effect(rules, image, prompt)
    actions = [action for _, action in found.reasons]
    assert -1 <= found.boost <= 1
    assert found.is_hidden == ("hide" in actions)
    assert (found.pin is not None) == ("pin" in actions)
    if image.availability == "out_of_stock":
        assert found.pin is None and found.boost <= 0


@given(rules=rule_lists, image=facts, prompt=prompts)
def test_hiding_overrides_all_other_rules(rules, image, prompt):
    everything = {"category": [DRESS, SHIRT]}
    hidden = effect([*rules, make_rule(99, "hide", target=everything)], image, prompt)
    if image.category:
        assert (hidden.pin, hidden.boost, hidden.is_hidden) == (None, 0, True)


@given(rules=rule_lists, prompt=prompts)
def test_pins_by_image_are_unique(rules, prompt):
    active = select_active_rules(rules, prompt, NOW)
    named = {
        pk: apply_rules(make_facts(pk), [rule for rule in active if rule.images]).pin for pk in IDS
    }
    pins = [pin for pin in named.values() if pin is not None]
    assert len(pins) == len(set(pins))
