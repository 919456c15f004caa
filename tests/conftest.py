"""Stories across rooms start from the same people as the rooms' own tests."""

from kuaichu.conftest import *  # noqa: F403
from kuaichu.conftest import _clean_home, _no_memory_of_other_tests  # noqa: F401
