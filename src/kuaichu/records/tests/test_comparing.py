"""What the platform says beside what was told."""

from datetime import date

import pytest

from kuaichu.accounts.models import Agency
from kuaichu.cases.models import Party
from kuaichu.records.comparing import Difference, differences, is_same_insurer, shared_code
from kuaichu.records.models import VehicleCheck

DAY = date(2026, 11, 22)
INSURER = Agency(name="安行财产保险股份有限公司", short_name="安行保险")
GOOD = {
    "state": "found",
    "inspected_until_on": DAY,
    "insured_until_on": DAY,
    "insurer_name": "安行财产保险股份有限公司",
}
EARLIER = date(2026, 11, 21)


def marks(*, insurer=INSURER, told="K3", **said):
    return differences(VehicleCheck(**GOOD | said), Party(insurer=insurer, vehicle_kind=told), on=DAY)


@pytest.mark.parametrize(
    ("said", "insurer", "found"),
    [
        ({}, INSURER, ()),
        ({"inspected_until_on": EARLIER}, INSURER, (Difference.UNINSPECTED,)),
        ({"insured_until_on": EARLIER}, INSURER, (Difference.UNINSURED,)),
        ({"insured_until_on": EARLIER, "insurer_name": ""}, None, ()),
        ({}, None, (Difference.INSURED,)),
        ({"insurer_name": "远方财产保险股份有限公司"}, INSURER, (Difference.OTHER_INSURER,)),
        ({"insurer_name": "", "inspected_until_on": None, "insured_until_on": None}, INSURER, ()),
        ({"state": "unknown"}, INSURER, (Difference.UNKNOWN,)),
        ({"state": "waiting", "insured_until_on": EARLIER}, INSURER, ()),
        ({"state": "failed"}, None, ()),
    ],
)
def test_what_differs(said, insurer, found):
    assert marks(insurer=insurer, **said) == found


@pytest.mark.parametrize(
    ("registered", "is_same"),
    [
        ("安行财产保险股份有限公司", True),
        ("安行财产保险股份有限公司示范市分公司", True),
        ("安行保险", True),
        ("安行财险示范支公司", True),
        ("远方财产保险股份有限公司", False),
    ],
)
def test_a_branch_is_its_company(registered, is_same):
    assert is_same_insurer(registered, name=INSURER.name, short_name=INSURER.short_name) is is_same


@pytest.mark.parametrize(
    ("registered", "told", "is_other"),
    [("K33", "K3", False), ("K43", "K3", False), ("H31", "K3", True), ("M21", "H3", True), ("Q11", "H1", False)],
)
def test_a_truck_told_as_a_car(registered, told, is_other):
    """Lists that name other things by the same letter are not compared."""
    assert (Difference.OTHER_KIND in marks(told=told, vehicle_kind=registered)) is is_other


@pytest.mark.parametrize(("registered", "code"), [("K33", "K3"), ("M21", "M2"), ("Q11", ""), ("K91", ""), ("", "")])
def test_codes_that_both_lists_share(registered, code):
    assert shared_code(registered) == code


def test_two_branches_are_one_company_and_two_companies_are_not():
    branch = {"name": "安行财产保险股份有限公司江北支公司", "short_name": "安行产险"}
    assert is_same_insurer("安行财产保险股份有限公司江南分公司", **branch)
    assert not is_same_insurer("安心财产保险股份有限公司江北支公司", **branch)
