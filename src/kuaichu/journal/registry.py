"""Which events have reactions. `kuaichu.wiring` fills the table when the product starts; rooms below never see it."""

from collections.abc import Callable, Mapping, Sequence

from kuaichu.journal.models import Event

Reaction = Callable[[Event], object]
_table: Mapping[str, Sequence[Reaction]] = {}


def use(table: Mapping[str, Sequence[Reaction]]) -> None:
    """Make `table` (event name -> reactions, run in order) the one in force."""
    global _table
    _table = table


def reactions_to(name: str) -> Sequence[Reaction]:
    """The reactions to events called `name`; empty when nothing reacts."""
    return _table.get(name, ())


def label(reaction: Reaction) -> str:
    """The stable name under which a run of `reaction` is remembered."""
    return f"{reaction.__module__.removeprefix('kuaichu.')}.{reaction.__name__}"
