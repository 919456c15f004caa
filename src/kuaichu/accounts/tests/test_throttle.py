"""Rate limits: a burst, then a refill, and how long to wait."""

from datetime import timedelta

import pytest

from kuaichu import clock
from kuaichu.accounts.throttle import Rate, take
from kuaichu.errors import Refused

pytestmark = pytest.mark.django_db
RATE = Rate(burst=3, per_hour=6)


def taken() -> int:
    """How many tokens can be had right now."""
    for count in range(20):
        try:
            take("test", "me", RATE)
        except Refused:
            return count
    return 20


def test_a_burst_then_nothing_then_a_refill():
    assert taken() == 3
    with clock.moved_by(timedelta(minutes=9)):
        assert taken() == 0
    with clock.moved_by(timedelta(minutes=11)):
        assert taken() == 1
    with clock.moved_by(timedelta(hours=10)):
        assert taken() == 3


def test_the_refusal_says_how_long_to_wait():
    taken()
    with pytest.raises(Refused) as caught:
        take("test", "me", RATE)
    assert (caught.value.code, caught.value.params) == ("rate.exceeded", {"minutes": 10})


def test_two_people_do_not_share_a_limit():
    taken()
    take("test", "somebody else", RATE)
