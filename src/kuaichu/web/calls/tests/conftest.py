"""The people of the calls' room, at the desk."""

import pytest

from kuaichu.calls.tests.conftest import (  # noqa: F401 - fixtures
    _empty_memory,
    second_taker,
    squadron,
    squadron_leader,
    taker,
)

BACKEND = "kuaichu.accounts.backends.StaffBackend"


@pytest.fixture
def desk(client, taker):  # noqa: F811
    client.force_login(taker, backend=BACKEND)
    return client
