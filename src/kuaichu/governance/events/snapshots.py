"""The store on disk: a process starts in a fraction of a second. It holds no personal data and may be deleted."""

import json
import os
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np
from django.conf import settings
from numpy.typing import NDArray

from kuaichu.governance.events.columns import NAMES, Columns
from kuaichu.governance.events.reading import Codes

FORM = 1  # of the file; another form is not read


@dataclass(frozen=True)
class Snapshot:
    """Arrays by name, what their codes mean, and how far they were read: the highest call, the highest change."""

    arrays: dict[str, NDArray[Any]]
    codes: Codes
    mark: tuple[int, int]


def path_of(place_code: str) -> Path:
    """One file per place and database."""
    there = settings.DATABASES["default"]
    database = sha256(repr([str(there.get(key, "")) for key in ("HOST", "PORT", "NAME")]).encode()).hexdigest()[:8]
    return Path(settings.HOME) / "analysis" / f"calls-{place_code}-{database}.npz"


def save(place_code: str, columns: Columns, codes: Codes, mark: tuple[int, int]) -> None:
    """Write beside and rename: a reader finds the old file or the new one."""
    path = path_of(place_code)
    path.parent.mkdir(parents=True, exist_ok=True)
    notes = {
        "form": FORM,
        "subclasses": list(codes.subclasses),
        "units": [unit.hex for unit in codes.units],
        "mark": list(mark),
    }
    beside = path.with_name(f"{path.name}.{os.getpid()}")
    with beside.open("wb") as file:
        np.savez(
            file,
            notes=np.frombuffer(json.dumps(notes).encode(), np.uint8),
            **{name: getattr(columns, name) for name in NAMES},
        )
    beside.replace(path)


def load(place_code: str) -> Snapshot | None:
    """What was saved; None when there is nothing that can be read."""
    path = path_of(place_code)
    if not path.exists():
        return None
    try:
        with np.load(path) as file:
            notes = json.loads(file["notes"].tobytes())
            if notes["form"] != FORM:
                return None
            arrays = {name: file[name] for name in NAMES}
    except (OSError, ValueError, KeyError):  # cut short by a full disk or of an older version
        return None
    codes = Codes(tuple(notes["subclasses"]), tuple(UUID(unit) for unit in notes["units"]))
    return Snapshot(arrays, codes, (notes["mark"][0], notes["mark"][1]))
