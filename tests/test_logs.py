"""An error's trace in the log says where and what kind, and not a word of what somebody typed."""

import logging

import pytest
from django.db import IntegrityError, transaction

from kuaichu.accounts.models import Place
from kuaichu.logs import Wordless

PHONE = "13812345678"


def logged(error: BaseException) -> str:
    record = logging.LogRecord("kuaichu", logging.ERROR, __file__, 1, "it failed", (), (type(error), error, None))
    if error.__traceback__:
        record.exc_info = (type(error), error, error.__traceback__)
    return Wordless("%(message)s").format(record)


def test_a_trace_names_file_and_kinds_and_no_words():
    def typed():
        try:
            int(PHONE + "x")
        except ValueError as cause:
            raise KeyError(PHONE) from cause

    with pytest.raises(KeyError) as caught:
        typed()
    text = logged(caught.value)
    assert PHONE + "x" not in text.replace('int(PHONE + "x")', "")
    assert PHONE not in text
    assert "test_logs.py" in text
    assert text.index("builtins.ValueError") < text.index("builtins.KeyError")


@pytest.mark.django_db
def test_a_database_error_keeps_its_code_and_not_the_row():
    Place.objects.create(code="330199", name=PHONE)
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        Place.objects.create(code="330199", name=PHONE)
    text = logged(caught.value)
    assert "django.db.utils.IntegrityError" in text
    assert PHONE not in text
    assert "330199" not in text.replace('code="330199"', "")


def test_an_error_without_a_trace_is_told_by_its_kind():
    assert logged(RuntimeError(PHONE)).splitlines()[-1] == "builtins.RuntimeError"


def test_a_circle_of_errors_ends():
    first, second = ValueError(PHONE), KeyError(PHONE)
    first.__context__, second.__context__ = second, first
    assert logged(first).count("builtins.") == 2
