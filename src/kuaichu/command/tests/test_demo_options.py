"""What `./kuaichu demo` starts, and at which pace its city lives."""

import pytest

from kuaichu.command.cli import parser
from kuaichu.command.processes import demo_processes


def test_the_command_switches_life_off_and_sets_its_pace():
    names = {process.name: process.argv for process in demo_processes(8000, pace=2.5)}
    assert names["life"][-2:] == ("--pace", "2.5")
    assert "life" not in {process.name for process in demo_processes(8000)}
    assert parser().parse_args(["demo", "--pace", "0"]).pace == 0
    with pytest.raises(SystemExit):
        parser().parse_args(["demo", "--pace", "11"])
