"""Search is evaluated on a shop's titles and facets, on judgements, on held-back events."""

import io
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from django.core.management import CommandError, call_command

from catalog.indexing.indexes import get_live_index
from catalog.models import Category, Image, IndexEntry, Style, VectorIndex
from catalog.services import update_image
from catalog.tests.factories import make_image
from core.jobs import rpc
from core.tenancy import all_shops, shop_scope
from core.tests.live import upload, wait_for
from demo.garments import Garment, describe, draw_garment
from evaluation.search.catalogue import read_catalogue
from evaluation.search.catalogue_queries import facet_queries, title_queries
from evaluation.search.harness import evaluate
from evaluation.search.judgements import read_judgements
from evaluation.search.negative_queries import THINGS_NOT_SOLD, lacking_queries
from evaluation.search.systems import Answer, ask_shop
from recommendations.models import Event, Prompt
from recommendations.query import make_cache_key, pack_text
from recommendations.tests.factories import make_calibration
from tenants.models import Shop, Shopper

AXES = {"red": 0, "blue": 1, "dress": 2, "shirt": 3, "acme": 4, "nothing": 5}
CALIBRATION = make_calibration(axis=[1, 1, 1, 1, 1, -1], weak=0.3, strong=0.6)


def make_vector(text: str) -> np.ndarray:
    """Return the sum of the known words' axes; for unknown words, an axis far from every image."""
    vector = np.zeros(len(AXES), np.float32)
    for word in [word for word in text.lower().split() if word in AXES] or ["nothing"]:
        vector[AXES[word]] = 1
    return vector / np.linalg.norm(vector)


def cache_prompts(shop: Shop, *texts: str) -> None:
    """Store the prompts' vectors in the cache."""
    with shop_scope(shop.pk):
        index = get_live_index(shop.pk)
    for text in texts:
        key = make_cache_key(index, pack_text(text))
        rpc.connection().set(key, make_vector(text).tobytes(), ex=3_600)


def make_garment(shop: Shop, colour: str, category: str, **fields: Any) -> Image:
    """Return an indexed image whose vector is that of its colour and category."""
    with all_shops():
        kind = Category.objects.get(shop=None, name=category)
    image = make_image(shop, colour, **{"name": f"{colour} {category}", "category": kind, **fields})
    embedding = make_vector(f"{colour} {category}").astype(np.float16).tobytes()
    with shop_scope(shop.pk):
        update_image(image=image, fields={"colour": colour})
        IndexEntry.objects.filter(image=image).update(state="indexed", embedding=embedding)
    return image


def measure(shop: Shop, *, limit: int = 10, **options: Any) -> str:
    out = io.StringIO()
    call_command("evaluate_recommendations", shop=str(shop.pk), limit=limit, stdout=out, **options)
    return out.getvalue()


def read_figures(folder: Path) -> dict[str, Any]:
    return json.loads((folder / "evaluation.json").read_text())["kinds"]


def write_lines(tmp_path: Path, *lines: Any) -> Path:
    path = tmp_path / "judged.jsonl"
    path.write_text("\n".join(x if isinstance(x, str) else json.dumps(x) for x in lines))
    return path


def count_rows() -> tuple[int, ...]:
    with all_shops():
        return tuple(m.objects.count() for m in (Prompt, Event, Shopper, Image, VectorIndex))


@pytest.fixture
def garments(shop) -> SimpleNamespace:
    """Return a shop with three red dresses, two of one item, and a blue shirt; caches prompts."""
    first = make_garment(shop.shop, "red", "dress", name="Red dress", sku="D1", item_group_id="D")
    second = make_garment(shop.shop, "red", "dress", name="Frock", sku="D2", item_group_id="D")
    third = make_garment(shop.shop, "red", "dress", name="Red dress", sku="D3", brand="Acme")
    shirt = make_garment(shop.shop, "blue", "shirt", name="Blue shirt", sku="S1", brand="Acme")
    with all_shops():
        VectorIndex.objects.update(calibration=CALIBRATION)
    with shop_scope(shop.shop.pk):
        lacking = [query.prompt for query in lacking_queries(read_catalogue())]
    cache_prompts(shop.shop, "red dress", "frock", "blue shirt", "acme", *THINGS_NOT_SOLD, *lacking)
    return SimpleNamespace(shop=shop.shop, first=first, second=second, third=third, shirt=shirt)


