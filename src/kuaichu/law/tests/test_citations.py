"""Articles written out, and every citation and gist of the room resolvable."""

import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from kuaichu.law import QUESTIONS, Citation, LawError, engine
from kuaichu.law.citations import acts, article_zh, gists, number_zh, texts
from kuaichu.law.divisions import chain, known, level
from kuaichu.law.national import clocks
from kuaichu.law.national.liability.table import table
from kuaichu.law.reading import read_mapping

SRC = Path(__file__).parents[3]


@pytest.mark.parametrize(
    ("article", "zh", "en"),
    [
        ("13", "第十三条", "Article 13"),
        ("13(1)", "第十三条第一款", "Article 13, paragraph 1"),
        ("13(1).1", "第十三条第一款第（一）项", "Article 13, paragraph 1, item 1"),
        ("63.4", "第六十三条第（四）项", "Article 63, item 4"),
        ("133-1", "第一百三十三条之一", "Article 133-1"),
        ("112.5", "第一百一十二条第（五）项", "Article 112, item 5"),
    ],
)
def test_articles(article: str, zh: str, en: str) -> None:
    citation = Citation("handling", article)
    assert citation.zh == f"《道路交通事故处理程序规定》{zh}"
    assert citation.en == f"Provisions on Handling Road Traffic Accidents, {en}"


def test_numbers() -> None:
    numbers = {1: "一", 10: "十", 19: "十九", 20: "二十", 100: "一百", 101: "一百零一", 110: "一百一十", 1000: "一千"}
    assert {number: number_zh(number) for number in numbers} == numbers
    assert article_zh("1208") == "第一千二百零八条"
    assert article_zh("1213") == "第一千二百一十三条"


def test_an_act_as_a_whole_and_its_whole_title() -> None:
    assert Citation("road_safety_law").zh == "《道路交通安全法》"
    assert Citation("road_safety_law", "70(2)").full_zh == "《中华人民共和国道路交通安全法》第七十条第二款"
    assert Citation("civil_code").en == "Civil Code"


def test_wrong_citations_are_refused() -> None:
    for article in ("第13条", "13a", "13()", "(1)", "13.1(1)", "13 (1)"):
        with pytest.raises(LawError, match="is not written like"):
            Citation("handling", article)
    with pytest.raises(LawError, match="no act 'handlin'"):
        _ = Citation("handlin", "13").zh


def test_every_gist_and_reason_is_there() -> None:
    for act, article in gists():
        assert Citation(act, article).zh
        assert all(gists()[act, article])
        assert act in acts()
    cited = {
        citation
        for question in QUESTIONS
        for effect in question.effects.values()
        for citation in effect.reason.citations
    }
    law = engine.the_law()
    for key in clocks.table():
        cited |= {entry.value.citation for entry in law.entries(key, "000000") if entry.value.certainty == "law"}
    assert [citation for citation in cited if not (citation.gist_zh and citation.gist_en)] == []


def test_places() -> None:
    assert chain("330602") == ("330602", "330600", "330000", "000000")
    assert chain("000000") == ("000000",)
    assert chain("339900") == ("339900", "330000", "000000")
    assert [level(code) for code in ("000000", "330000", "330600", "330602")] == [
        "nation",
        "province",
        "city",
        "county",
    ]
    assert known()["339900"].zh == "示范市"


def test_the_room_is_light_to_import() -> None:
    script = "import sys, kuaichu.law; print([name for name in ('django', 'yaml', 'numpy') if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, env={"PYTHONPATH": str(SRC)})
    assert (done.stdout.strip(), done.stderr) == ("[]", "")


def test_every_article_that_liability_and_settlement_cite_can_be_read() -> None:
    """An article opens on the officer's desk: its own words are there wherever the act's text was at hand."""
    held = {path.stem for path in (Path(__file__).parents[1] / "texts").glob("*.yaml")}
    assert held <= set(acts())
    cited = {citation for code in table().acts.values() for citation in code.citations}
    missing = [citation.zh for citation in cited if citation.act in held and not citation.text_zh]
    assert missing == []
    assert Citation("road_safety_law", "43.2").text_zh.startswith("第四十三条 同车道行驶的机动车")
    assert Citation("handling", "60.1").text_zh.count("\n") == 4
    assert Citation("service_rules", "").text_zh == ""


def test_the_words_of_an_article_begin_with_its_number() -> None:
    for path in (Path(__file__).parents[1] / "texts").glob("*.yaml"):
        content = read_mapping(path)
        assert type(content["version_on"]) is date
        for article, words in texts(path.stem).items():
            assert words.startswith(f"{article_zh(article)} "), (path.stem, article)
