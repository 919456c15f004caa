"""Moments that a row takes from the clock, which a machine may set back."""

from django.db.models import DateTimeField, F, Value
from django.db.models.functions import Greatest

from kuaichu import clock


def now_but_not_before(column: str) -> Greatest:
    """Now, or the moment in `column` if that is later: nothing ends before it began."""
    return Greatest(Value(clock.now(), output_field=DateTimeField()), F(column))