# --- Queries from the catalogue -----------------------------------------------------


def test_a_title_query_grades_its_images_and_others_of_their_item(garments):
    with shop_scope(garments.shop.pk):
        queries = {query.prompt: query for query in title_queries(read_catalogue())}
    assert set(queries) == {"red dress", "frock", "blue shirt"}
    first, second, third = (image.pk for image in (garments.first, garments.second, garments.third))
    assert queries["red dress"].relevant == {first: 2, second: 1, third: 2}
    assert queries["frock"].relevant == {first: 1, second: 2}


def test_facets_of_a_single_item_make_no_query(garments):
    with all_shops():
        style = Style.objects.get(shop=None, name="casual")
    with shop_scope(garments.shop.pk):
        for garment in (garments.first, garments.second, garments.shirt):
            garment.styles.add(style)
        queries = facet_queries(read_catalogue())
    assert [(query.kind, query.prompt, len(query.relevant)) for query in queries] == [
        ("brand", "acme", 2),
        ("colour category", "red dress", 3),
    ]


def test_ignores_drafts_and_deleted_images(garments):
    make_garment(garments.shop, "red", "dress", name="Draft", status="draft")
    with shop_scope(garments.shop.pk):
        assert len(read_catalogue().listings) == 4


def test_queries_missing_kinds_in_the_shops_colours(garments):
    with shop_scope(garments.shop.pk):
        vectors = {query.prompt for query in lacking_queries(read_catalogue())}
    assert {"boots", "red boots", "blue boots"} <= vectors
    assert not {"dress", "blue dress", "green boots"} & vectors


def test_no_kind_is_missing_if_an_image_has_no_category(garments):
    with shop_scope(garments.shop.pk):
        Image.objects.filter(pk=garments.shirt.pk).update(category=None)
        assert lacking_queries(read_catalogue()) == []


# --- The command ------------------------------------------------------------------------


def test_prints_figures_of_each_kind_next_to_the_baselines(garments):
    table = measure(garments.shop, k=2)
    for words in ("title (3)", "colour category (1)", "brand (1)", "not sold (", "recall@2",
                  "precision@2", "NDCG@2", "NDCG@2, graded", "MRR@2", "coverage", "diversity",
                  "a match, rightly", "no match, rightly", "Atelier", "popularity", "random",
                  "lowest NDCG@2: “"):  # fmt: skip
        assert words in table, words
    assert "popularity shows the newest first" in table
    assert "Held-back events are left out: no shopper has 5 positive ones yet." in table


def test_writes_a_plot_and_the_figures(garments, tmp_path):
    folder = tmp_path / "new" / "folder"
    measure(garments.shop, k=3, out=folder)
    plot = ElementTree.parse(folder / "evaluation.svg").getroot()  # noqa: S314 - our own
    words = [element.text for element in plot.iter("{http://www.w3.org/2000/svg}text")]
    assert {"title (3)", "colour category (1)", "popularity", "random"} <= set(words)
    whole = json.loads((folder / "evaluation.json").read_text())
    assert (whole["shop"], whole["images"], whole["k"]) == (str(garments.shop.pk), 4, 3)
    colour = whole["kinds"]["colour category"]["figures"]
    assert colour["recall@3"]["Atelier"] == {"value": 1.0, "low": None, "high": None}
    assert colour["NDCG@3"]["Atelier"]["value"] <= 1


