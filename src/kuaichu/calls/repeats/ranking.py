"""The rule's matches in the order of the recogniser's opinion, and what it knows besides."""

from dataclasses import replace

import numpy as np

from kuaichu.analysis.repeats import Link, value_of
from kuaichu.calls.linking import JUDGED, Evidence, Facts, Match
from kuaichu.calls.repeats.recognising import Opinion
from kuaichu.calls.repeats.rows import Rows
from kuaichu.calls.repeats.rule import SLACK_S, distances
from kuaichu.calls.states import Notion
from kuaichu.calls.thresholds import Thresholds

SPEAKS = 0.7  # bits from which a part of the evidence says something
UNLIKELY = 0.2  # what is left of the rule's score where the recogniser sees nothing


def ranked(found: list[Match], opinion: Opinion, *, rows: Rows, facts: Facts, limits: Thresholds) -> list[Match]:
    """The matches with the recogniser's scores, and its own link with its evidence when the city's limits let it."""
    link = opinion.judgement.link
    best = _best(link, rows, facts, limits) if link is not None else None
    ranked = []
    for match in found:
        event = opinion.event_of(match.call_id)
        if best is not None and match.call_id == best.call_id:
            best = replace(best, notion=match.notion)  # what the city calls it
        elif best is None or match.notion != Notion.SAME_EVENT or event != opinion.event_of(best.call_id):
            ranked.append(replace(match, score=_score(match, opinion.chances.get(event))))
    return ranked if best is None else [best, *ranked]


def _score(match: Match, chance: float | None) -> float:
    """The recogniser's probability; the rule's own score for what it does not judge (the same place, days later)."""
    if chance is not None:
        return round(chance, 3)
    is_judged = match.notion == Notion.SAME_EVENT or any(item.kind == "same_phone" for item in match.evidence)
    return round(match.score * UNLIKELY, 3) if is_judged else match.score


def _best(link: Link, rows: Rows, facts: Facts, limits: Thresholds) -> Match | None:
    spot = _spot(int(link.repeats or 0), rows)
    if spot is None:
        return None
    weights = {part.name: part.weight for part in link.parts}
    is_own = weights["phone"] > SPEAKS
    is_event = link.kind == "event" and not is_own
    age = facts.received_at.timestamp() - float(rows.table["t"][spot])
    if not -SLACK_S <= age <= limits.repeat_within.total_seconds():
        return None
    if is_event and not _is_allowed(weights, age, float(distances(rows, facts, np.array([spot]))[0]), limits):
        return None
    return Match(
        call_id=int(rows.table["id"][spot]),
        number=rows.known[spot].number,
        notion=Notion.SAME_EVENT if is_event else Notion.SAME_MATTER,
        score=round(link.score, 3),
        evidence=tuple(
            Evidence(JUDGED + part.name, _rounded(value_of(link, part.name)), part.weight) for part in link.parts
        ),
    )


def _spot(call_id: int, rows: Rows) -> int | None:
    """Where the call stands, or the first call of its event when it is only one more caller; None: it doesn't count."""
    spot = rows.at.get(call_id)
    if spot is not None and not rows.table["is_valid"][spot]:
        spot = rows.at.get(rows.known[spot].root)
    return spot if spot is not None and rows.table["is_valid"][spot] else None


def _is_allowed(weights: dict[str, float], age_s: float, metres: float, limits: Thresholds) -> bool:
    """Place and time alone say too much where few people call: then the city's limits hold."""
    if weights["plate"] > SPEAKS:
        return True
    is_soon = age_s <= limits.event_within.total_seconds()
    return is_soon and (weights["road"] > SPEAKS or metres <= limits.event_radius_m)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 1)
