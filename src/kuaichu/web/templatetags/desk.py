"""Template helpers of the desks."""

from django import template
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from kuaichu.law import codes
from kuaichu.law.engine import the_law
from kuaichu.privacy import mask_document, mask_phone
from kuaichu.web.articles import Article, articles_of

register = template.Library()
_TITLES = {"A": _("甲方"), "B": _("乙方"), "C": _("丙方")}


@register.filter
def masked_document(number: str) -> str:
    """The first three and last four characters of an ID or licence number."""
    return mask_document(number)


@register.filter
def masked_phone(phone: str) -> str:
    """A phone number with its middle hidden."""
    return mask_phone(phone)


@register.filter
def vehicle(code: str) -> str:
    """What was driven or ridden, beside a heading that says vehicle: 小型客车, not 驾驶小型客车."""
    return codes.label("transport", code, get_language() or "zh").removeprefix("驾驶") if code else ""


@register.filter
def party_title(letter: str) -> str:
    """A, B, C as 甲方, 乙方, 丙方."""
    return str(_TITLES.get(letter, letter))


@register.filter
def thousands(number: int) -> str:
    """31980 as 31,980."""
    return f"{number:,}"


@register.filter
def said(label: str) -> str:
    """A model's Chinese label in the page's language."""
    return gettext(label) if label else ""


@register.filter
def opened(stored: list[dict[str, str]]) -> tuple[Article, ...]:
    """Stored articles with the words that open."""
    return articles_of(stored or ())


@register.filter
def has_words(articles: tuple[Article, ...]) -> bool:
    """Whether any of them can be opened."""
    return any(article.words or article.gist for article in articles)


@register.filter
def clock_name(clock: str) -> str:
    """The name of a clock of `law`; the clock's own key for one that `law` does not know."""
    definition = the_law().definitions.get(clock)
    if definition is None:
        return clock
    return definition.en if (get_language() or "").startswith("en") else definition.zh
