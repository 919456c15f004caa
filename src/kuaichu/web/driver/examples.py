"""Valid sample data of people who do not exist, for the demonstration's one-tap filling."""

from collections.abc import Sequence
from dataclasses import dataclass

from kuaichu.accounts.models import Agency
from kuaichu.cases.models import Party, PartyKind
from kuaichu.law.identifiers.people import check_character


@dataclass(frozen=True)
class _Sample:
    name: str
    born: str
    order: str
    phone_tail: str
    plate_tail: str


_SAMPLES = {
    "A": _Sample("陈安", "19900307", "231", "2", "6K18A"),
    "B": _Sample("王小禾", "19851112", "468", "3", "8T52C"),
    "C": _Sample("周远", "19780620", "117", "4", "3M07E"),
}

_CARD_START = "621700000000003"


def _luhn(first: str) -> str:
    doubled = (digit if place % 2 else digit * 2 for place, digit in enumerate(map(int, first)))
    return str(-sum(digit - 9 if digit > 9 else digit for digit in doubled) % 10)


CARD = _CARD_START + _luhn(_CARD_START)


def phone_of(party: Party) -> str:
    """A mobile number for the party's letter; its middle follows the case so that cases do not share rate limits."""
    middle = f"{party.case_id.int % 10_000_000:07d}"
    return f"139{middle}{_SAMPLES[party.letter].phone_tail}"


def particulars_of(party: Party, *, insurers: Sequence[Agency]) -> dict[str, str]:
    """Fields of the form, by name. The region of the document is the place of the case."""
    sample = _SAMPLES[party.letter]
    first = f"{party.case.place_id}{sample.born}{sample.order}"
    is_motor = party.kind == PartyKind.MOTOR
    insurer = insurers["ABC".index(party.letter) % len(insurers)] if insurers and is_motor else None
    return {
        "name": sample.name,
        "document_kind": "id_card",
        "document_number": first + check_character(first),
        "vehicle_kind": "K3" if is_motor else "F6",
        "plate_kind": "02" if is_motor else "",
        "plate": f"浙Z{sample.plate_tail}" if is_motor else "",  # a letter that no city of the province has
        "is_plate_confirmed": "1" if is_motor else "",
        "insurer_code": insurer.code if insurer else "-",
        "policy_number": f"DEMO2026{sample.order}{party.case.number[-6:]}" if insurer else "",
        "contact": phone_of(party),
    }
