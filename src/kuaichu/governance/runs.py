"""Stored analyses: carried out once, kept with all that is needed to get the same answer to the bit, and repeated."""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import numpy as np
from django.conf import settings as django_settings
from django.db import transaction

from kuaichu import clock
from kuaichu.accounts.models import Person
from kuaichu.errors import NotFound
from kuaichu.governance import events, maps
from kuaichu.governance.analyses import ANALYSES, DEFAULTS, ground_of
from kuaichu.governance.events import Columns, Wanted
from kuaichu.governance.events.selecting import digest
from kuaichu.governance.models import Run
from kuaichu.journal.actions import record
from kuaichu.journal.actors import SYSTEM, Actor

PACKAGE = Path(__file__).resolve().parents[1]
CODE = (
    "analysis/**/*.py",
    "governance/analyses.py",
    "governance/comparing.py",
    "governance/bulletins/counting.py",
    "governance/events/*.py",
    "governance/figures/periods.py",
    "governance/planning.py",
)  # what an answer depends on


@dataclass(frozen=True)
class Repeated:
    """A run carried out again: whether it saw the same calls by the same code, and gave the same answer."""

    run: Run
    rows: int
    is_same_input: bool
    is_same_code: bool
    is_same_answer: bool

    @property
    def is_reproduced(self) -> bool:
        """The same input gave the same answer, to the bit."""
        return self.is_same_input and self.is_same_answer


def carry_out(
    *,
    kind: str,
    place_code: str,
    wanted: Wanted,
    settings: Mapping[str, Any] | None = None,
    seed: int = 0,
    person: Person | None = None,
) -> Run:
    """Run the analysis `kind` over the wanted calls (which name a period) and keep it. Journal: run.made."""
    if wanted.since is None or wanted.until is None:
        raise ValueError("a run has a period")
    full = DEFAULTS[kind] | dict(settings or {})
    started_at, started_s = clock.now(), time.perf_counter()
    rows, seen = _input(place_code, wanted)
    answer = _answer(kind, place_code, rows, full, seed)
    run = Run(
        id=uuid4(),
        kind=kind,
        place_id=place_code,
        since=wanted.since,
        until=wanted.until,
        settings={"analysis": full, "calls": _as_json(wanted)},
        seed=seed,
        code_version=code_version(),
        input_digest=seen,
        rows=len(rows),
        result_digest=sha256(answer).hexdigest(),
        asked_by=person,
        started_at=started_at,
        seconds=time.perf_counter() - started_s,
    )
    run.result_path = f"runs/{run.pk}.json"
    path = Path(django_settings.FILES) / run.result_path
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(answer)
    with transaction.atomic():
        run.save(force_insert=True)
        actor = Actor("staff", str(person.pk)) if person else SYSTEM
        record("run.made", stream=run.pk, actor=actor, kind=kind, rows=run.rows, result_digest=run.result_digest)
    return run


def repeat(run: Run) -> Repeated:
    """Carry the run out again on what the store has now, and compare. Nothing is kept."""
    rows, seen = _input(run.place_id, wanted_of(run))
    answer = _answer(run.kind, run.place_id, rows, run.settings["analysis"], run.seed)
    return Repeated(
        run=run,
        rows=len(rows),
        is_same_input=seen == run.input_digest,
        is_same_code=code_version() == run.code_version,
        is_same_answer=sha256(answer).hexdigest() == run.result_digest,
    )


def find(run_id: UUID, *, place_code: str) -> Run:
    """A run of the place. Raises NotFound."""
    run = Run.objects.filter(pk=run_id, place_id=place_code).first()
    if run is None:
        raise NotFound("run.unknown", "没有找到这次分析")
    return run


def newest(kind: str, *, place_code: str, most: int = 20) -> list[Run]:
    """The place's latest runs of a kind."""
    found = Run.objects.filter(place_id=place_code, kind=kind).select_related("asked_by")
    return list(found.order_by("-started_at")[:most])


def answer_of(run: Run) -> dict[str, Any]:
    """What the run found. Raises NotFound when its file is gone or is not the one that was written."""
    path = Path(django_settings.FILES) / run.result_path
    if not path.exists():
        raise NotFound("run.lost", "这次分析的结果文件不在了，请重新分析")
    content = path.read_bytes()
    if sha256(content).hexdigest() != run.result_digest:
        raise NotFound("run.altered", "这次分析的结果文件被改动过，不能用，请重新分析")
    return dict(json.loads(content))


def wanted_of(run: Run) -> Wanted:
    """Which calls the run saw."""
    kept = run.settings["calls"]
    units = kept.get("unit_ids")
    return Wanted(
        since=run.since,
        until=run.until,
        categories=tuple(kept["categories"]),
        subclass=kept["subclass"],
        validity=kept["validity"],
        is_repeat=kept["is_repeat"],
        unit_ids=None if units is None else frozenset(UUID(unit) for unit in units),
        district=kept["district"],
        spans=tuple((datetime.fromisoformat(first), datetime.fromisoformat(last)) for first, last in kept["spans"])
        if "spans" in kept
        else (),
    )


def _as_json(wanted: Wanted) -> dict[str, Any]:
    return {
        "categories": list(wanted.categories),
        "subclass": wanted.subclass,
        "validity": wanted.validity,
        "is_repeat": wanted.is_repeat,
        "unit_ids": None if wanted.unit_ids is None else sorted(unit.hex for unit in wanted.unit_ids),
        "district": wanted.district,
    } | ({"spans": [[moment.isoformat() for moment in span] for span in wanted.spans]} if wanted.spans else {})


def _input(place_code: str, wanted: Wanted) -> tuple[Columns, str]:
    """The calls, copied, and the digest of all that the analysis sees: the calls and the place's map."""
    rows = events.store(place_code).select(wanted).taken()
    return rows, sha256(f"{digest(rows)} {maps.digest(place_code)}".encode()).hexdigest()


def _answer(kind: str, place_code: str, rows: Columns, settings: Mapping[str, Any], seed: int) -> bytes:
    answer = ANALYSES[kind](rows, ground_of(place_code, rows), settings, np.random.default_rng(seed))
    return json.dumps(answer, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


@lru_cache(maxsize=1)
def code_version() -> str:
    """SHA-256 over the source files on which an answer depends."""
    made = sha256()
    for path in sorted({path for pattern in CODE for path in PACKAGE.glob(pattern) if "tests" not in path.parts}):
        made.update(path.relative_to(PACKAGE).as_posix().encode() + b"\n" + path.read_bytes())
    return made.hexdigest()


def day_start(day: int) -> datetime:
    """The midnight in China with which a day of an answer (days since 1970-01-01) begins."""
    return datetime.fromtimestamp(day * 86_400 - 8 * 3600, clock.BEIJING)
