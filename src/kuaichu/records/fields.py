"""The national platform's fields and codes as data: `FIELDS`, read once from fields.yaml."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from kuaichu.law.reading import read_mapping

Names = Mapping[str, tuple[str, str]]  # field -> (its Chinese name, what we send or why we don't)


@dataclass(frozen=True)
class Fields:
    """What is sent and what is left out, of the accident and of each person; codes that differ from ours."""

    accident: Names
    person: Names
    accident_left_out: Names
    person_left_out: Names
    codes: Mapping[str, Mapping[str, str]]
    unregistered_plate_kinds: frozenset[str]


def _read() -> Fields:
    content = read_mapping(Path(__file__).with_name("fields.yaml"))
    names = {
        (part, which): {field: (words[0], words[1]) for field, words in content[part][which].items()}
        for part in ("accident", "person")
        for which in ("sent", "left_out")
    }
    return Fields(
        accident=names["accident", "sent"],
        person=names["person", "sent"],
        accident_left_out=names["accident", "left_out"],
        person_left_out=names["person", "left_out"],
        codes=content["codes"],
        unregistered_plate_kinds=frozenset(content["unregistered_plate_kinds"]),
    )


FIELDS = _read()
