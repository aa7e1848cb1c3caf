"""The gate: off, warn or hold, and clearing held images."""

from datetime import date

import pytest

from catalog.models import Image, IndexEntry
from catalog.services import update_image
from core.tenancy import shop_scope
from core.tests.factories import make_photo
from quality.jobs import assessments, queues
from quality.jobs.application import apply_enhancement
from quality.jobs.assessments import make_reports
from quality.jobs.watched_jobs import make_enhancements
from quality.models import Policy, Report
from quality.policies import find_unjudged_shops, judge_reports
from quality.services import create_enhancement, drop_own_profile, set_own_profile, set_policy
from quality.sweeps import request_missing_reports
from quality.tests.factories import DARK, make_image, make_jpeg, make_report, open_bytes

pytestmark = pytest.mark.django_db
REPORTS = "/api/v1/quality/reports/"
POLICY = "/api/v1/quality/policy/"


def set_gate(shop, gate: str, profile: str = "default") -> None:
    set_policy(shop=shop.shop, fields={"gate": gate, "profile": profile})
    shop.shop.refresh_from_db()


@pytest.fixture
def holding(shop):
    """The shop, which holds photos that fail, in its scope."""
    with shop_scope(shop.shop.pk):
        set_gate(shop, "hold")
        yield shop


def measured(shop, data: bytes | None = None) -> Image:
    """Return an image after its photo was measured."""
    image = make_image(shop.shop, data)
    queues.REPORTS.request(shop_id=shop.shop.pk, image_ids=[image.pk])
    make_reports()
    image.refresh_from_db()
    return image


def is_in_the_index(image: Image) -> bool:
    return IndexEntry.objects.filter(image=image, state="pending").exists()


@pytest.mark.parametrize(("gate", "outcome"), [("off", "noted"), ("warn", "warned")])
def test_failing_photo_is_warned_and_still_served(shop, gate, outcome):
    with shop_scope(shop.shop.pk):
        set_gate(shop, gate)
        image = measured(shop, make_jpeg(light=DARK))
        assert image.status == "published" and is_in_the_index(image)
    (row,) = shop.client.get(REPORTS).json()["results"]
    assert (row["outcome"], row["passed"], row["failed_rules"]) == (outcome, False, ["lit"])


def test_passing_photo_is_held_until_it_is_measured(holding):
    image = make_image(holding.shop)
    assert image.status == "held" and not is_in_the_index(image)
    queues.REPORTS.request(shop_id=holding.shop.pk, image_ids=[image.pk])
    make_reports()
    image.refresh_from_db()
    assert image.status == "published" and is_in_the_index(image)


def test_failing_photo_is_held_until_a_person_clears_it(holding):
    image = measured(holding, make_jpeg(light=DARK))
    assert image.status == "held" and not is_in_the_index(image)
    assert holding.client.get(f"{REPORTS}{image.pk}/").json()["outcome"] == "held"
    answer = holding.client.post(f"{REPORTS}{image.pk}/clear/").json()
    assert (answer["status"], answer["outcome"]) == ("published", "warned")
    assert is_in_the_index(image)
    judge_reports()
    image.refresh_from_db()
    assert image.status == "published", "what a person cleared stays cleared"


def test_another_shop_cannot_clear_an_image(holding, rival):
    image = measured(holding, make_jpeg(light=DARK))
    assert rival.client.post(f"{REPORTS}{image.pk}/clear/").status_code == 404
    image.refresh_from_db()
    assert image.status == "held"


def test_enhancement_that_fixes_the_photo_clears_it(holding, django_capture_on_commit_callbacks):
    image = measured(holding, make_jpeg(light=DARK))
    row = create_enhancement(shop=holding.shop, photo=image, level=1.0, steps=(), profile="")
    make_enhancements()
    with django_capture_on_commit_callbacks(execute=True):
        apply_enhancement(enhancement=row)
    make_reports()
    image.refresh_from_db()
    assert (image.status, image.version) == ("published", 2) and is_in_the_index(image)
    assert Report.objects.get().passed is True


def test_looser_rules_clear_and_stricter_rules_hold_no_cleared_image(holding):
    dark, light = measured(holding, make_jpeg(light=DARK)), measured(holding)
    set_gate(holding, "hold", "zalando")
    assert judge_reports() == 2
    light.refresh_from_db()
    assert light.status == "published", "an image that is shown is not taken away"
    assert not Report.objects.filter(passed=True).exists()
    set_own_profile(
        shop=holding.shop,
        data={"rules": [{"subject": "shorter_side", "least": 100}]},
        today=date(2026, 11, 21),
    )
    set_gate(holding, "hold", "own")
    judge_reports()
    dark.refresh_from_db()
    assert dark.status == "published"
    assert set(Report.objects.values_list("profile", "passed")) == {("own", True)}


