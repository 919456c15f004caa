"""Code uses the words of docs/GLOSSARY.md: every model stands there, in English and Chinese."""

import re
from pathlib import Path

import pytest
from django.apps import apps

from tests.style import reading

GLOSSARY = reading.ROOT / "docs" / "GLOSSARY.md"
HAN = re.compile(r"[\u4e00-\u9fff]")


def rows(text: str) -> list[list[str]]:
    """The cells of every table row: English, 中文, code name, and what else there is."""
    lines = [line.strip().strip("|").split("|") for line in text.splitlines() if line.strip().startswith("|")]
    cells = [[cell.strip() for cell in line] for line in lines]
    return [row for row in cells if len(row) >= 3 and not set("".join(row)) <= set("-: ")]


def code_names(text: str) -> set[str]:
    return {word for row in rows(text) for word in re.findall(r"\b[A-Z]\w+", row[2])}


def incomplete(text: str) -> list[str]:
    """Rows after the heading with an empty English, or a Chinese cell without a Chinese character."""
    return [row[0] or row[1] for row in rows(text)[1:] if not row[0] or not HAN.search(row[1])]


@pytest.mark.skipif(not GLOSSARY.exists(), reason="no glossary yet")
def test_every_model_is_in_the_glossary():
    models = {model.__name__ for model in apps.get_models() if model.__module__.startswith("kuaichu.")}
    assert models - code_names(Path(GLOSSARY).read_text()) == set()


@pytest.mark.skipif(not GLOSSARY.exists(), reason="no glossary yet")
def test_every_term_has_both_languages():
    assert incomplete(GLOSSARY.read_text()) == []


def test_a_missing_word_is_found():
    text = "| English | 中文 | code name |\n|---|---|---|\n| case | 案件 | `Case` |\n| thing | x | `Thing`, `Other` |\n"
    assert code_names(text) == {"Case", "Thing", "Other"}
    assert incomplete(text) == ["thing"]
