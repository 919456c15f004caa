"""The product's own wiring, with an adapter that loses patience sooner."""

from dataclasses import replace

import pytest

from kuaichu.links import registry
from kuaichu.links.insurer.vendors.kuaichu_v1 import KuaichuV1


@pytest.fixture
def wired():
    before = registry.tables()
    adapters = {**before.adapters, "insurer": lambda: KuaichuV1(read_limit_s=0.1)}
    registry.use(replace(before, adapters=adapters))
    yield
    registry.use(before)