@pytest.mark.parametrize("gate", ["off", "warn"])
def test_opening_the_gate_clears_all_held_images(holding, gate):
    failing = measured(holding, make_jpeg(light=DARK))
    unmeasurable = measured(holding, make_photo(size=(40, 60)))
    never_measured = make_image(holding.shop)
    assert unmeasurable.status == "held"
    set_gate(holding, gate)
    judge_reports()
    for image in (failing, unmeasurable, never_measured):
        image.refresh_from_db()
        assert image.status == "published" and is_in_the_index(image)


def test_image_held_while_the_gate_opens_is_cleared(holding):
    """The upload read the shop before the change, and wrote after it."""
    image = make_image(holding.shop, make_photo(size=(40, 60)))
    set_gate(holding, "off")
    queues.REPORTS.request(shop_id=holding.shop.pk, image_ids=[image.pk])
    make_reports()
    image.refresh_from_db()
    assert image.status == "published"


def test_photo_is_judged_by_the_rules_after_its_measuring(holding, monkeypatch):
    image = make_image(holding.shop, make_jpeg(light=DARK))
    queues.REPORTS.request(shop_id=holding.shop.pk, image_ids=[image.pk])
    assess = assessments.assess

    def assess_concurrently(frame):
        found = assess(frame)
        set_gate(holding, "warn", "google")
        judge_reports()
        return found

    monkeypatch.setattr(assessments, "assess", assess_concurrently)
    make_reports()
    image.refresh_from_db()
    assert image.status == "published" and Report.objects.get().profile == "google"


def test_photo_replaced_during_its_report_is_not_cleared(holding, monkeypatch):
    image = make_image(holding.shop)
    queues.REPORTS.request(shop_id=holding.shop.pk, image_ids=[image.pk])
    assess = assessments.assess

    def assess_concurrently(frame):
        update_image(image=Image.objects.get(), fields={}, photo=open_bytes(make_jpeg(light=DARK)))
        monkeypatch.undo()
        queues.REPORTS.request(shop_id=holding.shop.pk, image_ids=[image.pk])
        return assess(frame)

    monkeypatch.setattr(assessments, "assess", assess_concurrently)
    make_reports()
    image.refresh_from_db()
    assert (image.version, image.status) == (2, "held")
    report = Report.objects.get()
    assert (report.image_version, report.passed) == (2, False)


def test_figures_of_an_old_photo_clear_no_new_photo(holding):
    image = measured(holding, make_jpeg(light=DARK))
    update_image(image=image, fields={}, photo=open_bytes(make_photo()))
    set_own_profile(
        shop=holding.shop,
        data={"rules": [{"subject": "shorter_side", "least": 100}]},
        today=date(2026, 11, 21),
    )
    set_gate(holding, "hold", "own")
    judge_reports()
    image.refresh_from_db()
    assert image.status == "held"
    queues.REPORTS.request_missing()
    make_reports()
    assert Report.objects.get().image_version == 2


def test_rules_changed_during_judging_are_applied(shop, monkeypatch):
    with shop_scope(shop.shop.pk):
        report = make_report(shop.shop)
        set_gate(shop, "warn", "google")
        policies = [Policy.objects.get()]
        set_gate(shop, "warn", "amazon")
        read = iter([*policies, *[Policy.objects.get()] * 3])
        monkeypatch.setattr("quality.policies.get_policy", lambda shop_id: next(read))
        judge_reports()
        report.refresh_from_db()
        assert report.profile == "amazon" and find_unjudged_shops() == []


def test_sweep_finds_reports_that_were_not_judged(shop, rival, monkeypatch):
    with shop_scope(rival.shop.pk):
        set_policy(shop=rival.shop, fields={})
    with shop_scope(shop.shop.pk):
        make_report(shop.shop)
        set_gate(shop, "warn", "google")
        assert find_unjudged_shops() == [shop.shop.pk]
    sent = []
    monkeypatch.setattr(
        "celery.app.base.Celery.send_task",
        lambda app, *sending, kwargs: sent.append((*sending, kwargs)),
    )
    request_missing_reports()
    assert sent == [("quality.tasks.judge_reports", {"shop_id": str(shop.shop.pk)})]
    with shop_scope(shop.shop.pk):
        judge_reports()
    assert find_unjudged_shops() == []


def test_policy_changes_wake_the_judging_task(
    shop, monkeypatch, django_capture_on_commit_callbacks
):
    sent = []
    monkeypatch.setattr(
        "celery.app.base.Celery.send_task", lambda app, task, **_: sent.append(task)
    )
    rules = {"rules": [{"subject": "width", "least": 100}]}
    with shop_scope(shop.shop.pk), django_capture_on_commit_callbacks(execute=True):
        set_gate(shop, "off")
        set_own_profile(shop=shop.shop, data=rules, today=date(2026, 11, 21))
    assert sent == [], "nothing that counts has changed"
    with shop_scope(shop.shop.pk), django_capture_on_commit_callbacks(execute=True):
        set_gate(shop, "off", "own")
        set_own_profile(shop=shop.shop, data=rules, today=date(2026, 11, 21))
        drop_own_profile(shop=shop.shop)
    assert sent == ["quality.tasks.judge_reports"] * 3
    with shop_scope(shop.shop.pk):
        assert Policy.objects.get().profile == "default"
