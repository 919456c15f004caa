"""What people said of links, in the form in which the recogniser counts it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kuaichu.calls.models import CallLink
from kuaichu.calls.states import LinkState, Notion

Levels = tuple[int, int, int, int]
# Levels of agreement (analysis/repeats/sizes.py) that the rule's evidence stands for.
_SAME_PLATE, _SAME_CLASS, _SAME_PHONE = 5, 2, 1


@dataclass(frozen=True)
class Answer:
    """A link and what was said of it (`is_match` None: nothing, or taken back). `levels`: of plate, road, class and
    phone, 0 unknown; None for what the recogniser can't learn from."""

    link_id: int
    call_id: int
    earlier_id: int
    is_event: bool
    is_match: bool | None
    levels: Levels | None
    distance_m: float | None


def answers_since(place_code: str, since: datetime) -> list[Answer]:
    """Decided links of calls received since then."""
    rows = CallLink.objects.filter(call__place_id=place_code, call__received_at__gte=since)
    return _answers(rows.exclude(state=LinkState.PROPOSED))


def answers_of(call_ids: Sequence[int]) -> list[Answer]:
    """Every link of these calls as it stands."""
    return _answers(CallLink.objects.filter(call_id__in=call_ids))


def _answers(rows: Any) -> list[Answer]:
    fields = ("id", "call_id", "earlier_id", "notion", "state", "evidence")
    return [_answer(*row) for row in rows.order_by("id").values_list(*fields)]


def _answer(
    link_id: int, call_id: int, earlier_id: int, notion: str, state: str, evidence: Iterable[Mapping[str, Any]]
) -> Answer:
    said = {LinkState.CONFIRMED.value: True, LinkState.REFUSED.value: False}.get(state)
    levels, away = _levels({item["kind"]: item["value"] for item in evidence}, is_event=notion == Notion.SAME_EVENT)
    return Answer(link_id, call_id, earlier_id, notion == Notion.SAME_EVENT, said, levels, away)


def _levels(found: Mapping[str, Any], *, is_event: bool) -> tuple[Levels | None, float | None]:
    if "judged_minutes" in found:
        plate, road, kind, phone = (
            int(found.get(f"judged_{part}") or 0) for part in ("plate", "road", "class", "phone")
        )
        return (plate, road, kind, phone), found.get("judged_distance")
    if not (is_event or "same_phone" in found):
        return None, None  # the same place on another day: a matter by the rule alone
    plate = _SAME_PLATE if "same_plate" in found else 0
    kind = _SAME_CLASS if "same_class" in found else 0
    return (plate, 0, kind, _SAME_PHONE if "same_phone" in found else 0), found.get("near")
