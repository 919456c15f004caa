"""Template helpers of the insurer's desk."""

from typing import Any

from django import template
from django.utils.translation import get_language

from kuaichu.claims.models import SettlementLine
from kuaichu.privacy import mask_account, mask_name
from kuaichu.web.insurer import words

register = template.Library()


@register.filter
def cover_name(cover: str) -> str:
    """Out of which pocket a line is paid."""
    return str(words.COVERS.get(cover, cover))


@register.filter
def head_name(head: str) -> str:
    """What was lost."""
    return str(words.HEADS.get(head, head))


@register.filter
def trouble(code: str) -> str:
    """What went wrong with a payment."""
    return str(words.trouble(code))


@register.filter
def masked_name(name: str) -> str:
    """A name as other people may see it."""
    return mask_name(name)


@register.filter
def masked_account(number: str) -> str:
    """The last four digits of an account."""
    return mask_account(number)


@register.filter
def in_tongue(pair: dict[str, Any]) -> str:
    """`zh` or `en` of a stored pair of texts."""
    return str(pair.get("en" if _is_english() else "zh", ""))


@register.filter
def line_text(line: SettlementLine) -> str:
    """Why a line is paid."""
    return line.text_en if _is_english() else line.text_zh


@register.filter
def get(mapping: dict[Any, Any], key: Any) -> Any:
    """The value under a key, or nothing."""
    return mapping.get(key, "")


def _is_english() -> bool:
    return (get_language() or "").startswith("en")
