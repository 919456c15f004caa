"""What the people of a measurement know from elsewhere: the digits of a text message, the case on the desk's list.

Read with plain statements, so that the load that this adds stays small. Needs Django.
"""

from uuid import UUID

from django.db import connection

from kuaichu.accounts.codes import digits_of
from kuaichu.cases.tokens import token_digest


def code_of(token: str, purpose: str) -> str:
    """The digits of the newest text message to the party behind `token`."""
    party_id = _one("SELECT id FROM cases_party WHERE token_digest = %s", token_digest(token))
    found = _one(
        "SELECT id FROM accounts_onetimecode WHERE subject_id = %s AND purpose = %s ORDER BY issued_at DESC LIMIT 1",
        str(UUID(str(party_id))),
        purpose,
    )
    return digits_of(UUID(str(found)))


def case_id_of(number: str) -> str:
    return str(UUID(str(_one("SELECT id FROM cases_case WHERE number = %s", number))))


def sealed_files() -> int:
    return int(_one("SELECT count(*) FROM dossier_instrumentfile"))  # type: ignore[call-overload]


def _one(statement: str, *values: str) -> object:
    with connection.cursor() as cursor:
        cursor.execute(statement, list(values))
        row = cursor.fetchone()
    assert row is not None, statement
    return row[0]
