"""Sure tags of photos are right, with the real bundled encoder."""

from dataclasses import asdict, replace

import numpy as np
import pytest
from django.conf import settings

from catalog.vocabulary.words import (
    FORMALITY,
    FORMALITY_LEVELS,
    PATTERNS,
    SEASONS,
    STYLES,
    Use,
    texts_for,
)
from core.ml.checkpoints import EncoderSpec
from core.ml.colours import basic_colour
from core.ml.encoder import Encoder, get_encoder
from quality.measure.frame import PhotoUnmeasurable, make_frame
from quality.tests.photos import make_scene
from stylist.garments.garment import ALL_YEAR
from stylist.tagging.crop import crop_to_garment
from stylist.tagging.detection.detector import tag
from stylist.tagging.labels import LARGE, build_labels, get_calibration, make_labels
from stylist.tagging.tagger import Sighting, Tag, expected_formality, tag_season
from stylist.tagging.taxonomy import DEFAULT_TAXONOMY
from stylist.tests.tagging.photos import GROUND, WordEncoder, draw


@pytest.fixture(scope="module")
def mini():
    return get_encoder("mini")


@pytest.fixture(scope="module")
def labels(mini):
    return make_labels(DEFAULT_TAXONOMY, mini)


def test_a_red_dress_is_tagged_as_one(mini, labels):
    tags = tag(draw("dress", "red"), mini, labels)

    assert tags.sighting == Sighting.ONE
    assert (tags.type.value, tags.slot.value) == ("dress", "one_piece")
    assert basic_colour(tags.primary_colour.value) == "red"
    assert tags.primary_colour.is_sure
    assert tags.secondary_colour is None
    assert tags.pattern.value == "plain"


def test_stripes_and_both_colours_are_tagged(mini, labels):
    photo = draw("t-shirt", "white", pattern="striped", accent="navy")

    tags = tag(photo, mini, labels)

    assert tags.pattern.value == "striped"
    assert tags.slot.value == "top"
    assert {colour.basic for colour in tags.colours} == {"white", "navy"}


def test_every_distribution_sums_to_one_and_contains_its_value(mini, labels):
    tags = tag(draw("t-shirt", "navy"), mini, labels)

    for name in ("type", "slot", "pattern", "style", "season", "formality"):
        one: Tag = getattr(tags, name)
        assert sum(one.distribution.values()) == pytest.approx(1, abs=1e-4), name
        assert one.value in one.distribution or one.value == ALL_YEAR
        assert 0 <= one.confidence <= 1 + 1e-6
    assert 0 <= tags.formality_level <= 1


def test_the_same_photo_gets_the_same_tags(mini, labels):
    photo = draw("dress", "red")

    assert asdict(tag(photo, mini, labels)) == asdict(tag(photo, mini, labels))


def test_a_photo_without_a_garment_has_no_sure_tags(mini, labels):
    tags = tag(make_scene(seed=16), mini, labels)

    assert tags.sighting == Sighting.NONE
    assert not tags.type.is_sure
    assert not tags.primary_colour.is_sure


def test_two_garments_next_to_each_other_are_reported(mini, labels):
    one, other = draw("t-shirt", "red"), draw("t-shirt", "navy")
    gap = np.full((512, 60, 3), GROUND, dtype=np.uint8)
    both = np.hstack([on_plain_ground(one), gap, on_plain_ground(other)])

    assert tag(both, mini, labels).sighting == Sighting.SEVERAL


def on_plain_ground(photo):
    """Return the garment on a plain background, so that two photos can be joined."""
    crop = crop_to_garment(make_frame(photo), aspect=0.75)
    whole = np.full_like(photo, GROUND)
    inside = whole[crop.box.top : crop.box.bottom, crop.box.left : crop.box.right]
    inside[crop.mask] = crop.pixels[crop.mask]
    return whole


def test_a_photo_of_one_colour_is_refused(mini, labels):
    with pytest.raises(PhotoUnmeasurable):
        tag(np.full((200, 150, 3), 128, dtype=np.uint8), mini, labels)


def test_types_with_unknown_words_are_never_tagged(labels):
    known = {kind.name for kind in labels.types}

    assert "jumpsuit" in labels.unknown_types and "jumpsuit" not in known
    assert {"t-shirt", "jeans", "dress", "jacket", "sneakers", "handbag", "scarf"} <= known
    assert len(known) >= 40
    assert labels.aspect == 1


def test_a_shops_own_type_is_found_by_its_prompts(mini):
    own = [{"name": "wrap top", "slot": "top", "prompts": ["striped wrap blouse"]}]

    taxonomy = DEFAULT_TAXONOMY.extend(own)

    assert "wrap top" in {kind.name for kind in make_labels(taxonomy, mini).types}


def test_habits_alone_decide_the_style_if_words_are_unknown():
    first = EncoderSpec("mini", str(settings.BASE_DIR / "core/ml/mini/earlier/1"))
    labels = make_labels(DEFAULT_TAXONOMY, Encoder(first))

    assert all(group.vectors is None for group in labels.groups.values())
    for group in labels.groups.values():
        assert np.allclose(group.habits.sum(axis=1), 1, atol=1e-5)


def test_zero_shot_changes_the_style_if_all_words_are_known():
    wordings = [kind.prompts for kind in DEFAULT_TAXONOMY.types]
    groups = (PATTERNS, STYLES, SEASONS, FORMALITY)
    wordings += [texts_for(Use.PROMPT, words) for g in groups for words in g.values()]
    words = {word for texts in wordings for text in texts for word in text.split()}

    labels = build_labels(
        DEFAULT_TAXONOMY, WordEncoder(sorted(words)), calibration=LARGE, aspect=1.0
    )

    assert labels.unknown_types == ()
    assert all(group.vectors is not None for group in labels.groups.values())
    assert "paisley" in labels.patterns


def test_formality_is_the_mean_of_the_levels(labels):
    at = {kind.name: row for row, kind in enumerate(labels.types)}
    for name in ("hoodie", "blazer", "t-shirt"):
        habits = labels.groups["formality"].habits[at[name]]
        assert expected_formality(habits) == pytest.approx(labels.types[at[name]].formality)
    assert len(FORMALITY_LEVELS) == habits.shape[0]


def test_a_garment_for_every_season_is_tagged_all_year(labels):
    even = np.full(len(SEASONS), 0.25, dtype=np.float32)
    summer = np.array([0.3, 0.6, 0.05, 0.05], dtype=np.float32)

    assert tag_season(even, labels, is_type_sure=True).value == ALL_YEAR
    assert tag_season(summer, labels, is_type_sure=True).value == "summer"
    assert not tag_season(summer, labels, is_type_sure=False).is_sure


def test_a_tag_is_sure_from_the_threshold(mini, labels):
    strict = replace(
        labels,
        calibration=replace(
            labels.calibration, sure_from=dict.fromkeys(labels.calibration.sure_from, 1.1)
        ),
    )

    assert not tag(draw("dress", "red"), mini, strict).primary_colour.is_sure
    assert get_calibration("some-clip") is LARGE
