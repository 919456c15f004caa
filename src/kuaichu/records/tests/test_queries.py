"""Reading takes one statement each, and shows only what holds now."""

import pytest

from kuaichu.records import reactions
from kuaichu.records.queries import checks_of, newest_record
from kuaichu.records.tests.factories import close, given, reopen, told_case


@pytest.fixture
def case(unit, officer, insurers, platform):
    return told_case(unit, officer, insurers)


def test_the_last_record_counts(case, django_assert_num_queries):
    assert newest_record(case.pk) is None
    reactions.file_record(close(case))
    reopen(case)
    reactions.file_record(close(case))
    with django_assert_num_queries(1):
        assert newest_record(case.pk).revision == 2


def test_checks_by_letter_of_the_vehicles_named_now(case, django_assert_num_queries):
    parties = list(case.parties.all())
    for party in parties:
        reactions.look_up(given(party))
    with django_assert_num_queries(1):
        assert list(checks_of(case.pk, parties)) == ["A", "B"]
    parties[1].plate = "浙D99999"
    assert list(checks_of(case.pk, parties)) == ["A"]
