"""Template helpers of the calls' pages."""

from django import template

from kuaichu.privacy import mask_name
from kuaichu.web.calls.words import class_words

register = template.Library()
register.filter("class_words", class_words)


@register.filter
def as_percent(part: float) -> int:
    """0.873 as 87; never 100, for words alone are never certain."""
    return min(round(100 * part), 99)


@register.filter
def masked_name(name: str) -> str:
    """A name with its middle hidden."""
    return mask_name(name)
