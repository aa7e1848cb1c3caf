"""Jobs that wait for other servers take turns that are fair to shops and hosts."""

import time

import pytest
from uuid_utils.compat import uuid7

from core.jobs.queues import Claim
from core.jobs.turns import Shares, Turns, WaitingJob

FIRST, SECOND, THIRD = uuid7(), uuid7(), uuid7()


def add(turns: Turns, shop_id, host: str = "a.example", count: int = 1, claimed_at: float = 0):
    for _ in range(count):
        turns.add(WaitingJob(Claim(uuid7(), 1, 1), shop_id, host, claimed_at or time.monotonic()))


def take_all(turns: Turns) -> list[WaitingJob]:
    return list(iter(turns.take, None))


def test_a_shop_holds_half_of_the_places_at_most():
    turns = Turns(places=8, host_places=100)
    add(turns, FIRST, count=20)
    assert len(take_all(turns)) == 4
    add(turns, SECOND, count=20)
    assert [turn.shop_id for turn in take_all(turns)] == [SECOND] * 2
    add(turns, THIRD)
    assert [turn.shop_id for turn in take_all(turns)] == [THIRD]


def test_a_host_has_fewer_places_which_shops_share():
    turns = Turns(places=100, host_places=4)
    add(turns, FIRST, count=20)
    add(turns, FIRST, "b.example", count=3)
    assert [turn.host for turn in take_all(turns)] == ["a.example"] * 2 + ["b.example"] * 2
    add(turns, SECOND, count=20)
    assert [(turn.shop_id, turn.host) for turn in take_all(turns)] == [(SECOND, "a.example")]


def test_the_shop_with_the_fewest_running_jobs_is_next():
    turns = Turns(places=32, host_places=32)
    add(turns, FIRST, count=20)
    for _ in range(6):
        assert turns.take()
    add(turns, SECOND, count=20)
    assert [turn.shop_id for turn in take_all(turns)][:6] == [SECOND] * 6


def test_a_free_place_goes_to_the_next_job():
    turns = Turns(places=2, host_places=2)
    add(turns, FIRST, count=2)
    (turn,) = take_all(turns)
    assert turns.take() is None
    turns.end(turn)
    assert turns.take()
    assert turns.shops == []


def test_one_place_is_enough():
    turns = Turns(places=1, host_places=1)
    add(turns, FIRST, count=2)
    assert len(take_all(turns)) == 1


@pytest.mark.parametrize("places", [1, 2, 7])
def test_places_come_back(places):
    shares = Shares(places)
    shares.take(FIRST)
    assert shares.count(FIRST) == 1
    shares.give_back(FIRST)
    assert shares.is_unused
    assert shares.may_take(SECOND)


def test_jobs_that_wait_for_too_long_are_removed():
    turns = Turns(places=2, host_places=2)
    add(turns, FIRST, claimed_at=5)
    add(turns, FIRST, claimed_at=50)
    assert [turn.claimed_at for turn in turns.remove_older(10)] == [5]
    assert [turn.claimed_at for turn in turns.remove_older(100)] == [50]
    assert turns.shops == []
