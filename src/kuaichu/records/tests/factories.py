"""Closed cases, and a gateway that answers as a test wants it."""

from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from kuaichu import clock
from kuaichu.cases.locking import save_case
from kuaichu.cases.models import Case, ScreeningAnswer
from kuaichu.cases.states import Outcome, Stage
from kuaichu.claims.tests import factories as claims
from kuaichu.journal.actions import record
from kuaichu.journal.actors import SYSTEM, Actor
from kuaichu.journal.models import Event
from kuaichu.records.models import Record, VehicleCheck

RECORDED = {"state": "recorded", "djbh": "JY202611220001"}
UNKNOWN = {"state": "unknown"}
FOUND = {
    "state": "found",
    "cllx": "K33",
    "clpp": "启程",
    "jdczt": "A",
    "inspected_until": "2027-03-31",
    "insured_until": "2027-01-15",
    "insurer": "安行财产保险股份有限公司示范分公司",
}


@dataclass
class Gateway:
    """An adapter in memory. `answer` is given to every message, or raised."""

    answer: dict[str, Any] | Exception = field(default_factory=lambda: dict(RECORDED))
    sent: list[tuple[str, dict[str, Any], str]] = field(default_factory=list)

    def send(self, *, vendor: str, operation: str, message: dict[str, Any], key: str) -> dict[str, Any]:
        self.sent.append((operation, message, key))
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    @property
    def bodies(self) -> list[dict[str, Any]]:
        return [message["body"] for _, message, _ in self.sent]


def told_case(unit, officer, insurers, **options) -> Case:
    """At CLAIMS, determined, both parties with everything that is told."""
    case = claims.settled_case(unit, officer, insurers, **options)
    case.lon_wgs84, case.lat_wgs84 = 120.5, 29.9
    case.save(update_fields=["lon_wgs84", "lat_wgs84"])
    for party in case.parties.all():
        party.vehicle_kind = "K3" if party.kind == "motor" else "F6"
        party.particulars_at = party.account_at = clock.now()
        party.document_kind, party.document_number = "id_card", "339999196010181347"
        party.save()
    ScreeningAnswer.objects.create(
        case=case, question="injured", answer="no", party=case.parties.get(letter="A"), at=clock.now()
    )
    return case


def close(case: Case, outcome: str = Outcome.PAID) -> Event:
    """The last matter was settled."""
    with transaction.atomic():
        case.refresh_from_db()
        case.stage, case.outcome, case.closed_at = Stage.CLOSED, outcome, clock.now()
        save_case(case, "stage", "outcome", "closed_at")
        return record("case.closed", stream=case.pk, actor=SYSTEM, outcome=str(outcome))


def reopen(case: Case) -> Event:
    """A review wants a new determination."""
    with transaction.atomic():
        case.refresh_from_db()
        case.stage, case.outcome, case.closed_at = Stage.LIABILITY, "", None
        save_case(case, "stage", "outcome", "closed_at")
        return record("case.reopened", stream=case.pk, actor=SYSTEM)


def given(party) -> Event:
    """The party saved its particulars."""
    with transaction.atomic():
        return record("particulars.given", stream=party.case_id, actor=Actor("party", str(party.pk)), letter="A")


def states(case: Case) -> list[tuple[int, str, str]]:
    """(revision, state, number) of each record."""
    return list(Record.objects.filter(case=case).order_by("revision").values_list("revision", "state", "number"))


def check_of(party) -> VehicleCheck:
    return VehicleCheck.objects.get(party=party)


def events(case: Case) -> list[str]:
    """What this room wrote into the journal."""
    own = ("record.", "vehicle.")
    return [
        name for name in Event.objects.filter(stream=case.pk).values_list("name", flat=True) if name.startswith(own)
    ]
