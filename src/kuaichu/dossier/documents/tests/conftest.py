"""One authority for all tests of the folder: made once, never written to by a test that expects it unchanged."""

from pathlib import Path

import pytest

from kuaichu.dossier.documents.authority import Authority, UnitIdentity, ensure
from kuaichu.dossier.documents.tests import factories


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    home: Path = tmp_path_factory.mktemp("authority")
    units = [UnitIdentity("hd01", factories.UNIT), UnitIdentity("ins-a", factories.INSURER)]
    return ensure(home, units=units, at=factories.AT)
