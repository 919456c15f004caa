"""The journal of a case in words: when, who, what."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kuaichu.accounts.models import Person
from kuaichu.cases.models import Party
from kuaichu.journal.models import Event
from kuaichu.web.police.queues import FIELD_REASONS
from kuaichu.web.police.steps import step

_OF_PLATFORM = ("record.", "vehicle.")
_TITLES = {"A": _("甲方"), "B": _("乙方"), "C": _("丙方")}


@dataclass(frozen=True)
class Moment:
    """One line of the timeline, in the page's language."""

    at: datetime
    who: str
    what: str
    detail: str


def moments(events: Sequence[Event], *, parties: Sequence[Party], staff: Mapping[str, str]) -> list[Moment]:
    """Newest first; repeated lines of the same kind by the same person stand once, with the last moment."""
    letters = {str(party.pk): party.letter for party in parties}
    lines: list[Moment] = []
    for event in events:
        line = Moment(event.at, _who(event, letters, staff), str(step(event.name)), _detail(event))
        if lines and (lines[-1].who, lines[-1].what, lines[-1].detail) == (line.who, line.what, line.detail):
            lines.pop()
        lines.append(line)
    return lines[::-1]


def staff_names(events: Iterable[Event]) -> dict[str, str]:
    """Names of the staff who acted (one statement)."""
    ids = {UUID(event.actor_id) for event in events if event.actor_kind == "staff" and event.actor_id}
    return {str(key): name for key, name in Person.objects.filter(pk__in=ids).values_list("pk", "name")}


def _who(event: Event, letters: Mapping[str, str], staff: Mapping[str, str]) -> str:
    if event.actor_kind == "party":
        return str(_TITLES.get(letters.get(event.actor_id, ""), _("当事人")))
    if event.actor_kind == "staff":
        return staff.get(event.actor_id, gettext("工作人员"))
    if event.actor_kind == "partner":
        return gettext("综合应用平台") if event.name.startswith(_OF_PLATFORM) else gettext("保险公司系统")
    return gettext("系统")


def _detail(event: Event) -> str:
    reason = FIELD_REASONS.get(str(event.facts.get("reason", "")), "")
    is_numbered = event.name.startswith(("instrument.", "record."))
    return str(reason) or str(event.facts.get("number", "") if is_numbered else "")
