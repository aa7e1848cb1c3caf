"""Two photos side by side on the photo quality page."""

from playwright.sync_api import Page, expect

from core.tests.playground.photos import MEASURES, Photos, choose_photos


def test_the_better_of_two_is_marked_measure_by_measure(photo_page: Page, photos: Photos) -> None:
    choose_photos(photo_page, photos["dark-dress"], photos["dress"])
    expect(photo_page.locator("#advice")).to_contain_text("Use the second photo")
    sides = photo_page.locator("#sides figure")
    expect(sides.nth(0)).to_contain_text("First: 48.1 of 100")
    expect(sides.nth(1)).to_contain_text("Second: 76.2 of 100better")
    lines = photo_page.locator("#lines .gauge")
    expect(lines).to_have_count(MEASURES)
    exposure = lines.filter(has_text="Exposure").locator(".side")
    expect(exposure.nth(0)).not_to_contain_text("better")
    expect(exposure.nth(1)).to_contain_text("better")
    expect(photo_page.locator("#likeness dt")).to_have_text(["SSIM", "PSNR", "GMSD", "Overlap"])
    expect(photo_page.locator("#weaker")).to_contain_text("The first photo.")
    expect(photo_page.get_by_role("slider", name="Before and after")).to_be_attached()


def test_different_scenes_have_no_likeness(photo_page: Page, photos: Photos) -> None:
    choose_photos(photo_page, photos["dark-dress"], photos["shirt"])
    expect(photo_page.locator("#advice")).to_contain_text("Use the second photo")
    expect(photo_page.locator("#likeness dt")).to_have_count(0)


def test_a_comparison_is_repeated_at_another_level(photo_page: Page, photos: Photos) -> None:
    choose_photos(photo_page, photos["dark-dress"], photos["dress"])
    overall = photo_page.locator("#weaker .overall")
    expect(overall).to_contain_text("48.1 → 6")
    photo_page.get_by_role("slider", name="How far towards the better one").fill("1")
    photo_page.get_by_role("button", name="Compare again").click()
    expect(overall).to_contain_text("48.1 → 76")


def test_a_refused_photo_of_a_pair_shows_the_reason(photo_page: Page, photos: Photos) -> None:
    choose_photos(photo_page, photos["dress"], photos["red"])
    expect(photo_page.get_by_role("alert")).to_contain_text("all one colour")
    expect(photo_page.locator("#pair")).to_be_hidden()
