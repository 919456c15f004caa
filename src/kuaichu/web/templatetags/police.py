"""Template helpers of the police desk."""

from collections.abc import Mapping
from typing import Any

from django import template
from django.utils.functional import Promise

from kuaichu.web.police import partners
from kuaichu.web.police.steps import step

register = template.Library()
register.filter("failure_words", partners.failure)
register.filter("step_words", step)


@register.filter
def operation_words(operation: str) -> str | Promise:
    """claim.notify as 向保险公司报案."""
    return partners.OPERATIONS.get(operation, operation)


@register.filter
def of(found: Mapping[str, Any], letter: str) -> Any:
    """What belongs to one party; None without."""
    return found.get(letter)
