"""Contents as the product would make them. All names, numbers and places are invented."""

import io
from dataclasses import replace
from datetime import UTC, datetime

from PIL import Image, ImageDraw

from kuaichu.dossier.documents.content import (
    AgreementContent,
    DeterminationContent,
    LossAssessmentContent,
    LossLine,
    NoticeContent,
    PartyBlock,
    PartyFinding,
    ReviewConclusionContent,
    SettlementContent,
    SettlementLine,
)
from kuaichu.dossier.documents.marks import SealFace, SignatureMark
from kuaichu.dossier.documents.wording import performance_clauses, rights_notices

AT = datetime(2026, 11, 20, 2, 30, tzinfo=UTC)
UNIT = "云溪市公安局交通警察支队河东大队"
AUTHORITY = "云溪市公安局交通警察支队"
INSURER = "安途财产保险股份有限公司云溪中心支公司"
URL = "https://kc.example.org/v/7Q3K9M2T"
CODE = "7Q3K-9M2T"
POLICE_SEAL = SealFace(UNIT)
INSURER_SEAL = SealFace(INSURER, "理赔专用章")


def party(letter: str = "甲", **changes: str) -> PartyBlock:
    first = PartyBlock(
        letter="甲",
        name="周知行",
        id_kind_label="驾驶证号",
        id_number="110101199003074258",
        phone="13800010001",
        vehicle_type_label="小型汽车",
        plate="京A12345",
        plate_kind_label="小型汽车号牌",
        insurer_name="安途财产保险股份有限公司",
        policy_number="PDAA2026110000012345",
        claim_number="RDAA202611200001",
        damaged_parts_label="正前",
        situation_label="追撞前车尾部",
        liability_label="全部责任",
        statement="",
        travel_mode_label="驾驶机动车",
    )
    second = replace(
        first,
        letter="乙",
        name="欧阳𬱟",
        id_number="110101198505150035",
        phone="13900020002",
        vehicle_type_label="小型新能源汽车",
        plate="京AD12345",
        plate_kind_label="小型新能源汽车号牌",
        insurer_name="恒远财产保险股份有限公司",
        policy_number="PDZA2026110000067890",
        claim_number="",
        damaged_parts_label="正后",
        situation_label="正常停车等候",
        liability_label="无责任",
    )
    third = replace(
        first, letter="丙", name="阿卜杜拉·买买提", plate="京B67890", phone="13700030003", liability_label="无责任"
    )
    chosen = {"甲": first, "乙": second, "丙": third}[letter]
    return replace(chosen, **changes)


