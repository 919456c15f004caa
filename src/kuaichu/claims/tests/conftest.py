"""The product's own wiring, with an adapter that loses patience sooner."""

import pytest

from kuaichu import wiring
from kuaichu.links import registry
from kuaichu.links.insurer.vendors.kuaichu_v1 import KuaichuV1


@pytest.fixture
def wired():
    before = registry.tables()
    adapters = {**wiring.ADAPTERS, "insurer": lambda: KuaichuV1(read_limit_s=0.1)}
    registry.use(registry.Tables(wiring.MESSAGES, wiring.REPLIES, wiring.FAILURES, adapters))
    yield
    registry.use(before)
