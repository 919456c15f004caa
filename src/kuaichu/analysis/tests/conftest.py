"""Two test processes don't compile one kernel at once."""

from tests.compiling import take_turns

take_turns()
