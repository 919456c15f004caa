"""Static files are collected once, and again when one has changed."""

from pathlib import Path

import pytest
from pytest_django import Settings

from kuaichu.command import prepare


@pytest.fixture
def script(settings: Settings, tmp_path: Path) -> Path:
    source = tmp_path / "source"
    source.mkdir()
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    settings.STATICFILES_DIRS = [source]
    settings.STATIC_ROOT = str(tmp_path / "static")
    (source / "app.js").write_text("1")
    return source / "app.js"


def test_static_files_are_collected_when_they_changed(script: Path, tmp_path: Path):
    assert prepare.collect_static() is True
    assert prepare.collect_static() is False
    script.write_text("22")
    assert prepare.collect_static() is True
    assert (tmp_path / "static" / "app.js").read_text() == "22"
