"""Every test of the API has a unit in charge and two insurers."""

import pytest


@pytest.fixture(autouse=True)
def _agencies(unit, insurers):
    """339900 with its unit, INS-A and INS-B."""
