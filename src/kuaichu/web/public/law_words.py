"""Words that both law pages share: places, grades, special circumstances, articles with their gist, marks."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from kuaichu import law
from kuaichu.law import divisions
from kuaichu.law.values import mark_of

GRADES = ("full", "primary", "equal", "secondary", "none")
KINDS: Mapping[str, str | Promise] = {
    "motor": _("机动车"),
    "nonmotor": _("非机动车"),
    "pedestrian": _("行人"),
    "owner": _("设施所有人"),
}
SPECIAL: Mapping[str, str | Promise] = {
    "drink": _("饮酒"),
    "drugs": _("服用管制药品"),
    "no_licence": _("没有驾驶证"),
    "wrong_class": _("准驾车型不符"),
    "fled": _("逃逸"),
    "forged": _("破坏、伪造现场"),
    "deliberate": _("故意"),
}


@dataclass(frozen=True)
class Article:
    """An article that can be opened: its name, and its gist or nothing."""

    name: str
    gist: str


@dataclass(frozen=True)
class Option:
    """One choice of a form."""

    code: str
    text: str
    is_chosen: bool


@dataclass(frozen=True)
class Step:
    """One step of a reason. `mark`: 惯例, 参考 or nothing."""

    text: str
    effect: str
    mark: str
    articles: tuple[Article, ...]


def is_english() -> bool:
    return (get_language() or "").startswith("en")


def said(row: Mapping[str, Any], key: str) -> str:
    """`key` of an answer of the law, or `key_en` on an English page."""
    return str(row.get(f"{key}_en") or "") if is_english() else str(row.get(key) or "")


def grade(code: str) -> str:
    return law.codes.label("liability", code, "en" if is_english() else "zh")


def tongue(thing: Any) -> str:
    """`.zh` or `.en`."""
    return str(thing.en if is_english() else thing.zh)


def places(chosen: str) -> tuple[Option, ...]:
    """The nation and every place with settings of its own; another valid code stays as it was asked."""
    known = {divisions.NATION: str(_("全国通用（不选地方）"))}
    known |= {code: tongue(place) for code, place in divisions.known().items()}
    if chosen not in known:
        known[chosen] = chosen
    return tuple(Option(code, text, code == chosen) for code, text in known.items())


def is_place(code: str) -> bool:
    try:
        divisions.chain(code)
    except law.LawError:
        return False
    return True


def articles(rows: Iterable[Mapping[str, Any]]) -> tuple[Article, ...]:
    """Articles of an answer, with the gist where somebody wrote one."""
    found = []
    for row in rows:
        cited = law.Citation(row["act"], row["article"])
        found.append(Article(tongue(cited), cited.gist_en if is_english() else cited.gist_zh))
    return tuple(found)


def steps(rows: Iterable[Mapping[str, Any]]) -> tuple[Step, ...]:
    """The steps of an answer in the page's language."""
    return tuple(
        Step(said(row, "fact"), said(row, "effect"), mark(row.get("certainty", "law")), articles(row["articles"]))
        for row in rows
    )


def mark(certainty: str) -> str:
    return mark_of(certainty)[1 if is_english() else 0]


def mark_as_printed(mark_zh: str) -> str:
    """A Chinese mark of an answer in the page's language."""
    marks = dict(mark_of(certainty) for certainty in ("practice", "unsure", "design"))
    return marks.get(mark_zh, "") if is_english() else mark_zh