def agreement(**changes: object) -> AgreementContent:
    made = AgreementContent(
        number="KC20261120000123",
        occurred_at_text="2026年11月20日10时05分",
        location="云溪市河东区长安东街与解放路交叉口西侧约50米",
        weather_label="小雨",
        form_label="追尾碰撞",
        parties=(party("甲"), party("乙")),
        facts_text="甲方驾驶小型汽车沿长安东街由西向东行驶，未与前车保持安全距离，车头追撞同方向停车等候信号的乙方车辆尾部，"
        "造成两车受损，无人员受伤。",
        clauses=performance_clauses(has_claims=True),
        drawn_on_text="2026年11月20日",
        verify_url=URL,
        verify_code=CODE,
        unit_name=None,
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def determination(**changes: object) -> DeterminationContent:
    made = DeterminationContent(
        number="110105202600123",
        unit_name=UNIT,
        occurred_at_text="2026年11月20日10时05分",
        location="云溪市河东区长安东街与解放路交叉口西侧约50米",
        weather_label="小雨",
        form_label="追尾碰撞",
        parties=(party("甲"), party("乙")),
        facts_text="周知行驾驶小型汽车沿长安东街由西向东行驶，未与前车保持安全距离，车头追撞同方向停车等候信号的欧阳𬱟驾驶的车辆尾部，"
        "造成两车受损，无人员受伤。",
        is_slight_injury=False,
        findings=(
            PartyFinding(
                "甲",
                "周知行",
                "未与前车保持足以采取紧急制动措施的安全距离",
                "《中华人民共和国道路交通安全法》第四十三条",
                "全部责任",
            ),
            PartyFinding("乙", "欧阳𬱟", "", "", "无责任"),
        ),
        basis_text="根据《道路交通事故处理程序规定》第六十条第一款第一项的规定作出上述认定。",
        officer_name="林正",
        officer_number="014273",
        issued_on_text="2026年11月20日",
        rights_notices=rights_notices(
            unit_name=UNIT, review_authority_name=AUTHORITY, review_days=3, mediation_days=10, limitation_years=3
        ),
        review_authority_name=AUTHORITY,
        verify_url=URL,
        verify_code=CODE,
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def review_conclusion() -> ReviewConclusionContent:
    return ReviewConclusionContent(
        number="云公交复字〔2026〕第00012号",
        unit_name=AUTHORITY,
        applicant_name="周知行",
        applied_on_text="2026年11月21日",
        original_unit_name=UNIT,
        original_number="110105202600123",
        request_text="认为前车突然制动，请求改为同等责任。",
        findings_text="原认定事实清楚、证据确实充分、适用法律正确、责任划分公正、程序合法。",
        conclusion_text="维持原认定。",
        issued_on_text="2026年11月27日",
        verify_url=URL,
        verify_code=CODE,
    )


def notice() -> NoticeContent:
    return NoticeContent(
        title="道路交通事故认定复核不予受理通知书",
        number="云公交复不字〔2026〕第00003号",
        unit_name=AUTHORITY,
        addressee="周知行",
        paragraphs=(
            "你于2026年11月27日提交的复核申请超过了规定的期限。",
            "根据《道路交通事故处理程序规定》第七十一条的规定，决定不予受理。",
            "特此通知。",
        ),
        issued_on_text="2026年11月28日",
        verify_url=URL,
        verify_code=CODE,
    )


def loss_assessment() -> LossAssessmentContent:
    return LossAssessmentContent(
        number="DS202611200001",
        insurer_name=INSURER,
        claim_number="RDAA202611200001",
        policy_number="PDAA2026110000012345",
        instrument_number="KC20261120000123",
        party_name="欧阳𬱟",
        vehicle_type_label="小型新能源汽车",
        plate="京AD12345",
        occurred_at_text="2026年11月20日10时05分",
        location="云溪市河东区长安东街与解放路交叉口西侧约50米",
        damaged_parts_label="正后",
        lines=(
            LossLine("后保险杠皮", "更换", 186000),
            LossLine("后保险杠", "喷漆", 60000),
            LossLine("后尾门", "钣金修复", 45050, "四成损伤"),
        ),
        salvage_fen=5000,
        total_fen=286050,
        adjuster_name="何定",
        assessed_on_text="2026年11月21日",
        verify_url=URL,
        verify_code=CODE,
        remark="按维修实际发生为准的项目无。",
    )


def settlement() -> SettlementContent:
    return SettlementContent(
        number="JS202611210001",
        insurer_name=INSURER,
        claim_number="RDAA202611200001",
        policy_number="PDAA2026110000012345",
        instrument_number="KC20261120000123",
        occurred_at_text="2026年11月20日10时05分",
        parties_text="甲方周知行（京A12345）、乙方欧阳𬱟（京AD12345）",
        liability_text="甲方全部责任，乙方无责任",
        lines=(
            SettlementLine(
                "安途财险",
                "欧阳𬱟",
                "交强险",
                "财产损失",
                "《机动车交通事故责任强制保险条例》第二十一条，财产损失限额内",
                200000,
            ),
            SettlementLine(
                "安途财险", "欧阳𬱟", "商业三者险", "财产损失", "保险合同，超出交强险部分按全部责任 100%", 86050
            ),
            SettlementLine(
                "安途财险", "周知行", "交强险（无责代赔）", "财产损失", "无责方交强险限额内由有责方保险公司代赔", 10000
            ),
        ),
        loss_total_fen=646050,
        self_borne_fen=350000,
        total_fen=296050,
        check_text="两数相加与损失合计一致。",
        calculated_by="何定",
        approved_by="沈核",
        settled_on_text="2026年11月21日",
        verify_url=URL,
        verify_code=CODE,
    )


def drawn_png(seed: int = 0) -> bytes:
    """A scrawl on a transparent ground, 300 x 120."""
    picture = Image.new("RGBA", (300, 120), (0, 0, 0, 0))
    pen = ImageDraw.Draw(picture)
    points = [(20 + i * 26, 60 + ((i * 37 + seed * 53) % 70) - 35) for i in range(11)]
    pen.line(points, fill=(10, 10, 40, 255), width=5, joint="curve")
    pen.line([(60 + seed * 20, 15), (90 + seed * 15, 110)], fill=(10, 10, 40, 255), width=5)
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def signatures(letters: str = "甲乙") -> tuple[SignatureMark, ...]:
    return tuple(
        SignatureMark(letter, party(letter).name, drawn_png(index), "2026年11月20日 10:28")
        for index, letter in enumerate(letters)
    )
