"""One-time codes: the newest only, for its time, a few tries, once; a second tap is no fault."""

from datetime import timedelta

import pytest

from kuaichu import clock
from kuaichu.accounts import codes, throttle
from kuaichu.accounts.models import OneTimeCode
from kuaichu.errors import Refused

pytestmark = pytest.mark.django_db
PHONE = "13800990001"
TRIES = 3
LIFE = timedelta(minutes=5)


def issue(**other: str) -> OneTimeCode:
    said = {"purpose": "phone", "subject_id": "one", "phone": PHONE} | other
    return codes.issue(**said, expires_at=clock.now() + LIFE)


def check(typed: str, **other: str) -> OneTimeCode:
    said = {"purpose": "phone", "subject_id": "one", "phone": PHONE} | other
    return codes.check(**said, typed=typed, max_tries=TRIES)


def refusal(typed: str, **other: str) -> str:
    with pytest.raises(Refused) as caught:
        check(typed, **other)
    return caught.value.code


def another(digits: str) -> str:
    """Six digits, all of them others."""
    return digits.translate(str.maketrans("0123456789", "1234567890"))


def test_the_right_digits_are_taken_with_spaces_too():
    row = issue()
    digits = codes.digits_of(row.pk)
    assert (len(digits), digits.isdecimal()) == (6, True)
    assert check(f" {digits[:3]} {digits[3:]} ") == row


def test_the_table_does_not_hold_the_digits():
    row = issue()
    kept = " ".join(str(value) for value in OneTimeCode.objects.filter(pk=row.pk).values_list()[0])
    assert codes.digits_of(row.pk) not in kept.replace("-", "").split()
    assert PHONE not in kept


def test_nothing_was_sent_or_not_to_this_phone():
    assert refusal("123456") == "code.missing"
    digits = codes.digits_of(issue().pk)
    assert refusal(digits, phone="13800990002") == "code.missing"
    assert refusal(digits, purpose="signing") == "code.missing"
    assert refusal(digits, subject_id="two") == "code.missing"


def test_a_code_ends_with_its_time():
    digits = codes.digits_of(issue().pk)
    with clock.moved_by(LIFE - timedelta(seconds=1)):
        assert check(digits)
    with clock.moved_by(LIFE):
        assert refusal(digits) == "code.expired"


def test_only_the_newest_counts():
    first = codes.digits_of(issue().pk)
    with clock.moved_by(timedelta(seconds=1)):
        second = issue()
        if first != codes.digits_of(second.pk):
            assert refusal(first) == "code.wrong"
        assert check(codes.digits_of(second.pk)) == second


def test_a_few_tries_and_then_not_even_the_right_digits():
    digits = codes.digits_of(issue().pk)
    assert [refusal(another(digits)) for _ in range(TRIES)] == ["code.wrong"] * TRIES
    assert refusal(digits) == "code.exhausted"
    with clock.moved_by(timedelta(seconds=1)):
        assert check(codes.digits_of(issue().pk))


def test_a_used_code_is_right_for_a_second_tap_and_used_only_once():
    row = issue()
    digits = codes.digits_of(row.pk)
    codes.use_up(check(digits))
    assert check(digits) == row
    with pytest.raises(Refused) as caught:
        codes.use_up(row)
    assert caught.value.code == "code.expired"
    with clock.moved_by(codes.SECOND_TAP + timedelta(seconds=1)):
        assert refusal(digits) == "code.expired"


def test_codes_of_two_subjects_do_not_disturb_each_other():
    one, two = issue(), issue(subject_id="two")
    assert check(codes.digits_of(one.pk)) == one
    assert check(codes.digits_of(two.pk), subject_id="two") == two


def test_one_phone_gets_a_few_messages_whoever_asks():
    for number in range(throttle.CODE_PER_PHONE.burst):
        issue(subject_id=f"party {number}")
    with pytest.raises(Refused) as caught:
        issue(subject_id="one more")
    assert caught.value.code == "rate.exceeded"
    assert caught.value.params == {"minutes": round(60 / throttle.CODE_PER_PHONE.per_hour)}
    issue(phone="13800990002")
