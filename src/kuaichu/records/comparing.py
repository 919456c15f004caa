"""What the platform says of a vehicle beside what the party told: where they differ, for a person to look at."""

import re
from datetime import date
from enum import Enum

from kuaichu import law
from kuaichu.cases.models import Party
from kuaichu.records.models import VehicleCheck
from kuaichu.records.states import CheckState

_SAME_CODES = "KHM"  # 车辆类型 begins as 交通方式 does: passenger cars, goods vehicles, motorcycles
_LEGAL_FORM = re.compile(r"(财产)?(保险)?(股份)?(有限)?(责任)?公司")


class Difference(Enum):
    """One way in which the platform and the party don't agree."""

    UNKNOWN = "unknown"  # no such vehicle
    UNINSPECTED = "uninspected"  # the inspection had expired on the day of the accident
    UNINSURED = "uninsured"  # the insurance had expired on that day
    INSURED = "insured"  # told as uninsured, and the platform knows an insurance
    OTHER_INSURER = "other_insurer"
    OTHER_KIND = "other_kind"  # a passenger car, a goods vehicle, a motorcycle: one of these, told as another


def differences(check: VehicleCheck, party: Party, *, on: date) -> tuple[Difference, ...]:
    """What an officer should ask about; `on`: day of the accident. What the platform leaves open is no difference."""
    if check.state == CheckState.UNKNOWN:
        return (Difference.UNKNOWN,)
    if check.state != CheckState.FOUND:
        return ()
    is_insured = check.insured_until_on is not None and check.insured_until_on >= on
    found = {
        Difference.UNINSPECTED: check.inspected_until_on is not None and check.inspected_until_on < on,
        Difference.UNINSURED: check.insured_until_on is not None and not is_insured and party.insurer is not None,
        Difference.INSURED: is_insured and party.insurer is None,
        Difference.OTHER_INSURER: party.insurer is not None
        and bool(check.insurer_name)
        and not is_same_insurer(check.insurer_name, name=party.insurer.name, short_name=party.insurer.short_name),
        Difference.OTHER_KIND: _is_other_kind(check.vehicle_kind, party.vehicle_kind),
    }
    return tuple(difference for difference, is_so in found.items() if is_so)


def shared_code(registered: str) -> str:
    """The code of 交通方式 for a 车辆类型: K33 is K3, a small passenger car; empty where the two lists don't agree."""
    code = registered[:2]
    return code if code[:1] in tuple(_SAME_CODES) and law.codes.holds("transport", code) else ""


def _is_other_kind(registered: str, told: str) -> bool:
    """Only what can't be a slip: K3 told as K4 is none, a truck told as a car is a sign of another's plate."""
    kinds = (registered[:1], told[:1])
    return kinds[0] != kinds[1] and all(kind in tuple(_SAME_CODES) for kind in kinds)


def is_same_insurer(registered: str, *, name: str, short_name: str) -> bool:
    """A branch is its company, and a short name is the long one: 安行财产保险股份有限公司示范分公司 is 安行保险."""
    registered, name = "".join(registered.split()), "".join(name.split())
    if name and (name in registered or registered in name):
        return True
    companies = [whole[: whole.index("公司")] for whole in (registered, name) if "公司" in whole]
    if len(companies) == 2 and companies[0] == companies[1]:  # two branches of one company
        return True
    return bool(short_name) and _core(short_name) in registered


def _core(name: str) -> str:
    """安行保险 -> 安行, 安行财产保险股份有限公司 -> 安行; a name of nothing else stays as it is."""
    return _LEGAL_FORM.sub("", name).removesuffix("保险").removesuffix("财险") or name
