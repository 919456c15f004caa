"""Words of the calls' pages in the page's language."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from kuaichu.accounts.models import Person
from kuaichu.calls.classes import CLASSES
from kuaichu.calls.scripts import outcomes
from kuaichu.journal.models import Event

EVENTS: dict[str, str | Promise] = {
    "call.received": _("接下这条警情"),
    "call.imported": _("从文件导入"),
    "call.taken_on": _("认领，由其负责"),
    "call.classed": _("更正类别"),
    "call.invalidated": _("标为无效"),
    "call.validated": _("恢复为有效"),
    "call.offered": _("发出移交，等待签收"),
    "handover.receipted": _("签收移交，由其负责"),
    "handover.refused": _("退回移交"),
    "call.dispatched": _("派出警力"),
    "call.arrived": _("到达现场"),
    "call.closed": _("办结这条警情"),
    "call.transferred": _("移交给其他部门"),
    "transfer.receipted": _("对方已签收"),
    "transfer.returned": _("对方退回"),
    "link.confirmed": _("确认关联"),
    "link.refused": _("排除关联"),
    "link.reopened": _("撤销对关联的判断"),
    "chain.opened": _("列入重复警情台账"),
    "chain.reopened": _("台账重新打开"),
    "chain.planned": _("填写台账：原因、负责人、下一步"),
    "chain.closed": _("台账销号"),
    "call_back.recorded": _("记下回访情况"),
    "call_back.lapsed": _("逾期未回访，自动关闭"),
}


@dataclass(frozen=True)
class Moment:
    """One line of the timeline, in the page's language."""

    at: datetime
    who: str
    what: str
    detail: str


def is_english() -> bool:
    return (get_language() or "").startswith("en")


def phrase(words: str | Promise, **parts: object) -> str:
    """A sentence of the catalogue with its parts filled in."""
    return str(words) % parts


def class_words(code: str) -> str:
    """A sub-class in words; the code itself for one that the product doesn't know."""
    found = CLASSES.get(code)
    if found is None:
        return code
    return found.en if is_english() else found.zh


def moments(events: Sequence[Event]) -> list[Moment]:
    """The journal of a call, newest first. One statement, for the names."""
    names = _names(events)
    return [
        Moment(event.at, _who(event, names), str(EVENTS.get(event.name, event.name)), _detail(event.facts, event.name))
        for event in reversed(events)
    ]


def _names(events: Iterable[Event]) -> dict[str, str]:
    ids = {UUID(event.actor_id) for event in events if event.actor_kind == "staff" and event.actor_id}
    return {str(key): name for key, name in Person.objects.filter(pk__in=ids).values_list("pk", "name")}


def _who(event: Event, names: Mapping[str, str]) -> str:
    if event.actor_kind == "staff":
        return names.get(event.actor_id, gettext("工作人员"))
    return gettext("其他部门的系统") if event.actor_kind == "partner" else gettext("系统")


def _detail(facts: Mapping[str, object], name: str) -> str:
    if name == "call.classed":
        return f"{class_words(str(facts.get('before', '')))} → {class_words(str(facts.get('subclass', '')))}"
    if name in ("call.received", "call.closed"):
        return class_words(str(facts.get("subclass", "")))
    known = outcomes().get(str(facts.get("outcome", "")))
    return "" if known is None else known.en if is_english() else known.zh
