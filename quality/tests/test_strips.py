import pytest

from quality.enhance.steps import run_strips


def test_every_row_is_processed_once():
    rows: list[int] = []
    run_strips(lambda strip: rows.extend(range(strip.start, strip.stop)), height=70, rows=32)
    assert sorted(rows) == list(range(70))


def test_error_in_a_strip_is_raised():
    def fail(strip: slice) -> None:
        raise ZeroDivisionError(strip)

    with pytest.raises(ZeroDivisionError):
        run_strips(fail, height=10, rows=3)
