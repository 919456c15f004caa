"""Queries of the ORM that are composed once and then only bound to new values.

Django composes the text of a query anew each time, which takes several times as long as running it. Here a query is
written as ever, with `select_related`, annotations and subqueries; it is composed at its first use, with marks in the
place of the values, and afterwards only these are exchanged. Rows come out as the ORM would make them.

    _BY_CASE = Prepared(lambda case: Review.objects.filter(determination__case_id=case), case=UUIDField())
    review = _BY_CASE.first(case=case_id)

Not for lists of varying length (`__in`) and values that may be None: those change the text.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.db import connection
from django.db.models import (
    CharField,
    DateTimeField,
    F,
    Field,
    Func,
    IntegerField,
    Model,
    QuerySet,
    Subquery,
    UUIDField,
)
from django.db.models.query import get_related_populators
from django.db.models.sql import UpdateQuery

M = TypeVar("M", bound=Model)
_WORD = re.compile(r"[a-z_.]{1,40}")
_MARKS: dict[type[Any], Callable[[int], Any]] = {
    UUIDField: lambda number: UUID(int=2**127 + number),
    DateTimeField: lambda number: datetime(2999, 1, 1, tzinfo=UTC) + timedelta(seconds=number),
    CharField: lambda number: f"prepared-{number}-mark",
    IntegerField: lambda number: 31_870 + number,  # the smallest column has room for it: else its condition falls away
}


class Prepared(Generic[M]):
    """`build` takes each of `values` by name and gives the query; a value's kind is a plain field: UUIDField,
    DateTimeField, CharField or IntegerField. Safe to use from several threads.
    """

    def __init__(self, build: "Callable[..., QuerySet[M, Any]]", **values: "Field[Any, Any]") -> None:
        self._build, self._values = build, values
        self._composed: dict[str, _Composed] = {}

    def all(self, **values: Any) -> list[M]:
        """Every row, as an instance with what `select_related` and annotations add. Raises TypeError for values that
        don't fit the ones that were announced."""
        composed = self._of_vendor()
        return list(composed.instances(_bound(self._values, composed.parameters, values)))

    def first(self, **values: Any) -> M | None:
        """The first row. The query should say its order and `[:1]` itself."""
        return next(iter(self.all(**values)), None)

    def tuples(self, **values: Any) -> list[tuple[Any, ...]]:
        """Every row as a tuple, for queries made with `values_list`."""
        composed = self._of_vendor()
        return [tuple(row) for row in composed.cells(_bound(self._values, composed.parameters, values))]

    def _of_vendor(self) -> "_Composed":
        composed = self._composed.get(connection.vendor)
        if composed is None:
            composed = self._composed[connection.vendor] = self._compose()
        return composed

    def _compose(self) -> "_Composed":
        marks = _marks_of(self._values)
        query = self._build(**marks)
        compiler = query.query.get_compiler(connection=connection)
        text, parameters = compiler.as_sql()
        text, found = _with_words(text, _found(self._values, marks, parameters))
        return _Composed(query, compiler, text, found)


class PreparedUpdate(Generic[M]):
    """A change of the rows of a query, composed once. `changes` may hold expressions such as `F("tries") + 1`."""

    def __init__(
        self, build: "Callable[..., tuple[QuerySet[M, Any], dict[str, Any]]]", **values: "Field[Any, Any]"
    ) -> None:
        self._build, self._values = build, values
        self._composed: dict[str, tuple[str, list[tuple[bool, Any]]]] = {}

    def run(self, **values: Any) -> int:
        """How many rows changed. Raises TypeError for values that don't fit the ones that were announced."""
        found = self._composed.get(connection.vendor)
        if found is None:
            found = self._composed[connection.vendor] = self._compose()
        text, parameters = found
        with connection.cursor() as cursor:
            cursor.execute(text, _bound(self._values, parameters, values))
            return int(cursor.rowcount)

    def _compose(self) -> tuple[str, list[tuple[bool, Any]]]:
        marks = _marks_of(self._values)
        query, changes = self._build(**marks)
        update: Any = query.query.chain(UpdateQuery)
        update.clear_ordering(force=True)
        update.add_update_values(changes)
        text, parameters = update.get_compiler(connection=connection).as_sql()
        return _with_words(text, _found(self._values, marks, parameters))


