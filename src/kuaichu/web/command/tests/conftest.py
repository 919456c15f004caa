"""An afternoon at the command desk: what its pages' tests share."""

from datetime import datetime

import pytest

from kuaichu import clock
from kuaichu.clock import BEIJING

BACKEND = "kuaichu.accounts.backends.StaffBackend"
NOW = datetime(2026, 11, 22, 14, 30, tzinfo=BEIJING)


@pytest.fixture(autouse=True)
def _today(settings, tmp_path):
    settings.FILES = tmp_path
    with clock.moved_to(NOW):
        yield


@pytest.fixture
def desk(client, analyst):
    client.force_login(analyst, backend=BACKEND)
    return client
