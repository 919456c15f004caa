"""Template helpers of the planning page."""

from django import template

register = template.Library()
WEEK = 7


@register.filter
def percent(share: float | None, digits: int = 1) -> str:
    """0.9532 as 95.3%; nothing as a dash."""
    return "—" if share is None else f"{share:.{int(digits)}%}"


@register.filter
def a_day(hours: float) -> str:
    """A week's hours as those of a mean day."""
    return f"{hours / WEEK:.1f}".removesuffix(".0")
