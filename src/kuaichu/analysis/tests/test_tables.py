import numpy as np
import pytest

from kuaichu.analysis.errors import BadInput
from kuaichu.analysis.tables import Column, read_table

WANTED = {
    "lon": Column("经度"),
    "t": Column("时间", "time"),
    "n": Column("起数", "integer"),
    "road": Column("道路", "text"),
}
GOOD = "经度,时间,起数,道路\n120.5,2026-03-01 08:00:00,3,人民路\n,2026/03/01 08:01,,\n120.6,2026-03-01T00:02:00Z,2,解放路\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_typed_columns_from_either_encoding(tmp_path, encoding):
    path = tmp_path / "calls.csv"
    path.write_bytes(GOOD.encode(encoding))
    table = read_table(path, WANTED)
    assert table.rows == 3
    assert table["lon"][0] == 120.5
    assert np.isnan(table["lon"][1])
    assert list(table["n"]) == [3, -1, 2]
    assert list(table["road"]) == ["人民路", "", "解放路"]
    assert list(np.diff(table["t"])) == [60, 60]  # the last one names its zone: 00:02 UTC is 08:02 in China


def test_a_bad_cell_is_named_and_may_be_left_out(tmp_path):
    path = tmp_path / "calls.csv"
    path.write_text(GOOD.replace("120.6", "东经120"), encoding="utf-8")
    with pytest.raises(BadInput, match="第 3 条（文件第 4 行）的“经度”不是数字：东经120") as refused:
        read_table(path, WANTED)
    assert refused.value.row == 2
    table = read_table(path, WANTED, skip_bad=True)
    assert (table.rows, list(table.left_out)) == (2, [2])
    path.write_text(GOOD.replace("\n,", "\n东经,"), encoding="utf-8")
    table = read_table(path, WANTED, skip_bad=True)
    assert [table.line(row) for row in range(2)] == [2, 4]
    assert table.taken(np.array([False, True])).line(0) == 4


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.csv", b"x,y\n1,2\n", "没有“经度”这一列；有的列：x、y"),
        ("a.csv", b"", "文件是空的，连表头也没有"),
        ("a.csv", b"\xef\xbb\xbf \n", "文件是空的，连表头也没有"),
        ("a.csv", b"\xff\xfe\x00\x81", "既不是 UTF-8"),
        ("a.xls", b"", "只读 .csv 和 .parquet"),
        ("a.parquet", b"nonsense", "读不了 a.parquet"),
    ],
)
def test_files_of_no_use(tmp_path, name, content, words):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(BadInput, match=words) as refused:
        read_table(tmp_path / name, WANTED)
    assert refused.value.file == tmp_path / name
    with pytest.raises(BadInput, match="没有这个文件"):
        read_table(tmp_path / "nothing.csv", WANTED)
