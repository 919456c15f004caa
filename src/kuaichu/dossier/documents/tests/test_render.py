import json
import os
import shutil
from pathlib import Path

import pytest

from kuaichu.dossier.documents import glyphs
from kuaichu.dossier.documents.content import kind_of
from kuaichu.dossier.documents.marks import SignatureMark
from kuaichu.dossier.documents.render import render_pdf, seal_svg
from kuaichu.dossier.documents.tests import factories
from kuaichu.dossier.documents.tests.reading import pages, red_share

BEYOND = "\U0002a6a5"  # extension B, four dragons: in neither vendored font
BEYOND_TOO = "\U00030edd"  # extension G


def rendered(content, **options):
    return render_pdf(content, at=factories.AT, **options)


def text_of(content, **options):
    return "".join(pages(rendered(content, **options)))


def test_the_agreement_shows_all_thirteen_contents_for_each_party():
    content = factories.agreement()
    text = text_of(content, signatures=factories.signatures())
    once = ("2026年11月20日10时05分", content.location, "小雨", "追尾碰撞")
    for wanted in once + tuple(
        value
        for party in content.parties
        for value in (
            party.name,
            party.id_number,
            party.phone,
            party.vehicle_type_label,
            party.plate,
            party.insurer_name,
            party.policy_number,
            party.damaged_parts_label,
            party.liability_label,
        )
    ):
        assert wanted in text, wanted
    assert "第1页共1页" in text
    assert factories.CODE in text
    assert "互不追究" not in text
    assert "甲方签名：2026年11月20日10:28" in text


def test_the_determination_reads_like_the_form():
    content = factories.determination()
    refusal = SignatureMark("乙", "欧阳𬱟", None, "", "拒绝签名，民警已注明")
    text = text_of(content, signatures=(factories.signatures()[0], refusal), seals=[factories.POLICE_SEAL])
    for wanted in (
        factories.UNIT,
        "道路交通事故认定书（简易程序）",
        "第110105202600123号",
        "甲周知行未与前车保持足以采取紧急制动措施的安全距离，违反《中华人民共和国道路交通安全法》第四十三条，承担全部责任。",
        "乙欧阳𬱟无导致此次事故的过错行为，无责任。",
        "乙方签名：拒绝签名，民警已注明",
        "林正（014273）",
        "3个工作日内，向" + factories.AUTHORITY + "提出书面复核申请",
        "同一事故的复核以一次为限",
        "未调解",
        "PDAA2026110000012345",
    ):
        assert wanted in text, wanted


@pytest.mark.parametrize("is_slight_injury", [False, True])
def test_the_ticked_box_follows_the_injury(is_slight_injury):
    same = rendered(factories.determination(is_slight_injury=is_slight_injury))
    other = rendered(factories.determination(is_slight_injury=not is_slight_injury))
    assert "受伤当事人伤势轻微" in "".join(pages(same))
    assert same != other


@pytest.mark.parametrize(
    "content",
    [
        factories.agreement(),
        factories.determination(),
        factories.review_conclusion(),
        factories.notice(),
        factories.loss_assessment(),
        factories.settlement(),
    ],
    ids=kind_of,
)
def test_every_kind_is_pdfa_and_repeatable(content):
    pdf = rendered(content, seals=[factories.POLICE_SEAL])
    assert b"<pdfaid:part>2</pdfaid:part>" in pdf
    assert b"<pdfaid:conformance>B</pdfaid:conformance>" in pdf
    assert pdf == rendered(content, seals=[factories.POLICE_SEAL])
    assert len(pages(pdf)) == 1


def test_money_is_printed_in_figures_and_words():
    text = text_of(factories.loss_assessment())
    assert "2,860.50" in text
    assert "人民币贰仟捌佰陆拾元伍角整" in text
    assert "自行承担3,500.00元" in text_of(factories.settlement())


@pytest.mark.parametrize(
    ("total_fen", "words"),
    [
        (0, "零元整"),
        (5, "伍分"),
        (100, "壹元整"),
        (10_005, "壹佰元零伍分"),
        (1_000_000, "壹万元整"),
        (10_030_050, "壹拾万零叁佰元伍角整"),
    ],
)
def test_amounts_in_words(total_fen, words):
    from dataclasses import replace

    assert f"人民币{words}" in text_of(replace(factories.loss_assessment(), total_fen=total_fen))


