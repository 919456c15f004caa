"""`./kuaichu records --since DATE`."""

from kuaichu.command.cli import main


def test_the_command_says_what_it_did(place, capsys):
    assert main(["records", "--since", "2026-11-01"]) == 0
    assert "filed now: 0" in capsys.readouterr().out
    assert main(["records", "--since", "November"]) == 2
