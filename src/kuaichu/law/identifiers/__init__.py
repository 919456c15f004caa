"""Identifiers as people type them: tidied, judged, refused with a sentence that says what to do.

Beside them, in modules of their own: `coordinates` (WGS-84, GCJ-02, BD-09), `division_codes` (GB/T 2260 by date),
`licences` (准驾车型), `characters` (GB 18030 level 3).

Every `parse_*` returns a frozen value or raises IdentifierError(code, zh, en); `check_vin` only remarks.
"""

from kuaichu.law.identifiers.errors import IdentifierError, Remark
from kuaichu.law.identifiers.names import Name, parse_name
from kuaichu.law.identifiers.people import Document, IdNumber, document_kinds, parse_document, parse_id_number
from kuaichu.law.identifiers.plate_forms import EBIKE_KIND, NO_PLATE_KIND, OTHER_KIND
from kuaichu.law.identifiers.plates import Plate, guess_plates, parse_plate
from kuaichu.law.identifiers.things import (
    BankCard,
    Phone,
    PolicyNumber,
    Uscc,
    Vin,
    check_vin,
    parse_bank_card,
    parse_mobile,
    parse_phone,
    parse_policy_number,
    parse_uscc,
)

__all__ = [
    "EBIKE_KIND",
    "NO_PLATE_KIND",
    "OTHER_KIND",
    "BankCard",
    "Document",
    "IdNumber",
    "IdentifierError",
    "Name",
    "Phone",
    "Plate",
    "PolicyNumber",
    "Remark",
    "Uscc",
    "Vin",
    "check_vin",
    "document_kinds",
    "guess_plates",
    "parse_bank_card",
    "parse_document",
    "parse_id_number",
    "parse_mobile",
    "parse_name",
    "parse_phone",
    "parse_plate",
    "parse_policy_number",
    "parse_uscc",
]
