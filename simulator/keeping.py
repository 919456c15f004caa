"""A party's link ends some time after its case. What it showed is kept before, so that a run of months can still be
checked whole at its end."""

from collections.abc import Generator
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from kuaichu import law
from kuaichu.law.divisions import NATION
from simulator.city import CHINA
from simulator.house import Answer
from simulator.looking import Looker
from simulator.people import Record
from simulator.world import Rest

if TYPE_CHECKING:
    from simulator.main import Outcome

DAY_S = 86_400.0
BEFORE = timedelta(days=4)  # so long before the earliest end of a link


def keeping(outcome: "Outcome", looker: Looker) -> Generator[Rest, None, Any]:
    """The actor that looks once a day at what will soon be out of reach. Cases that are open stay within it."""
    house = outcome.world.house
    days = law.value("party.link", on=house.now().astimezone(CHINA).date(), place=NATION).number
    while True:
        yield DAY_S
        early = house.now() - (timedelta(days=days) - BEFORE)
        for record in outcome.records:
            if record.number and not record.kept and record.moments["reported"] < early:
                keep(record, looker)


def keep(record: Record, looker: Looker) -> None:
    """Everything that the checks ask of a closed case as its parties; nothing of an open one."""
    state = looker.as_party(record, "A", "/case")
    if state.status != 200 or state.json["stage"] != "closed":
        return
    kept: dict[tuple[str, str], Answer] = {}
    for letter in {"A", record.reader or "A"}:
        after: int | None = 0
        paths = ["/case"]
        while after is not None and len(paths) < 1000:
            paths.append(f"/case/timeline?after={after}")
            answer = looker.as_party(record, letter, paths[-1])
            after = answer.json["next_after"] if answer.status == 200 else None
        if letter == record.reader:
            papers = looker.as_party(record, letter, "/case/instruments").json["instruments"]
            paths += ["/case/instruments", "/case/money", "/case/photos"]
            paths += [f"/case/instruments/{paper['id']}{end}" for paper in papers for end in ("", "/file")]
        kept |= {(letter, path): looker.as_party(record, letter, path) for path in paths}
    record.kept = kept
