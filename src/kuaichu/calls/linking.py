"""Which earlier calls a call is about: the engine's matches with their evidence, kept as links for a person to answer.

What the engine knows of a place lies in memory, is built from the calls of the last days at the first question, and
follows the table by id (`recent.Recent`).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Literal

from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_noop as _

from kuaichu import clock
from kuaichu.calls.models import Call, CallLink
from kuaichu.calls.states import Notion, Validity

MOST_LINKS = 5
FEW = 50  # stored calls for which the rule will do: loading the recogniser takes longer than looking at them
JUDGED = "judged_"

SENTENCES: Mapping[str, str] = {
    "same_phone": _("同一个电话报过"),
    "same_plate": _("说的是同一个车牌"),
    "near": _("相距 %(value)s 米"),
    "same_class": _("警情类别相同"),
    "minutes": _("相隔 %(value)s 分钟"),
    "days": _("相隔 %(value)s 天"),
    "same_words": _("说的话相近"),
}


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What the engine looks at. `phone`: blind index. `roads`: text that names them. `call_id` 0: not stored yet."""

    call_id: int
    number: str
    place_code: str
    received_at: datetime
    category: str
    subclass: str
    lon_wgs84: float | None
    lat_wgs84: float | None
    phone: str
    plates: tuple[str, ...]
    roads: str = ""


@dataclass(frozen=True)
class Evidence:
    """One reason: a code of SENTENCES with a weight of 0..1, or JUDGED and a part of the recogniser's evidence with
    bits (against: negative), and a number. No personal data."""

    kind: str
    value: float | None
    weight: float


@dataclass(frozen=True)
class Match:
    """An earlier call that this one may be about. `score` in 0..1."""

    call_id: int
    number: str
    notion: Notion
    score: float
    evidence: tuple[Evidence, ...]


def facts_of(call: Call) -> Facts:
    """What the engine looks at, of a row stored or not."""
    return Facts(
        call_id=call.pk or 0,
        number=call.number,
        place_code=call.place_id,
        received_at=call.received_at,
        category=call.category,
        subclass=call.subclass,
        lon_wgs84=call.lon_wgs84,
        lat_wgs84=call.lat_wgs84,
        phone=call.phone_index,
        plates=tuple(call.plates.split()),
        roads=roads_of(call.road, call.location),
    )


def roads_of(road: str, location: str) -> str:
    """The text in which names of roads are looked for."""
    return f"{road} {location}".strip()


def matches_of(facts: Facts) -> list[Match]:
    """Earlier calls that the facts may be about, the likeliest first; nothing is written."""
    from kuaichu.calls.recent import recent_of

    return recent_of(facts.place_code).matches(facts, most=MOST_LINKS)


def matches_in_turn(place_code: str, asked: Sequence[Facts]) -> dict[int, list[Match]]:
    """The same for stored calls of one place, by id: each judged by what came before it."""
    from kuaichu.calls.recent import recent_of

    if len(asked) < FEW:
        return {facts.call_id: matches_of(facts) for facts in asked}
    return recent_of(place_code).matches_in_turn({facts.call_id: facts for facts in asked}, most=MOST_LINKS)


def keep(call: Call, matches: Sequence[Match]) -> tuple[CallLink, ...]:
    """Store the matches of a stored call as proposed links. The caller holds the transaction."""
    if call.validity == Validity.INVALID:
        return ()
    now = clock.now()
    there = set(Call.objects.filter(pk__in=[match.call_id for match in matches]).values_list("pk", flat=True))
    return tuple(
        CallLink.objects.create(
            call=call,
            earlier_id=match.call_id,
            notion=match.notion,
            score=match.score,
            evidence=[asdict(item) for item in match.evidence],
            proposed_at=now,
        )
        for match in matches
        if match.call_id != call.pk and match.call_id in there
    )


def sentences(evidence: Iterable[Mapping[str, object] | Evidence]) -> tuple[str, ...]:
    """The evidence in words, strongest first."""
    rows = [item if isinstance(item, Evidence) else Evidence(**item) for item in evidence]  # type: ignore[arg-type]
    rows.sort(key=lambda item: -abs(item.weight))
    return tuple(filter(None, (_sentence(item) for item in rows)))


def _sentence(item: Evidence) -> str:
    if item.kind.startswith(JUDGED):
        from kuaichu.analysis.repeats import line

        language: Literal["zh", "en"] = "en" if (get_language() or "").startswith("en") else "zh"
        return line(item.kind.removeprefix(JUDGED), item.value, item.weight, language)
    return gettext(SENTENCES[item.kind]) % {"value": f"{item.value:g}"} if item.kind in SENTENCES else ""
