"""A city with a national platform, and the product's own wiring."""

from dataclasses import replace

import pytest

from kuaichu.accounts.models import Agency, AgencyKind
from kuaichu.links import registry
from kuaichu.records.tests.factories import Gateway


@pytest.fixture
def platform(place):
    return Agency.objects.create(
        code="NAT-3399",
        kind=AgencyKind.NATIONAL,
        name="示范市综合应用平台前置机",
        short_name="综合应用平台",
        place=place,
        vendor="kuaichu_v1",
        endpoint="http://127.0.0.1:9/none",
    )


@pytest.fixture
def gateway():
    """What stands for the adapter: it keeps what was sent, and answers as it is told."""
    before = registry.tables()
    made = Gateway()
    registry.use(replace(before, adapters={**before.adapters, "national": lambda: made}))
    yield made
    registry.use(before)
