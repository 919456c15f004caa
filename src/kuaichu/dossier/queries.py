"""Reading the dossier."""

import json
from dataclasses import dataclass
from uuid import UUID

from kuaichu.dossier.documents.content import Content, from_json
from kuaichu.dossier.models import Instrument, InstrumentFile, Photo, Signature
from kuaichu.dossier.states import InstrumentState


@dataclass(frozen=True)
class InstrumentView:
    """An instrument with its signatures by party letter and its newest sealed file."""

    instrument: Instrument
    signatures: dict[str, Signature]
    file: InstrumentFile | None

    @property
    def content(self) -> Content:
        """What it says."""
        return from_json(json.loads(self.instrument.content))


def instruments_of(case_id: UUID) -> list[InstrumentView]:
    """All instruments of a case, newest first (three statements)."""
    rows = (
        Instrument.objects.filter(case_id=case_id)
        .select_related("unit", "issued_by", "superseded_by")
        .prefetch_related("files", "signatures__party")
        .order_by("-created_at")
    )
    return [_view(row) for row in rows]


def open_instrument(case_id: UUID) -> InstrumentView | None:
    """The instrument that awaits signatures, if any."""
    for view in instruments_of(case_id):
        if view.instrument.state in (InstrumentState.DRAFTED, InstrumentState.SERVED):
            return view
    return None


def _view(row: Instrument) -> InstrumentView:
    signatures = {signature.party.letter: signature for signature in row.signatures.all()}
    files = sorted(row.files.all(), key=lambda file: file.sealed_at)
    return InstrumentView(row, signatures, files[-1] if files else None)


def photos_of(case_id: UUID) -> list[Photo]:
    """The photos in force, in the order of their slots (one statement)."""
    order = {"scene_front": 0, "scene_rear": 1, "impact": 2}
    rows = Photo.objects.filter(case_id=case_id, replaced_at__isnull=True).select_related("party")
    return sorted(rows, key=lambda photo: (order.get(photo.slot, 3), photo.slot))
