"""Which roadside cases are the invented city's own: a file in the home, so that a later start goes on with them and
nobody else's case is ever touched."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock

from django.conf import settings


@dataclass(frozen=True)
class KeptCase:
    """`name` gives its people, place and losses; `story` what happened (demo/play.py)."""

    number: str
    name: str
    story: str


@dataclass
class Book:
    """Open cases by number, how many there have ever been, and whether the cases of the past were played."""

    path: Path
    begun: int = 0
    has_past: bool = False
    open: dict[str, KeptCase] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def add(self, case: KeptCase) -> None:
        """Remember a case that has just got its number."""
        with self._lock:
            self.begun += 1
            self.open[case.number] = case
            self._write()

    def note_past(self) -> None:
        """The cases of the past are there."""
        with self._lock:
            self.has_past = True
            self._write()

    def drop(self, number: str) -> None:
        """Forget a case that is closed."""
        with self._lock:
            if self.open.pop(number, None):
                self._write()

    def _write(self) -> None:
        rows = {case.number: [case.name, case.story] for case in self.open.values()}
        draft = self.path.with_suffix(".new")
        draft.write_text(json.dumps({"begun": self.begun, "past": self.has_past, "open": rows}), "utf-8")
        draft.replace(self.path)


def the_book() -> Book:
    """As the home remembers it; empty at the first time."""
    path = Path(settings.HOME) / "life" / "cases.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        return Book(path)
    row = json.loads(path.read_text("utf-8"))
    known = {number: KeptCase(number, name, story) for number, (name, story) in row["open"].items()}
    return Book(path, begun=int(row["begun"]), has_past=bool(row["past"]), open=known)
