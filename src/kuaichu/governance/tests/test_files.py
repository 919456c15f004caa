"""Hot-spot files: one plan, one leader, measures, an effect that is proved or not, and the refusals."""

from datetime import UTC, date, datetime, timedelta
from math import exp

import pytest

from kuaichu import clock
from kuaichu.accounts.models import Person
from kuaichu.errors import NotFound, Refused
from kuaichu.governance import actions
from kuaichu.governance.effects import effect_of
from kuaichu.governance.figures import Period
from kuaichu.governance.queries.files import by_day, evaluation_of, files_of
from kuaichu.governance.tests.rows import call
from kuaichu.journal.models import Event

NOW = datetime(2026, 11, 22, 4, tzinfo=UTC)
BEFORE = Period(date(2026, 9, 1), date(2026, 9, 30))
SPOT = {"lon_wgs84": 120.52, "lat_wgs84": 30.01}


@pytest.fixture(autouse=True)
def _at():
    with clock.moved_to(NOW):
        yield


@pytest.fixture
def leader(unit):
    return Person.objects.create_user("leader", "x", name="许迪", role="leader", agency=unit)


def calls(day: date, count: int, **fields) -> None:
    for n in range(count):
        call(received_at=datetime(day.year, day.month, day.day, 12, n % 60, tzinfo=clock.BEIJING), **fields)


@pytest.fixture
def file(analyst):
    calls(date(2026, 9, 10), 24, **SPOT)
    calls(date(2026, 9, 10), 3, **SPOT, category="order", subclass="parking")
    calls(date(2026, 9, 10), 40)
    calls(date(2026, 10, 5), 6, **SPOT)
    calls(date(2026, 10, 5), 44)
    return actions.open_file(person=analyst, name="人民路口", **SPOT, radius_m=200, before=BEFORE, category="accident")


def test_a_hot_spot_from_opening_to_the_proved_effect(file, analyst, leader):
    assert (file.number, file.before_count, file.state) == ("339900-R2026-0001", 24, "open")
    assert evaluation_of(file) is None
    actions.adopt_plan(file_id=file.pk, person=analyst, leader_id=leader.pk, plan="早高峰定人守点")
    measure = actions.add_measure(file_id=file.pk, person=leader, text="早高峰定岗", from_on=date(2026, 10, 1))
    found = evaluation_of(file)
    assert (found.before, found.after.days) == (BEFORE, 30)
    assert (found.effect.before, found.effect.after, found.effect.rest_before, found.effect.rest_after) == (
        24,
        6,
        40,
        44,
    )
    assert found.is_proved
    assert found.effect.high < 1
    actions.end_measure(measure_id=measure.pk, person=leader, until_on=date(2026, 11, 1))
    actions.evaluate(file_id=file.pk, person=analyst)
    closed = actions.close_file(file_id=file.pk, person=analyst, conclusion="事故下降，转入日常巡逻")
    assert closed.closed_at == pytest.approx(clock.now(), abs=timedelta(seconds=5))
    assert files_of("339900") == []
    assert [row.pk for row in files_of("339900", is_closed=True)] == [file.pk]
    names = Event.objects.filter(stream=file.pk).order_by("seq").values_list("name", flat=True)
    assert list(names) == [
        "file.opened",
        "file.planned",
        "measure.added",
        "measure.ended",
        "file.evaluated",
        "file.closed",
    ]
    assert sum(count for _, count in by_day(file, BEFORE)) == 24


def test_what_is_refused(file, analyst, leader, officer):
    for person in (officer, leader):  # the superior unit's file, and not yet this leader's
        with pytest.raises(Refused, match=r"file\.not_yours"):
            actions.adopt_plan(file_id=file.pk, person=person, leader_id=leader.pk, plan="x")
    with pytest.raises(Refused, match=r"file\.unit"):
        actions.open_file(
            person=leader, name="x", **SPOT, radius_m=200, before=BEFORE, unit_id=leader.agency.superior_id
        )
    with pytest.raises(Refused, match=r"file\.leader"):
        actions.adopt_plan(file_id=file.pk, person=analyst, leader_id=analyst.pk, plan="x")
    with pytest.raises(Refused, match=r"file\.no_measure"):
        actions.evaluate(file_id=file.pk, person=analyst)
    with pytest.raises(Refused, match=r"governance\.moved_on"):
        actions.close_file(file_id=file.pk, person=analyst, conclusion="x")
    with pytest.raises(Refused, match=r"measure\.backwards"):
        actions.add_measure(
            file_id=file.pk, person=analyst, text="x", from_on=date(2026, 10, 2), until_on=date(2026, 10, 1)
        )
    with pytest.raises(Refused, match=r"measure\.too_early"):
        actions.add_measure(file_id=file.pk, person=analyst, text="x", from_on=BEFORE.first_on)
    with pytest.raises(Refused, match=r"file\.radius"):
        actions.open_file(person=analyst, name="x", **SPOT, radius_m=5, before=BEFORE)
    with pytest.raises(NotFound):
        actions.end_measure(measure_id=10**9, person=analyst, until_on=date(2026, 10, 1))


def test_the_effect_is_fishers_and_never_proved_by_nothing():
    from scipy.stats import binom  # a second to import, wanted here only

    effect = effect_of(before=30, after=10, rest_before=10**7, rest_after=10**7)
    assert effect.p == pytest.approx(binom.cdf(10, 40, 0.5), rel=1e-3)  # a huge rest: a fair coin for each call
    assert effect.ratio == pytest.approx(1 / 3, rel=1e-3)
    nothing = effect_of(before=0, after=0, rest_before=5, rest_after=5)
    assert (nothing.p, nothing.ratio, nothing.is_proved(0.05)) == (1.0, None, False)
    worse = effect_of(before=5, after=50, rest_before=100, rest_after=10)
    assert not worse.is_proved(0.05)
    none_after = effect_of(before=20, after=0, rest_before=50, rest_after=50)
    assert none_after.is_proved(0.05)
    assert (none_after.ratio, none_after.low) == (0, 0)
    assert 0 < none_after.high < 1


@pytest.mark.parametrize("counts", [(24, 6, 40, 44), (30, 10, 5000, 5200), (3, 9, 80, 100), (300, 280, 40_000, 41_000)])
def test_the_interval_is_scipys(counts):
    from scipy.stats import fisher_exact
    from scipy.stats.contingency import odds_ratio

    before, after, rest_before, rest_after = counts
    table = [[after, before], [rest_after, rest_before]]
    effect = effect_of(before=before, after=after, rest_before=rest_before, rest_after=rest_after)
    assert effect.p == pytest.approx(fisher_exact(table, alternative="less").pvalue, rel=1e-6)
    known = odds_ratio(table)
    interval = known.confidence_interval(0.95)
    assert (effect.ratio, effect.low, effect.high) == pytest.approx(
        (known.statistic, interval.low, interval.high), rel=1e-5
    )


def test_a_busy_spot_is_judged_at_once():
    effect = effect_of(before=50_000, after=40_000, rest_before=10**7, rest_after=10**7)
    assert effect.ratio == pytest.approx(0.8, rel=1e-4)
    woolf = 1.959964 * (1 / 40_000 + 1 / 50_000 + 2e-7) ** 0.5
    assert (effect.low, effect.high) == pytest.approx((0.8 * exp(-woolf), 0.8 * exp(woolf)), rel=1e-3)
