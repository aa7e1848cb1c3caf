"""The garments that a person wears are found, each in its place, without skin."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest

from core.ml.colours import basic_colour, srgb_to_oklab
from quality.measure.frame import PhotoUnmeasurable, make_frame
from quality.measure.subject import Box
from stylist.tagging.crop import crop_to_garment
from stylist.tagging.detection.arrangement import arrange
from stylist.tagging.detection.detector import find_garments
from stylist.tagging.detection.skin import find_skin
from stylist.tagging.detection.windows import Band, Figure, Window, cut_figure
from stylist.tagging.regions import REGIONS, Region, get_region
from stylist.tagging.tagger import Sighting
from stylist.tagging.taxonomy import DEFAULT_TAXONOMY, find_named_type
from stylist.tests.factories import draw
from stylist.tests.tagging.people import (
    DARK_SKIN,
    HEIGHT,
    LIGHT_SKIN,
    SHIRT,
    THRESHOLDS,
    TROUSERS,
    ColourEncoder,
    draw_person,
)
from stylist.tests.tagging.photos import cut_out


@pytest.fixture
def encoder():
    return ColourEncoder()


def find(photo, encoder, **more):
    labels = encoder.make_labels()
    return find_garments(make_frame(photo), encoder.encode_images, labels, **more)


def kind(name: str):
    found = DEFAULT_TAXONOMY.find(name)
    assert found
    return found


def mask_of(photo):
    crop = crop_to_garment(make_frame(photo), aspect=1.0)
    assert crop.has_mask
    mask = np.zeros(photo.shape[:2], dtype=bool)
    mask[crop.box.top : crop.box.bottom, crop.box.left : crop.box.right] = crop.mask
    return mask


# --- Skin -------------------------------------------------------------------------------


@pytest.mark.parametrize("colour", [LIGHT_SKIN, DARK_SKIN, (198, 134, 98), (244, 208, 186)])
def test_skin_of_all_people_is_skin(colour):
    assert find_skin(srgb_to_oklab(np.full((2, 2, 3), colour, dtype=np.uint8))).all()


@pytest.mark.parametrize(
    "colour", [(247, 247, 246), (24, 24, 26), (26, 34, 72), (202, 32, 42), (248, 212, 56)]
)
def test_cloth_of_other_colours_is_no_skin(colour):
    assert not find_skin(srgb_to_oklab(np.full((2, 2, 3), colour, dtype=np.uint8))).any()


# --- Windows ----------------------------------------------------------------------------


@pytest.mark.parametrize("skin", [LIGHT_SKIN, DARK_SKIN])
def test_the_border_of_two_garments_is_a_boundary(skin):
    photo = draw_person(skin=skin)

    figure = cut_figure(photo, mask_of(photo))

    tops = [window.box.top for window in figure.windows]
    ends = [window.box.bottom for window in figure.windows]
    waist = (SHIRT.bottom + TROUSERS.top) / 2
    assert min(abs(end - waist) for end in ends) < 0.06 * HEIGHT
    assert min(abs(top - waist) for top in tops) < 0.06 * HEIGHT
    assert 0.1 < figure.bareness < 0.6


def test_cloth_of_a_window_has_no_skin():
    photo = draw_person()

    figure = cut_figure(photo, mask_of(photo))
    for window in figure.windows:
        if all(band.bareness < 0.5 for band in figure.bands[window.first : window.last]):
            inside = photo[window.box.top : window.box.bottom, window.box.left : window.box.right]
            skin = find_skin(srgb_to_oklab(inside))
            assert (skin & window.cloth).sum() < 0.1 * window.cloth.sum()


def test_faces_and_legs_are_bare_bands():
    figure = cut_figure(draw_person(), mask_of(draw_person()))

    shares = [band.bareness for band in figure.bands]
    assert sum(band.height for band in figure.bands) == pytest.approx(1)
    assert max(shares[:3]) > 0.6 and shares[-1] > 0.6
    assert min(shares) < 0.1


def test_a_garment_of_one_colour_is_one_band():
    photo, mask = cut_out()
    photo[mask] = (44, 138, 70)

    figure = cut_figure(photo, mask)

    (window,) = figure.windows
    assert (len(figure.bands), figure.bareness) == (1, 0.0)
    assert window.box.left <= 30 and window.box.right >= 150


def test_a_photo_without_a_mask_has_windows_in_its_middle():
    figure = cut_figure(draw_person(), None)

    assert len(figure.bands) > 1 and figure.windows
    assert all(window.cloth.any() for window in figure.windows)


def test_the_same_photo_has_the_same_windows():
    one, other = (cut_figure(draw_person(), mask_of(draw_person())) for _ in range(2))

    assert [w.box for w in one.windows] == [w.box for w in other.windows]


# --- Arrangement ------------------------------------------------------------------------


def arranged(seen: dict[tuple[int, int], Region], *, bare: Sequence[float], **thresholds: float):
    """Arrange bands of one height and these shares of skin; `seen` is what windows look like."""
    box, mask = Box(0, 0, 10, 10), np.ones((10, 10), dtype=bool)
    count, windows, rows = len(bare), [], []
    for first, last in combinations(range(count + 1), 2):
        windows.append(Window(first, last, (last - first) / count, box, mask))
        row = np.full(len(REGIONS), 0.2)
        if (first, last) in seen:
            row[REGIONS.index(seen[first, last])] = 10
        rows.append(row / row.sum())
    figure = Figure(tuple(Band(1 / count, share) for share in bare), 0.2, tuple(windows))
    placed = arrange(figure, np.array(rows), replace(THRESHOLDS, **thresholds))
    return [(p.region, windows[p.window].first, windows[p.window].last) for p in placed]


def test_garments_are_found_from_head_to_feet():
    seen = {(0, 1): Region.HEAD, (1, 2): Region.UPPER, (2, 3): Region.LOWER, (3, 4): Region.FEET}

    assert arranged(seen, bare=(0, 0, 0, 0)) == [
        (Region.HEAD, 0, 1), (Region.UPPER, 1, 2), (Region.LOWER, 2, 3), (Region.FEET, 3, 4),
    ]  # fmt: skip


def test_faces_and_bare_legs_are_left_out():
    seen = {(0, 3): Region.WHOLE, (1, 2): Region.WHOLE, (0, 2): Region.WHOLE}

    assert arranged(seen, bare=(0.9, 0, 0.9)) == [(Region.WHOLE, 1, 2)]


def test_a_garment_may_span_several_bands():
    seen = {(0, 3): Region.WHOLE, (1, 2): Region.UPPER}

    assert arranged(seen, bare=(0, 0, 0)) == [(Region.WHOLE, 0, 3)]


def test_hair_is_no_hat():
    seen = {(0, 1): Region.HEAD, (1, 10): Region.UPPER}

    assert arranged(seen, bare=(0,) * 10) == [(Region.UPPER, 1, 10)]


@pytest.mark.parametrize(
    ("above", "below"),
    [
        (Region.LOWER, Region.UPPER),
        (Region.FEET, Region.LOWER),
        (Region.WHOLE, Region.LOWER),
        (Region.UPPER, Region.UPPER),
        (Region.UPPER, Region.HEAD),
        (Region.UPPER, Region.FEET),
    ],
)
def test_garments_that_do_not_fit_together_are_not_both_found(above, below):
    assert len(arranged({(0, 1): above, (1, 2): below}, bare=(0, 0))) <= 1


def test_what_is_unsure_is_no_garment():
    seen = {(0, 1): Region.UPPER, (1, 2): Region.LOWER}

    assert arranged(seen, bare=(0, 0), min_likelihood=0.95) == []


def test_a_person_without_a_garment_has_none():
    assert arranged({(0, 1): Region.UPPER}, bare=(1.0,)) == []


# --- Photos -----------------------------------------------------------------------------


def test_shirt_and_trousers_of_a_person_are_found(encoder):
    main, other = sorted(find(draw_person(), encoder), key=lambda one: one.place[1])

    assert (main.region, other.region) == (Region.UPPER, Region.LOWER)
    assert (main.tags.type.value, other.tags.type.value) == ("t-shirt", "jeans")
    assert main.place[3] == pytest.approx(SHIRT.bottom / HEIGHT, abs=0.06)
    assert other.place[1] == pytest.approx(SHIRT.bottom / HEIGHT, abs=0.06)
    assert all(0 <= edge <= 1 for one in (main, other) for edge in one.place)
    for garment in (main, other):
        assert garment.tags.sighting == Sighting.SEVERAL
        assert np.linalg.norm(garment.embedding) == pytest.approx(1, abs=1e-4)


def test_skin_is_no_colour_of_a_garment(encoder):
    found = {one.region: one for one in find(draw_person(), encoder)}

    for region, colour in ((Region.UPPER, "red"), (Region.LOWER, "navy")):
        colours = {basic_colour(seen.name) for seen in found[region].tags.colours}
        assert colours & {"beige", "brown", "orange", "pink"} == set()
        assert basic_colour(found[region].tags.primary_colour.value) == colour


def test_the_stated_garment_is_the_main_one(encoder):
    for name, region in (("jeans", Region.LOWER), ("t-shirt", Region.UPPER)):
        assert find(draw_person(), encoder, stated=kind(name))[0].region == region


def test_the_whole_photo_is_the_main_garment_if_another_kind_is_stated(encoder):
    main, *others = find(draw_person(), encoder, stated=kind("dress"))

    assert main.place[3] - main.place[1] > 0.8
    assert main.tags.sighting == Sighting.SEVERAL
    assert {one.region for one in others} == {Region.UPPER, Region.LOWER}


def test_a_flat_photo_shows_one_garment_and_has_no_windows(encoder):
    (garment,) = find(draw("t-shirt", "red"), encoder)

    assert (garment.region, garment.tags.sighting) == (Region.UPPER, Sighting.ONE)
    assert encoder.photos == 1


def test_an_encoder_without_the_words_finds_one_garment(encoder):
    labels = encoder.make_labels()
    silent = replace(labels, scene=replace(labels.scene, worn=None))

    found = find_garments(make_frame(draw_person()), encoder.encode_images, silent)

    assert len(found) == 1 and encoder.photos == 1


def test_the_windows_of_a_person_are_encoded_in_one_pass(encoder):
    passes = []

    def encode(photos):
        passes.append(len(photos))
        return encoder.encode_images(photos)

    find_garments(make_frame(draw_person()), encode, encoder.make_labels())

    assert len(passes) == 2 and passes[0] == 1 and 3 <= passes[1] <= 21


def test_a_photo_of_one_colour_is_refused(encoder):
    with pytest.raises(PhotoUnmeasurable):
        find(np.full((200, 150, 3), 128, dtype=np.uint8), encoder)


# --- Kinds ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Striped Linen Shirt", "shirt"),
        ("Denim shirt with hood", "shirt"),
        ("Blue jeans for men", "jeans"),
        ("Women's Running Sneakers", "sneakers"),
        ("Red shirt dress", "shirt dress"),
        ("Classic Model 3000", None),
        ("", None),
    ],
)
def test_the_kind_that_a_name_states_is_found(name, expected):
    found = find_named_type(DEFAULT_TAXONOMY, name)

    assert (found.name if found else None) == expected


def test_every_slot_has_a_region_or_none():
    regions = {name: get_region(kind(name)) for name in ("coat", "skirt", "cap", "backpack")}

    assert regions == {
        "coat": Region.UPPER, "skirt": Region.LOWER, "cap": Region.HEAD, "backpack": None,
    }  # fmt: skip
