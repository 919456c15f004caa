"""Template helpers: words of the law's code lists, money, moments, refusals."""

from datetime import datetime, timedelta

from django import template
from django.utils import translation
from django.utils.translation import gettext

from kuaichu import law
from kuaichu.clock import BEIJING
from kuaichu.errors import Refused
from kuaichu.money import yuan_text

register = template.Library()


def _lang() -> str:
    return "en" if (translation.get_language() or "").startswith("en") else "zh"


@register.filter
def yuan(amount_fen: int) -> str:
    """Fen as `1,234.56`."""
    return yuan_text(amount_fen)


@register.filter
def code_label(code: str, list_name: str) -> str:
    """The word of `code` in the law's list, in the page's language; nothing for an empty code."""
    return law.codes.label(list_name, code, _lang()) if code else ""


@register.filter
def tongue(thing: object) -> str:
    """`.zh` or `.en` of anything from `law` that has both."""
    return str(getattr(thing, _lang()))


@register.filter
def beijing(moment: datetime | None, form: str = "%Y-%m-%d %H:%M") -> str:
    """A moment in China's civil time; nothing for none."""
    return moment.astimezone(BEIJING).strftime(form) if moment else ""


@register.filter
def until(moment: datetime | None, form: str = "%Y-%m-%d") -> str:
    """The end of a period: one that ends with a day is shown as that day's 24:00, not as the next day."""
    if moment is None:
        return ""
    local = moment.astimezone(BEIJING)
    if (local.hour, local.minute) == (0, 0):
        return (local - timedelta(minutes=1)).strftime(form) + " 24:00"
    return local.strftime(f"{form} %H:%M")


@register.filter
def refusal_text(refusal: Refused) -> str:
    """The sentence of a refusal in the page's language."""
    english = getattr(refusal, "en", "")
    if english and _lang() == "en":
        return str(english)
    params = {name: gettext(item) if isinstance(item, str) and item else item for name, item in refusal.params.items()}
    text = gettext(refusal.message)
    return text % params if params else text
