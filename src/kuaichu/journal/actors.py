"""Who does something: a party of a case, a member of staff, a partner's system, or the product itself."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Actor:
    """`kind` is party, staff, partner or system; `id` names the row of that kind."""

    kind: str
    id: str = ""


SYSTEM = Actor("system")
