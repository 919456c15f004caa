"""Reading the dossier."""

import json
from dataclasses import dataclass
from uuid import UUID

from django.db.models import UUIDField

from kuaichu.dossier.documents.content import Content, from_json
from kuaichu.dossier.models import Instrument, InstrumentFile, Photo, Signature
from kuaichu.dossier.states import InstrumentState
from kuaichu.prepared import Prepared

_INSTRUMENTS = Prepared(
    lambda case: (
        Instrument.objects.filter(case_id=case)
        .select_related("unit", "issued_by", "superseded_by")
        .order_by("-created_at")
    ),
    case=UUIDField(),
)
_SIGNATURES = Prepared(
    lambda case: Signature.objects.filter(instrument__case_id=case).select_related("party").order_by("pk"),
    case=UUIDField(),
)
_FILES = Prepared(
    lambda case: InstrumentFile.objects.filter(instrument__case_id=case).order_by("sealed_at"), case=UUIDField()
)
_PHOTOS = Prepared(
    lambda case: Photo.objects.filter(case_id=case, replaced_at__isnull=True).select_related("party"), case=UUIDField()
)


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
    found = _INSTRUMENTS.all(case=case_id)
    if not found:
        return []
    signatures: dict[UUID, dict[str, Signature]] = {row.pk: {} for row in found}
    for signature in _SIGNATURES.all(case=case_id):
        signatures[signature.instrument_id][signature.party.letter] = signature
    newest = {file.instrument_id: file for file in _FILES.all(case=case_id)}
    return [InstrumentView(row, signatures[row.pk], newest.get(row.pk)) for row in found]


def open_instrument(case_id: UUID) -> InstrumentView | None:
    """The instrument that awaits signatures, if any."""
    for view in instruments_of(case_id):
        if view.instrument.state in (InstrumentState.DRAFTED, InstrumentState.SERVED):
            return view
    return None


def photos_of(case_id: UUID) -> list[Photo]:
    """The photos in force, in the order of their slots (one statement)."""
    order = {"scene_front": 0, "scene_rear": 1, "impact": 2}
    return sorted(_PHOTOS.all(case=case_id), key=lambda photo: (order.get(photo.slot, 3), photo.slot))
