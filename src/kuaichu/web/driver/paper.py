"""An instrument to be read on a phone: its title, its rows, its parties, its paragraphs, as they will be printed."""

from dataclasses import dataclass

from kuaichu.dossier.documents.content import (
    AgreementContent,
    Content,
    DeterminationContent,
    PartyBlock,
    ReviewConclusionContent,
)

# Instruments are Chinese documents: their words are not translated.
_AGREEMENT = "道路交通事故自行协商协议书"
_DETERMINATION = "道路交通事故认定书（简易程序）"
_REVIEW = "道路交通事故认定复核结论"

Rows = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Block:
    """A heading with rows (label, text), paragraphs below."""

    title: str
    rows: Rows = ()
    paragraphs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Paper:
    """`number` is the document's own; `rows` are those of the case."""

    title: str
    number: str
    rows: Rows
    blocks: tuple[Block, ...]


def of(content: Content) -> Paper:
    """The readable form. Raises TypeError for a document that parties do not sign."""
    if isinstance(content, AgreementContent):
        return _agreement(content)
    if isinstance(content, DeterminationContent):
        return _determination(content)
    if isinstance(content, ReviewConclusionContent):
        return _review(content)
    raise TypeError(f"parties do not read {type(content).__name__}")


def _case_rows(content: AgreementContent | DeterminationContent) -> Rows:
    return (
        ("事故时间", content.occurred_at_text),
        ("事故地点", content.location),
        ("天气", content.weather_label),
        ("事故形态", content.form_label),
    )


def _party(block: PartyBlock) -> Block:
    rows = (
        ("姓名", block.name),
        (block.id_kind_label, block.id_number),
        ("联系方式", block.phone),
        ("车辆种类", block.vehicle_type_label),
        ("号牌号码", block.plate),
        ("保险公司", block.insurer_name),
        ("保险凭证号", block.policy_number),
        ("碰撞部位", block.damaged_parts_label),
        ("事故情形", block.situation_label),
        ("责任", block.liability_label),
    )
    return Block(f"{block.letter}方", tuple((label, text) for label, text in rows if text))


def _agreement(content: AgreementContent) -> Paper:
    blocks = (
        *(_party(block) for block in content.parties),
        Block("事故事实", paragraphs=(content.facts_text,)),
        Block("约定", paragraphs=content.clauses),
    )
    return Paper(_AGREEMENT, content.number, _case_rows(content), blocks)


def _determination(content: DeterminationContent) -> Paper:
    findings = tuple(
        "，".join(
            part
            for part in (f"{item.letter}方 {item.name}", item.act_text, item.provision_text, item.liability_label)
            if part
        )
        for item in content.findings
    )
    blocks = (
        *(_party(block) for block in content.parties),
        Block("事故事实", paragraphs=(content.facts_text,)),
        Block("责任认定", paragraphs=(*findings, content.basis_text)),
        Block("权利告知", paragraphs=content.rights_notices),
        Block(
            content.unit_name,
            (
                ("交通警察", f"{content.officer_name} {content.officer_number}".strip()),
                ("日期", content.issued_on_text),
            ),
        ),
    )
    return Paper(_DETERMINATION, content.number, _case_rows(content), blocks)


def _review(content: ReviewConclusionContent) -> Paper:
    blocks = (
        Block("申请", paragraphs=(content.request_text,)),
        Block("查明", paragraphs=(content.findings_text,)),
        Block("结论", paragraphs=(content.conclusion_text,)),
    )
    rows = (("申请人", content.applicant_name), ("原认定书", content.original_number), ("日期", content.issued_on_text))
    return Paper(_REVIEW, content.number, rows, blocks)