def test_reports_whether_matches_are_right(garments, tmp_path):
    measure(garments.shop, limit=200, out=tmp_path)
    kinds = read_figures(tmp_path)
    # All but "red wine", of which these vectors see the red.
    rightly = kinds["not sold"]["figures"]["no match, rightly"]["Atelier"]["value"]
    assert rightly == pytest.approx(1 - 1 / len(THINGS_NOT_SOLD))
    assert kinds["not sold"]["queries"] == len(THINGS_NOT_SOLD)
    assert kinds["colour category"]["figures"]["a match, rightly"]["Atelier"]["value"] == 1
    assert kinds["colour category"]["figures"]["strong, rightly"]["Atelier"]["value"] == 1


def test_without_calibration_matches_are_not_measured(garments):
    with all_shops():
        VectorIndex.objects.update(calibration={})
    table = measure(garments.shop)
    assert "not calibrated yet" in table and "no match, rightly" not in table


def test_stores_no_rows(garments):
    before = count_rows()
    measure(garments.shop)
    assert count_rows() == before


def test_limits_the_queries_of_a_kind(garments, tmp_path):
    measure(garments.shop, limit=1, out=tmp_path)
    assert {kind["queries"] for kind in read_figures(tmp_path).values()} == {1}


def test_same_run_gives_the_same_figures(garments):
    assert measure(garments.shop) == measure(garments.shop)


def test_finds_a_shop_by_its_name(garments, rival):
    out = io.StringIO()
    call_command("evaluate_recommendations", shop=garments.shop.name, stdout=out)
    assert "title (3)" in out.getvalue()


@pytest.mark.parametrize("reference", ["Nobody", "018f0000-0000-7000-8000-000000000000"])
def test_refuses_an_unknown_shop(garments, reference):
    with pytest.raises(CommandError, match="There is no shop"):
        call_command("evaluate_recommendations", shop=reference)


def test_refuses_a_name_that_several_shops_have(garments):
    with all_shops():
        other = Shop.objects.create(name=garments.shop.name)
    with pytest.raises(CommandError, match=str(other.pk)):
        call_command("evaluate_recommendations", shop=garments.shop.name)


def test_refuses_a_shop_without_images(shop):
    with pytest.raises(CommandError, match="no published images"):
        measure(shop.shop)


@pytest.mark.parametrize("option", ["--k=0", "--k=x", "--k=101", "--limit=0", "--limit=-1"])
def test_refuses_invalid_numbers(garments, option):
    with pytest.raises(CommandError):
        call_command("evaluate_recommendations", f"--shop={garments.shop.pk}", option)


def test_reports_that_no_worker_encodes_the_prompts(garments, settings):
    settings.ENCODE_DEADLINE_SECONDS = 0.05
    make_garment(garments.shop, "blue", "dress", name="Never asked before")
    with pytest.raises(CommandError, match="Is a worker running"):
        measure(garments.shop)