def test_three_parties_with_long_statements_take_two_pages():
    statement = "事发时路面湿滑，我看到前车亮起刹车灯后立即制动，但距离太近没有完全刹住。" * 4
    parties = tuple(factories.party(letter, statement=statement) for letter in "甲乙丙")
    found = pages(rendered(factories.agreement(parties=parties), signatures=factories.signatures("甲乙丙")))
    assert len(found) == 2
    assert "第1页共2页" in found[0]
    assert "第2页共2页" in found[1]
    assert all(f"{letter}方签名：" in found[1] for letter in "甲乙丙"), "signatures stay together"
    assert all(factories.CODE in page for page in found)


def test_a_seal_reddens_the_page_and_adds_no_text():
    content = factories.notice()
    bare, sealed = rendered(content), rendered(content, seals=[factories.POLICE_SEAL])
    assert red_share(bare) == 0
    assert red_share(sealed) > 0.002
    assert pages(bare) == pages(sealed)
    assert "<text" not in seal_svg(factories.POLICE_SEAL)


def test_quotes_backslashes_and_markup_stay_words():
    hostile = 'a"b\\n#panic("x") $x$ *b* \\u{41} 路'
    party = factories.party("甲", name=hostile, statement="</svg>]]>{{x}}")
    text = text_of(factories.agreement(parties=(party, factories.party("乙"))))
    assert hostile.replace(" ", "") in text
    assert "</svg>]]>{{x}}" in text


@pytest.mark.parametrize(
    "name", ["陈𬱟", "司马𫓧", "尉迟𥻗", "阿卜杜拉·买买提", "劉德馨", "Ælfgifu O’Brien-Ščepán", "Иван Петров"]
)
def test_rare_and_foreign_names_are_printed(name):
    assert glyphs.missing_glyphs(name) == ()
    text = text_of(factories.agreement(parties=(factories.party("甲", name=name), factories.party("乙"))))
    assert name.replace(" ", "") in text
    assert "〓" not in text


def test_a_character_beyond_the_fonts_is_named_never_dropped(monkeypatch):
    monkeypatch.delenv(glyphs.EXTRA_FONTS_VARIABLE, raising=False)
    assert glyphs.missing_glyphs(f"陈{BEYOND}{BEYOND}") == (BEYOND,)
    text = text_of(factories.agreement(parties=(factories.party("甲", name=f"陈{BEYOND}"), factories.party("乙"))))
    assert "陈〓" in text
    assert "注：〓=U+2A6A5（字库外字）" in text


def test_two_such_characters_are_told_apart(monkeypatch):
    monkeypatch.delenv(glyphs.EXTRA_FONTS_VARIABLE, raising=False)
    parties = (factories.party("甲", name=f"陈{BEYOND}"), factories.party("乙", name=f"李{BEYOND_TOO}"))
    text = text_of(factories.agreement(parties=parties))
    assert "陈〓①" in text
    assert "李〓②" in text
    assert "〓①=U+2A6A5（字库外字）；〓②=U+30EDD（字库外字）" in text


def test_coverage_is_what_the_list_says():
    characters = json.loads((Path(__file__).parent / "standard_sample.json").read_text(encoding="utf-8"))
    assert len(characters) > 200
    assert glyphs.missing_glyphs("".join(characters)) == ()


def test_a_font_in_the_extra_folder_is_used(monkeypatch, tmp_path):
    rare = "\u3402"
    monkeypatch.delenv(glyphs.EXTRA_FONTS_VARIABLE, raising=False)
    assert glyphs.missing_glyphs(rare) == (rare,)
    shutil.copy(Path(__file__).parent / "rare_test.ttf", tmp_path)
    monkeypatch.setenv(glyphs.EXTRA_FONTS_VARIABLE, str(tmp_path))
    assert glyphs.missing_glyphs(rare) == ()
    text = text_of(factories.agreement(parties=(factories.party("甲", name=f"陈{rare}"), factories.party("乙"))))
    assert f"陈{rare}" in text
    assert "〓" not in text


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_forked_child_crashes_instead_of_hanging():
    rendered(factories.notice())
    child = os.fork()
    if child == 0:
        try:
            rendered(factories.notice())
        except RuntimeError:
            os._exit(7)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
