"""What the actions share: moves of a state, words with a limit, numbers of a year."""

from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Model, TextChoices
from django.db.models.functions import Length

from kuaichu import clock
from kuaichu.accounts.models import Person, Place
from kuaichu.errors import Refused
from kuaichu.journal.actions import record
from kuaichu.journal.actors import Actor

S = TypeVar("S", bound=TextChoices)


def moved(moves: dict[str, tuple[frozenset[S], S]], action: str, state: S) -> S:
    """The state that `action` leads to. Raises Refused("governance.moved_on")."""
    sources, target = moves[action]
    if state not in sources:
        raise Refused("governance.moved_on", "现在是“%(state)s”，这一步办不了，请刷新后再看", state=state.label)
    return target


def words(text: str, *, most: int, what: str) -> str:
    """Trimmed. Raises Refused: text.missing, text.too_long."""
    text = text.strip()
    if not text:
        raise Refused("text.missing", "请写明%(what)s", what=what)
    if len(text) > most:
        raise Refused("text.too_long", "写得太长了，请不要超过 %(most)s 个字", most=most)
    return text


def next_number(model: type[Model], place_code: str, letter: str) -> str:
    """The next number of the civil year: 339900-R2026-0001. The caller holds the transaction, in which nobody else
    of the place takes a number."""
    Place.objects.select_for_update(no_key=True).get(pk=place_code)
    start = f"{place_code}-{letter}{clock.today().year}-"
    last = (
        model._default_manager.filter(number__startswith=start)
        .order_by(Length("number").desc(), "-number")
        .values_list("number", flat=True)
        .first()
    )
    return f"{start}{int(str(last).rsplit('-', 1)[1]) + 1 if last else 1:04d}"


def note(name: str, stream: UUID, person: Person, **facts: Any) -> None:
    record(name, stream=stream, actor=Actor("staff", str(person.pk)), **facts)