def test_reports_a_folder_that_cannot_be_written(garments, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(CommandError, match="Nothing can be written"):
        measure(garments.shop, out=tmp_path / "file")


# --- Judgements -------------------------------------------------------------------------


def test_reads_judgements_by_id_and_by_sku(garments, tmp_path):
    path = write_lines(
        tmp_path,
        {"prompt": " red dress ", "relevant": {"D1": 3, str(garments.third.pk): 1, "S1": 0}},
        "",
        {"prompt": "hammer and nails", "none": True},
    )
    measure(garments.shop, judged=path, out=tmp_path)
    kinds = read_figures(tmp_path)
    assert {name: kind["queries"] for name, kind in kinds.items()} == {"judged": 1, "not sold": 1}
    assert kinds["judged"]["figures"]["recall@10"]["Atelier"]["value"] == 1


def test_adds_things_not_sold_to_judgements_without_any(garments, tmp_path):
    path = write_lines(tmp_path, {"prompt": "red dress", "relevant": {"D1": 1}})
    measure(garments.shop, limit=200, judged=path, out=tmp_path)
    assert read_figures(tmp_path)["not sold"]["queries"] == len(THINGS_NOT_SOLD)


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ('{"prompt": ', "no JSON"),
        ([], "an object"),
        ({"prompt": "x"}, "either “relevant” or “none”"),
        ({"prompt": "x", "none": True, "relevant": {"D1": 1}}, "either “relevant” or “none”"),
        ({"prompt": "x", "none": True, "comment": "y"}, "either “relevant” or “none”"),
        ({"prompt": " ", "none": True}, "“prompt”"),
        ({"prompt": 7, "none": True}, "“prompt”"),
        ({"prompt": "x" * 1_001, "none": True}, "“prompt”"),
        ({"prompt": "x\0", "none": True}, "“prompt”"),
        ({"prompt": "x", "none": False}, "“none” can only be true"),
        ({"prompt": "x", "relevant": {}}, "“relevant”"),
        ({"prompt": "x", "relevant": ["D1"]}, "“relevant”"),
        ({"prompt": "x", "relevant": {"D1": -1}}, "whole number from 0"),
        ({"prompt": "x", "relevant": {"D1": 1.5}}, "whole number from 0"),
        ({"prompt": "x", "relevant": {"D1": True}}, "whole number from 0"),
        ({"prompt": "x", "relevant": {"D1": 0}}, "no grade is above 0"),
        ({"prompt": "x", "relevant": {"D9": 1}}, "“D9” is neither id nor SKU"),
        ({"prompt": "red dress", "none": True}, "judged further up"),
    ],
)
def test_reports_the_invalid_line(garments, tmp_path, line, fault):
    right = {"prompt": "red dress", "relevant": {"D1": 1}}
    with pytest.raises(CommandError, match="line 3: ") as caught:
        measure(garments.shop, judged=write_lines(tmp_path, right, "", line))
    assert fault in str(caught.value)


def test_reports_every_invalid_line(garments, tmp_path):
    with pytest.raises(CommandError) as caught:
        measure(garments.shop, judged=write_lines(tmp_path, *["x"] * 25))
    lines = str(caught.value).splitlines()
    assert lines[1].startswith("line 1:") and lines[20].startswith("line 20:")
    assert lines[21:] == ["and 5 more"]


def test_judgements_cannot_name_a_rivals_images(garments, rival, tmp_path):
    theirs = make_garment(rival.shop, "red", "dress", sku="R1")
    for reference in ("R1", str(theirs.pk)):
        path = write_lines(tmp_path, {"prompt": "x", "relevant": {reference: 1}})
        with pytest.raises(CommandError, match="neither id nor SKU"):
            measure(garments.shop, judged=path)


def test_refuses_a_file_without_judgements(garments, tmp_path):
    for content in (None, b"", b"\n \n", b"\xff\xfe\xff"):
        path = tmp_path / "judged.jsonl"
        if content is not None:
            path.write_bytes(content)
        with pytest.raises(CommandError, match=r"judged\.jsonl"):
            measure(garments.shop, judged=path)


def test_accepts_a_byte_order_mark(garments, tmp_path):
    path = tmp_path / "judged.jsonl"
    path.write_text('{"prompt": "x", "none": true}', "utf-8-sig")
    with shop_scope(garments.shop.pk):
        assert [query.prompt for query in read_judgements(path, read_catalogue())] == ["x"]


# --- Held-back events -------------------------------------------------------------------


def make_events(shop: Shop, shopper: Shopper, *images: Image, kind: str = "click") -> None:
    """Create events of a shopper, one for each image in order."""
    start = datetime(2026, 11, 1, tzinfo=UTC)
    with shop_scope(shop.pk):
        for image in images:
            done = Event.objects.count()
            Event.objects.create(
                shop=shop,
                event_id=str(done),
                kind=kind,
                image=image,
                shopper=shopper,
                occurred_at=start + timedelta(hours=done),
            )


def make_shopper(shop: Shop, external_id: str) -> Shopper:
    with shop_scope(shop.pk):
        return Shopper.objects.create(shop=shop, external_id=external_id)


def evaluate_feed(garments: SimpleNamespace, feed: Any) -> Any:
    with shop_scope(garments.shop.pk):
        ask = ask_shop(garments.shop)
        return evaluate(shop=garments.shop, ask=ask, feed=feed, judged=None, k=2, limit=None)


