"""The first line of an imported file: what can't be columns is refused without telling of callers."""

import pytest

from kuaichu.analysis.errors import BadInput
from kuaichu.calls.importing import import_calls
from kuaichu.calls.models import Call, CallImport

pytestmark = pytest.mark.django_db


def test_a_file_without_a_header_tells_nothing_of_callers(tmp_path, place):
    line = "A1,2026-11-01 08:00,13800990001,王小明说两车追尾"
    path = tmp_path / "x.csv"
    path.write_text(f"{line}\n{line}\n")
    with pytest.raises(BadInput, match="第一行也不像列名"):
        import_calls(path, place_code=place.pk)
    kept = CallImport.objects.get().failed_reason
    assert "王小明" not in kept
    assert "138" not in kept


def test_a_column_that_stands_twice_is_refused(tmp_path, place):
    path = tmp_path / "x.csv"
    path.write_text("接警编号,报警时间,报警时间\nA1,2026-11-01 08:00,2026-11-01 09:00\n")
    with pytest.raises(BadInput, match="“报警时间”这一列有两个"):
        import_calls(path, place_code=place.pk)
    assert not Call.objects.exists()
