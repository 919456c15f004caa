"""The recogniser of one place: fed with every stored call in order of time, asked while a call is typed, told what
people said of its links. Imported only where it is used: its first use loads (or compiles) machine code."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from kuaichu.analysis.repeats import Feedback, Judgement, Recogniser
from kuaichu.calls.linking import Facts
from kuaichu.calls.repeats.learning import Answer
from kuaichu.calls.repeats.rows import Rows, phone_key
from kuaichu.calls.repeats.rule import METRES_PER_DEGREE, SLACK_S

MANY = 200  # calls that are taken in at one go


@dataclass(frozen=True)
class Opinion:
    """A judgement, and to which event it counts each stored call (by the id of the event's first call; 0: forgotten).

    `chances`: first call of an event -> probability.
    """

    judgement: Judgement
    chances: Mapping[int, float]
    known: "Recognising"

    def event_of(self, call_id: int) -> int:
        return self.known.event_of(call_id)


class Recognising:
    """Not for two threads at once. `missed`: calls that came too late to be put in their place in time."""

    def __init__(self) -> None:
        self._recogniser = Recogniser()
        self._numbers: dict[int, int] = {}
        self._said: dict[int, Answer] = {}
        self._newest = -np.inf
        self._middle: tuple[float, float] | None = None
        self.missed = 0

    def follow(self, rows: Rows, spots: Iterable[int]) -> None:
        """Take in calls that follow in time."""
        table = rows.table
        calls: list[dict[str, Any]] = []
        for spot in spots:
            call_id, t = int(table["id"][spot]), float(table["t"][spot])
            if call_id in self._numbers:
                continue
            if t < self._newest - SLACK_S:
                self.missed += 1
                continue
            self._newest = max(self._newest, t)
            self._numbers[call_id] = self._recogniser.calls + len(calls)
            calls.append(self._call(call_id, t, rows, spot))
        if len(calls) < MANY:
            for call in calls:
                self._recogniser.offer(call)
            return
        columns = {name: np.array([call[name] for call in calls], object) for name in calls[0]}
        self._recogniser.batch(columns)

    def hear(self, answers: Iterable[Answer]) -> None:
        """What people said: right at once for the calls themselves, and learnt from for the next ones."""
        for answer in answers:
            if answer.is_match is None:
                self._said.pop(answer.link_id, None)
            elif self._said.get(answer.link_id) != answer:
                self._said[answer.link_id] = answer
                self._move(answer)
        rows = ((answer.is_match, answer.levels, answer.distance_m) for answer in self._said.values())
        self._recogniser.learn(Feedback.of((bool(is_match), levels, away) for is_match, levels, away in rows if levels))

    def consider(self, facts: Facts) -> Opinion | None:
        """What it thinks of a call that is not stored yet; None of a late one: what came since would mislead it."""
        t = facts.received_at.timestamp()
        if t < self._newest - SLACK_S:
            return None
        judged = self._recogniser.consider(
            {
                "call_id": "0",
                "t": t,
                **self._place(facts.lon_wgs84, facts.lat_wgs84),
                **_texts(phone_key(facts.phone), facts.roads, facts.plates, facts.subclass),
            }
        )
        chances = {int(item.incident_id): item.score for item in judged.alternatives if item.incident_id}
        if judged.link is not None and judged.link.incident_id != "0":
            chances[int(judged.link.incident_id)] = judged.link.score
        return Opinion(judged, chances, self)

    def event_of(self, call_id: int) -> int:
        """The id of the first call of the event that a stored call is counted to; 0 when it is forgotten."""
        number = self._numbers.get(call_id)
        return int(self._recogniser.incident_of(number) or 0) if number is not None else 0

    def _move(self, answer: Answer) -> None:
        number, earlier = self._numbers.get(answer.call_id), self._numbers.get(answer.earlier_id)
        if not answer.is_event or number is None or earlier is None:
            return
        (self._recogniser.unite if answer.is_match else self._recogniser.part)(number, earlier)

    def _call(self, call_id: int, t: float, rows: Rows, spot: int) -> dict[str, Any]:
        row, known = rows.table[spot], rows.known[spot]
        texts = _texts(int(row["phone"]), known.roads, known.plates, rows.subclass(spot))
        return {"call_id": str(call_id), "t": t, **self._place(float(row["lon"]), float(row["lat"])), **texts}

    def _place(self, lon: float | None, lat: float | None) -> dict[str, float]:
        """Metres on a plane around the first place that was heard of."""
        if lon is None or lat is None or np.isnan(lon) or np.isnan(lat):
            return {"x": np.nan, "y": np.nan}
        if self._middle is None:
            self._middle = lon, lat
        east = METRES_PER_DEGREE * np.cos(np.radians(self._middle[1]))
        return {"x": (lon - self._middle[0]) * east, "y": (lat - self._middle[1]) * METRES_PER_DEGREE}


def _texts(phone: int, roads: str, plates: tuple[str, ...], subclass: str) -> dict[str, str]:
    first, second = [*plates, "", ""][:2]
    called = f"n{phone:x}" if phone else ""
    return {"phone": called, "road": roads, "plate_a": first, "plate_b": second, "typ": subclass}


def in_turn(rows: Rows, asked: Mapping[int, Facts]) -> Iterator[tuple[Facts, Opinion | None]]:
    """Stored calls judged one after the other, each by what came before it (imports)."""
    known = Recognising()
    spots = list(rows.in_turn())
    first = next((at for at, spot in enumerate(spots) if int(rows.table["id"][spot]) in asked), len(spots))
    known.follow(rows, spots[:first])
    for spot in spots[first:]:
        facts = asked.get(int(rows.table["id"][spot]))
        if facts is not None:
            yield facts, known.consider(facts)
        known.follow(rows, [spot])
