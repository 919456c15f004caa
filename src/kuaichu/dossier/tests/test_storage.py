"""Originals byte for byte under their digest, whole or not at all; a full disk is a refusal."""

import errno
import hashlib
import os
from pathlib import Path

import pytest

from kuaichu.dossier import storage
from kuaichu.errors import Refused

DATA = b"a photo" * 1000
SHA = hashlib.sha256(DATA).hexdigest()


@pytest.fixture(autouse=True)
def _files(settings, tmp_path):
    settings.FILES = tmp_path / "files"


def everything(root: Path) -> list[str]:
    return sorted(path.name for path in root.rglob("*") if path.is_file())


def test_an_adopted_original_lies_under_its_digest(settings):
    with storage.staged(DATA) as file:
        assert (file.sha256, file.size) == (SHA, len(DATA))
        storage.adopt(file)
        storage.adopt(file)
    storage.settle(SHA)
    path = storage.original_path(SHA)
    assert path.relative_to(settings.FILES).as_posix() == f"originals/{SHA[:2]}/{SHA[2:4]}/{SHA}"
    assert (path.read_bytes(), everything(settings.FILES)) == (DATA, [SHA])


def test_what_is_not_adopted_leaves_nothing(settings, tmp_path):
    source = tmp_path / "source"
    source.write_bytes(DATA)
    with pytest.raises(ValueError, match="stop"), storage.staged(source):
        raise ValueError("stop")
    assert everything(settings.FILES) == []


def test_a_nearly_full_disk_is_refused_before_anything_is_written(settings):
    settings.MIN_FREE_BYTES = 1 << 60
    with pytest.raises(Refused, match=r"^storage\.full"), storage.staged(DATA):
        pass
    assert everything(settings.FILES) == []


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT])
def test_no_space_left_is_a_refusal_and_other_faults_are_not(code):
    with pytest.raises(Refused), storage.full_disk_refused():
        raise OSError(code, "full")
    with pytest.raises(PermissionError), storage.full_disk_refused():
        raise PermissionError(errno.EACCES, "no")


def test_a_device_that_really_is_full_keeps_what_was_there(settings):
    """/dev/full answers every write with ENOSPC."""
    part = settings.FILES / "parts" / "one"
    assert storage.append(part, b"abc", at=0)
    part.with_name("two").symlink_to("/dev/full")
    with pytest.raises(Refused, match=r"^storage\.full"):
        storage.append(part.with_name("two"), b"x" * 100, at=0)
    assert part.read_bytes() == b"abc"


def test_parts_grow_only_from_where_they_end(settings):
    part = settings.FILES / "parts" / "one"
    assert [
        storage.append(part, b"abc", at=0),
        storage.append(part, b"zzz", at=0),
        storage.append(part, b"d", at=3),
    ] == [
        True,
        False,
        True,
    ]
    storage.cut_back(part, to=3, only_from=9)
    assert part.read_bytes() == b"abcd"
    storage.cut_back(part, to=3, only_from=4)
    assert (part.read_bytes(), storage.size_of(part), storage.size_of(part.with_name("none"))) == (b"abc", 3, 0)


def test_only_digests_are_addresses():
    for wrong in ("", "../" * 21 + "x", SHA.upper(), SHA[:-1] + "/"):
        with pytest.raises(ValueError, match="SHA-256"):
            storage.original_path(wrong)


def test_old_parts_are_found(settings):
    part = settings.FILES / "parts" / "one"
    storage.append(part, b"abc", at=0)
    os.utime(part, (1000, 1000))
    storage.append(part.with_name("two"), b"abc", at=0)
    assert [path.name for path in storage.parts_older_than(2000)] == ["one"]
