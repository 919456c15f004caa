"""Reading and writing whole rows by fixed statements, for what every request does again and again.

Django composes each statement anew, which takes four times as long as running it. Here the text is composed once per
shape and kept; values and converters are the model's own. Equality only: whatever needs more is a query for the ORM.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any, TypeVar

from django.db import IntegrityError, connection, transaction
from django.db.models import Field, Model

M = TypeVar("M", bound=Model)
Converter = tuple[int, Any, tuple[Any, ...]]  # position of the column, its expression, what to do with a value


def find(model: type[M], *, is_locked: bool = False, **equal: Any) -> M | None:
    """The first row whose columns equal the given values (None: is null); `is_locked` until the transaction ends."""
    return next(iter(select(model, is_locked=is_locked, **equal)), None)


def select(model: type[M], *, order_by: str = "", is_locked: bool = False, **equal: Any) -> list[M]:
    """All such rows, in the order of the column `order_by` if one is named (with "-": falling)."""
    names = tuple(name for name, value in equal.items() if value is not None)
    nulls = tuple(name for name, value in equal.items() if value is None)
    condition = _condition(connection.vendor, model, names, nulls)
    lock = " FOR UPDATE" if is_locked and connection.features.has_select_for_update else ""
    values = [_field(model, name).get_db_prep_value(_plain(equal[name]), connection) for name in names]
    return where(model, condition, values, after=_order(model, order_by) + lock)


def where(model: type[M], condition: str, values: Sequence[Any], *, after: str = "") -> list[M]:
    """Rows under a condition in SQL (our own text, never a user's), values as the database keeps them."""
    statement, names, converters = _select(connection.vendor, model)
    with connection.cursor() as cursor:
        cursor.execute(f"{statement} WHERE {condition}{after}", values)
        found = cursor.fetchall()
    rows = []
    for row in found:
        cells = list(row)
        for position, expression, steps in converters:
            for step in steps:
                cells[position] = step(cells[position], expression, connection)
        rows.append(model.from_db(connection.alias, names, cells))
    return rows


def insert(row: M) -> M:
    """Store a new row; a key that the database gives is set on it. Raises IntegrityError as the ORM would."""
    model = type(row)
    statement, fields, is_numbered = _insert(connection.vendor, model)
    values = [field.get_db_prep_save(field.pre_save(row, True), connection) for field in fields]
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        if is_numbered:
            row.pk = cursor.fetchone()[0]
    row._state.adding = False
    row._state.db = connection.alias
    return row


def insert_once(row: M, *, key: str) -> M:
    """Store a new row unless one with the same unique column `key` is there; the row that then stands."""
    same = {key: getattr(row, key)}
    found = find(type(row), **same)
    if found is not None:
        return found
    try:
        with transaction.atomic():
            return insert(row)
    except IntegrityError:
        found = find(type(row), **same)
        if found is None:
            raise
        return found


def update(model: type[Model], changes: Mapping[str, Any], **equal: Any) -> int:
    """Set columns on the rows whose columns equal the given values (no None among them). How many rows changed."""
    statement = _update(connection.vendor, model, tuple(changes), tuple(equal))
    values = [_field(model, name).get_db_prep_save(_plain(value), connection) for name, value in changes.items()]
    values += [_field(model, name).get_db_prep_value(_plain(value), connection) for name, value in equal.items()]
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return int(cursor.rowcount)


def key(model: type[Model], value: Any) -> Any:
    """A primary key as the database keeps it, for statements of one's own."""
    return model._meta.pk.get_db_prep_value(value, connection)


def columns(model: type[Model]) -> str:
    """The model's columns for a statement of one's own, in the order of its fields."""
    return _names(model._meta.concrete_fields)


def _plain(value: Any) -> Any:
    return value.pk if isinstance(value, Model) else value


def _field(model: type[Model], name: str) -> "Field[Any, Any]":
    field = model._meta.get_field("pk" if name == "pk" else name) if name != "pk" else model._meta.pk
    assert isinstance(field, Field)
    return field


def _names(fields: "Iterable[Field[Any, Any]]") -> str:
    return ", ".join(connection.ops.quote_name(str(field.column)) for field in fields)


def _equals(model: type[Model], names: Iterable[str]) -> list[str]:
    return [f"{connection.ops.quote_name(str(_field(model, name).column))} = %s" for name in names]


@cache
def _condition(vendor: str, model: type[Model], names: tuple[str, ...], nulls: tuple[str, ...]) -> str:
    empty = [f"{connection.ops.quote_name(str(_field(model, name).column))} IS NULL" for name in nulls]
    return " AND ".join(_equals(model, names) + empty)


def _order(model: type[Model], name: str) -> str:
    if not name:
        return ""
    column = connection.ops.quote_name(str(_field(model, name.removeprefix("-")).column))
    return f" ORDER BY {column}{' DESC' if name.startswith('-') else ''}"


@cache
def _select(vendor: str, model: type[Model]) -> tuple[str, list[str], tuple[Converter, ...]]:
    """`SELECT … FROM …`, the attributes' names, how values become Python's; `vendor` keeps databases apart."""
    fields = model._meta.concrete_fields
    converters = []
    for position, field in enumerate(fields):
        expression = field.get_col(model._meta.db_table)
        steps = (*connection.ops.get_db_converters(expression), *expression.get_db_converters(connection))
        if steps:
            converters.append((position, expression, steps))
    table = connection.ops.quote_name(model._meta.db_table)
    statement = f"SELECT {_names(fields)} FROM {table}"  # noqa: S608 - names of models
    return statement, [field.attname for field in fields], tuple(converters)


@cache
def _insert(vendor: str, model: type[Model]) -> "tuple[str, list[Field[Any, Any]], bool]":
    pk = model._meta.pk
    is_numbered = bool(getattr(pk, "db_returning", False))
    fields = [field for field in model._meta.concrete_fields if not (is_numbered and field is pk)]
    marks = ", ".join(["%s"] * len(fields))
    table = connection.ops.quote_name(model._meta.db_table)
    statement = f"INSERT INTO {table} ({_names(fields)}) VALUES ({marks})"  # noqa: S608 - names of models
    return statement + (f" RETURNING {_names([pk])}" if is_numbered else ""), fields, is_numbered


@cache
def _update(vendor: str, model: type[Model], changes: tuple[str, ...], equal: tuple[str, ...]) -> str:
    table = connection.ops.quote_name(model._meta.db_table)
    settings = ", ".join(_equals(model, changes))
    return f"UPDATE {table} SET {settings} WHERE {' AND '.join(_equals(model, equal))}"  # noqa: S608 - names of models
