"""The fictional city as data, and its rows in the database."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from random import Random
from typing import Any

from django.contrib.auth.hashers import make_password

from kuaichu import clock
from kuaichu.accounts.models import Agency, AgencyKind, Person, Place, Role
from kuaichu.law.identifiers.division_codes import full_name
from kuaichu.law.identifiers.people import check_character

PHOTOS = Path(__file__).resolve().parents[3] / "demo" / "photos"
PASSWORD = "kuaichu-demo"  # noqa: S105 - everybody may enter the demonstration
_AREA = "339999"


@dataclass(frozen=True)
class Driver:
    """Somebody who does not exist, ready for the forms."""

    name: str
    id_number: str
    phone: str
    plate: str
    plate_kind: str
    insurer_code: str
    policy_number: str


@lru_cache(maxsize=1)
def city() -> dict[str, Any]:
    """`city.yaml`."""
    import yaml

    return dict(yaml.safe_load((Path(__file__).parent / "city.yaml").read_text("utf-8")))


@lru_cache(maxsize=1)
def drivers() -> tuple[Driver, ...]:
    """The people who drive in the example cases."""
    return tuple(
        Driver(
            name=row["name"],
            id_number=_id_number(row["born"], number),
            phone=row["phone"],
            plate=row["plate"],
            plate_kind=row["plate_kind"],
            insurer_code=row["insurer"],
            policy_number=f"PD{row['insurer'][-1]}A2026339900{number:06d}",
        )
        for number, row in enumerate(city()["drivers"], start=1)
    )


def _id_number(born_on: date, number: int) -> str:
    first = f"{_AREA}{born_on:%Y%m%d}{number * 7 % 1000:03d}"
    return first + check_character(first)


def driver_number(born: str, dice: Random) -> str:
    """A citizen number of the area that nobody has, for somebody born on such a day (YYYYMMDD)."""
    first = f"{_AREA}{born}{dice.randrange(1, 1000):03d}"
    return first + check_character(first)


def ensure_rows(elsewhere: Mapping[str, Any] | None = None) -> None:
    """Places, agencies and people, made or brought up to date. `elsewhere`: the row of another place, to which all of
    them belong then."""
    data = city() if elsewhere is None else _moved_to(elsewhere)
    parent, _ = Place.objects.update_or_create(code=data["parent"]["code"], defaults=_without(data["parent"], "code"))
    place, _ = Place.objects.update_or_create(
        code=data["place"]["code"], defaults=_without(data["place"], "code") | {"parent": parent}
    )
    places = {"": place}
    for row in data["districts"]:
        fields = _without(row, "code") | {"parent": place}
        places[row["code"]], _ = Place.objects.update_or_create(code=row["code"], defaults=fields)
    for row in data["police"]:
        superior = Agency.objects.filter(code=row.get("superior", "")).first()
        _agency(row, AgencyKind.POLICE, places[row.get("district", "")], superior=superior)
    for row in data["departments"]:
        _agency(row, AgencyKind.DEPARTMENT, places[row.get("district", "")])
    for row in data["insurers"]:
        _agency(row, AgencyKind.INSURER, place, vendor="kuaichu_v1")
    for row in data["national"]:
        _agency(row, AgencyKind.NATIONAL, place, vendor="kuaichu_v1")
    for row in data["people"]:
        _person(row)


def _moved_to(place: Mapping[str, Any]) -> dict[str, Any]:
    """The city under another name, without districts."""
    own, data = city()["place"]["name"], dict(city())
    province = f"{place['code'][:2]}0000"
    data["parent"] = {"code": province, "name": full_name(province, on=clock.today()), "name_en": province}
    data["place"], data["districts"] = dict(place), []
    for kind in ("police", "departments"):
        rows = [_without(row, "district") for row in data[kind]]
        data[kind] = [row | {"name": row["name"].replace(own, place["name"])} for row in rows]
    return data


def _without(row: dict[str, Any], *names: str) -> dict[str, Any]:
    return {key: value for key, value in row.items() if key not in names}


def _agency(row: dict[str, Any], kind: AgencyKind, place: Place, **more: Any) -> None:
    fields = {"kind": kind, "name": row["name"], "short_name": row["short_name"], "phone": row["phone"], "place": place}
    Agency.objects.update_or_create(code=row["code"], defaults=fields | more)


def _person(row: dict[str, Any]) -> None:
    if Person.objects.filter(username=row["username"]).exists():
        return
    agency = Agency.objects.filter(code=row.get("agency", "")).first()
    is_admin = row["role"] == Role.ADMIN
    Person.objects.create(
        username=row["username"],
        password=_hashed(),
        name=row["name"],
        role=row["role"],
        agency=agency,
        officer_number=row.get("number", ""),
        is_superuser=is_admin,
    )


@lru_cache(maxsize=1)
def _hashed() -> str:
    """Hashed once for everybody: the password is no secret, and a dozen hashes keep the first start waiting."""
    return make_password(PASSWORD)