def test_the_last_event_is_hidden_from_the_feed_and_restored(garments):
    active, idle = make_shopper(garments.shop, "keen"), make_shopper(garments.shop, "idle")
    make_events(garments.shop, active, garments.shirt, *[garments.first] * 3, garments.shirt)
    make_events(garments.shop, active, garments.first, kind="dislike")
    make_events(garments.shop, idle, *[garments.first] * 4)
    seen = []

    def feed(shopper: Shopper, count: int) -> Answer:
        images = Event.objects.filter(shopper=shopper).values_list("image", flat=True)
        seen.append((shopper, set(images), count))
        return Answer([garments.third.pk, garments.shirt.pk], [None, None])

    before = count_rows()
    evaluation = evaluate_feed(garments, feed)
    assert seen == [(active, {garments.first.pk}, 2)]
    assert count_rows() == before
    (section,) = [s for s in evaluation.sections if s.kind == "held-back event"]
    assert section.queries == 1
    assert section.figures["recall@2"]["Atelier"].value == 1
    assert section.figures["MRR@2"]["Atelier"].value == 1 / 2


def test_measures_the_shops_own_feed(garments, tmp_path):
    active = make_shopper(garments.shop, "keen")
    make_events(garments.shop, active, garments.shirt, *[garments.third] * 3, garments.first)
    before = count_rows()
    measure(garments.shop, out=tmp_path)
    section = read_figures(tmp_path)["held-back event"]
    assert (section["queries"], count_rows()) == (1, before)
    # One variant stands for the item; either is a find.
    assert section["figures"]["recall@10"]["Atelier"]["value"] == 1


def test_popularity_ignores_hidden_events(garments):
    active, other = make_shopper(garments.shop, "keen"), make_shopper(garments.shop, "other")
    make_events(garments.shop, other, garments.first, garments.first, garments.third)
    make_events(garments.shop, active, garments.first, *[garments.second] * 4)
    evaluation = evaluate_feed(garments, lambda shopper, count: Answer([], []))
    (section,) = [s for s in evaluation.sections if s.kind == "held-back event"]
    # The four of the second are hidden: the first, of the same item, and the third lead.
    assert section.figures["NDCG@2, graded"]["popularity"].value == pytest.approx(1 / 2)


def test_skips_a_shopper_without_other_events(garments):
    make_events(garments.shop, make_shopper(garments.shop, "one"), *[garments.first] * 9)
    evaluation = evaluate_feed(garments, lambda shopper, count: Answer([], []))
    assert evaluation.remarks == [
        "Held-back events are left out: no shopper has 5 positive ones yet."
    ]


# --- Through real processes -------------------------------------------------------------


def test_a_shop_of_garments_beats_both_baselines(live_stack, tmp_path):
    colours, kinds = ("red", "blue", "black"), ("dress", "shirt", "trousers")
    key = live_stack.create_shop("Measured")
    with live_stack.client(key) as client:
        for seed, (colour, kind) in enumerate((c, k) for c in colours for k in kinds):
            # Two of one pattern may be near-duplicates, of which an answer shows one.
            for pattern in ("plain", "striped"):
                garment = Garment(kind=kind, colour=colour, seed=seed, pattern=pattern)
                photo = io.BytesIO()
                draw_garment(garment, height=256).save(photo, "JPEG")
                listing = describe(garment)
                fields = {"name": listing.name, "category": kind, "colour": listing.colour}
                upload(client, photo.getvalue(), **fields)
        wait_for(lambda: client.get("index/").json()["indexed"] == 18, what="indexing")
        live_stack.manage(
            "evaluate_recommendations", "--shop", "Measured", "--k", "5", "--out", str(tmp_path)
        )
        assert client.get("prompts/").json()["results"] == []
    figures = read_figures(tmp_path)["colour category"]["figures"]["NDCG@5"]
    assert figures["Atelier"]["value"] > 0.8
    assert figures["Atelier"]["low"] > max(figures["popularity"]["high"], figures["random"]["high"])
