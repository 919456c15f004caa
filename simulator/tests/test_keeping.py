"""What the parties' pages showed is still there for the checks when their links have ended."""

from simulator.house import Answer
from simulator.keeping import keep
from simulator.looking import Looker
from simulator.tests.false_house import House, Scene, answer, true_scene
from simulator.wire import API

PATHS = ("/case", "/case/instruments", "/case/money", "/case/photos")


class Api:
    """The false house behind the party's API, whose links may end."""

    def __init__(self, scene: Scene) -> None:
        self.pages, self.has_ended = House(scene.lies), False
        self.records = {record.tokens["A"]: record for record in scene.outcome.records}

    def request(self, method: str, path: str, *, headers: dict[str, str], body: bytes, address: str) -> Answer:
        if self.has_ended:
            return answer(401, {"code": "link.expired"})
        record = self.records[headers["Authorization"].removeprefix("Bearer ")]
        path = path.removeprefix(API)
        if path.startswith("/case/timeline"):
            entries, after = self.pages.timeline(record, "A"), int(path.partition("=")[2])
            return answer(200, {"entries": entries[after : after + 3], "next_after": _next(after + 3, len(entries))})
        return self.pages.as_party(record, "A", path)


def _next(after: int, count: int) -> int | None:
    return after if after < count else None


def seen(looker: Looker, record) -> list:
    shown = [looker.as_party(record, "A", path) for path in PATHS]
    papers = [paper["id"] for paper in shown[1].json.get("instruments", [])]
    shown += [
        looker.as_party(record, "A", f"/case/instruments/{paper}{end}") for paper in papers for end in ("", "/file")
    ]
    return [*shown, looker.timeline(record, "A")]


def test_a_closed_case_is_kept_whole_and_an_open_one_is_not():
    scene = true_scene()
    for at, record in enumerate(scene.outcome.records):
        record.tokens["A"] = f"token-{at}"
    api = Api(scene)
    looker = Looker(api, "x")
    closed, still_open = scene.outcome.records[:2]
    scene.lies.cases[still_open.number]["state"] = {**scene.lies.cases[still_open.number]["state"], "stage": "claims"}
    before = seen(looker, closed)
    for record in (closed, still_open):
        keep(record, looker)
    api.has_ended = True
    assert seen(looker, closed) == before
    assert looker.as_party(closed, "A", "/case/instruments/of-another").status == 401
    assert (still_open.kept, looker.as_party(still_open, "A", "/case").status) == ({}, 401)
    assert looker.as_party(closed, "A", "/case", device="another").status == 401