def how_many(found: "QuerySet[Any, Any]") -> Subquery:
    """The number of rows in the place of a column, for several counts in one statement."""
    counted = Func(F("pk"), function="COUNT", output_field=IntegerField())
    return Subquery(found.order_by().annotate(how_many=counted).values("how_many"))


def _marks_of(fields: "Mapping[str, Field[Any, Any]]") -> dict[str, Any]:
    return {
        name: next(make for kind, make in _MARKS.items() if isinstance(field, kind))(number)
        for number, (name, field) in enumerate(fields.items())
    }


def _found(
    fields: "Mapping[str, Field[Any, Any]]", marks: Mapping[str, Any], parameters: Iterable[Any]
) -> list[tuple[bool, Any]]:
    """Each parameter of a composed text: (True, a value's name) or (False, what stays as it is)."""
    stored = {_stored(fields[name], mark): name for name, mark in marks.items()}
    found = [
        (True, stored[part]) if isinstance(part, str | int | UUID | datetime) and part in stored else (False, part)
        for part in parameters
    ]
    missing = set(marks) - {part for is_mark, part in found if is_mark}
    if missing:
        raise TypeError(f"{sorted(missing)} not found among the parameters: it changes the text or is not used")
    return found


def _bound(
    fields: "Mapping[str, Field[Any, Any]]", parameters: list[tuple[bool, Any]], values: Mapping[str, Any]
) -> tuple[Any, ...]:
    if values.keys() != fields.keys() or None in values.values():
        raise TypeError(f"wanted {sorted(fields)} and none of them None, got {sorted(values)}")
    known = {name: _stored(fields[name], value) for name, value in values.items()}
    return tuple(known[part] if is_mark else part for is_mark, part in parameters)


def _stored(field: "Field[Any, Any]", value: Any) -> Any:
    return field.get_db_prep_value(getattr(value, "pk", value), connection)


def _with_words(text: str, parameters: list[tuple[bool, Any]]) -> tuple[str, list[tuple[bool, Any]]]:
    """Plain words such as a state's name written out, because SQLite uses a partial index only for what it can read."""
    parts = text.split("%s")
    if len(parts) != len(parameters) + 1:  # a %s of another meaning: leave it as it is
        return text, parameters
    found, kept = parts[0], []
    for (is_mark, part), after in zip(parameters, parts[1:], strict=True):
        if not is_mark and isinstance(part, str) and _WORD.fullmatch(part):
            found += f"'{part}'{after}"
        else:
            kept.append((is_mark, part))
            found += f"%s{after}"
    return found, kept


class _Composed:
    """One query for one kind of database: its text, where the values go, and how rows become instances."""

    def __init__(self, query: Any, compiler: Any, text: str, parameters: list[tuple[bool, Any]]) -> None:
        if query._prefetch_related_lookups:
            raise TypeError("prefetch_related is a query of its own: prepare that one too")
        self.parameters, self._text = parameters, text
        expressions = [expression for expression, _, _ in compiler.select]
        self._converters = [(at, *steps) for at, steps in compiler.get_converters(expressions).items()]
        self._extra = list((compiler.annotation_col_map or {}).items())
        self._model: Any = None
        if compiler.klass_info is not None:
            fields = compiler.klass_info["select_fields"]
            self._model, self._own = compiler.klass_info["model"], slice(fields[0], fields[-1] + 1)
            self._names = [expression.target.attname for expression in expressions[self._own]]
            self._related = get_related_populators(compiler.klass_info, compiler.select, connection.alias)  # type: ignore[call-arg]

    def cells(self, parameters: tuple[Any, ...]) -> list[list[Any]]:
        """Rows of values, converted to Python's."""
        with connection.cursor() as cursor:
            cursor.execute(self._text, parameters)
            rows = [list(row) for row in cursor.fetchall()]
        for position, steps, expression in self._converters:
            for row in rows:
                for step in steps:
                    row[position] = step(row[position], expression, connection)
        return rows

    def instances(self, parameters: tuple[Any, ...]) -> Iterator[Any]:
        """As `django.db.models.query.ModelIterable` makes them."""
        for row in self.cells(parameters):
            made = self._model.from_db(connection.alias, self._names, row[self._own])
            for populator in self._related:
                populator.populate(row, made)
            for name, position in self._extra:
                setattr(made, name, row[position])
            yield made
