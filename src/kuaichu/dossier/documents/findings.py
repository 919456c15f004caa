"""What a check of a document may find, in words that say what is wrong and what to do. zh is the first language."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """`code` is stable. `is_error` False: good to know, the document still holds."""

    code: str
    zh: str
    en: str
    is_error: bool = True


def _table(*findings: Finding) -> dict[str, Finding]:
    return {finding.code: finding for finding in findings}


FINDINGS = _table(
    Finding(
        "intact", "签章有效，文件自签章后没有被改动。", "The seal is valid and the file is unchanged since.", False
    ),
    Finding(
        "too_large",
        "文件太大，不是本系统签发的文书。请上传收到的原始 PDF 文件。",
        "The file is too large to be one of our documents. Please upload the PDF as you received it.",
    ),
    Finding(
        "not_pdf",
        "这不是 PDF 文件（截图、照片、扫描件无法核验）。请上传收到的原始 PDF 文件。",
        "This is not a PDF (screenshots, photos and scans can't be checked). Please upload the PDF as you received it.",
    ),
    Finding(
        "truncated",
        "文件不完整，可能没有下载完。请重新下载后再核验。",
        "The file is incomplete, perhaps a broken download. Please download it again.",
    ),
    Finding(
        "encrypted",
        "文件加了密码，无法核验。请上传未加密的原始 PDF 文件。",
        "The file is protected by a password. Please upload the original without one.",
    ),
    Finding(
        "unreadable",
        "文件内部结构已损坏或被处理过，无法核验。请上传收到的原始 PDF 文件，不要另存、转换或拼接。",
        "The file's structure is damaged or was reworked. Please upload the original, not a converted copy.",
    ),
    Finding(
        "unsigned",
        "文件上没有电子签章，只看到的红章图案不算数。请上传签章后的原始 PDF 文件。",
        "The file has no electronic seal; the picture of a seal is not one. Please upload the sealed original.",
    ),
    Finding(
        "changed",
        "文件在签章之后被改动过，内容不可信。请以签发单位的原件为准。",
        "The file was changed after it was sealed and can't be trusted. Only the unit's original counts.",
    ),
    Finding(
        "seal_broken",
        "签章数据是坏的或伪造的，签章无效。请以签发单位的原件为准。",
        "The seal itself is broken or forged. Only the unit's original counts.",
    ),
    Finding(
        "appended",
        "签章之后又有人往文件里加了内容，新加的部分不受签章保护。请以签发单位的原件为准。",
        "Something was added after sealing, and the seal doesn't cover it. Only the unit's original counts.",
    ),
    Finding(
        "partly_covered",
        "签章只覆盖了文件的一部分，其余内容可能是别人加的。请以签发单位的原件为准。",
        "The seal covers only part of the file; the rest may be someone else's. Only the unit's original counts.",
    ),
    Finding(
        "untrusted_issuer",
        "签章所用的证书不是本系统认可的机构发的。请确认文件来源，或向签发单位核实。",
        "The sealing certificate wasn't issued by an authority we recognise. Please check with the issuing unit.",
    ),
    Finding(
        "expired_at_sealing",
        "签章时证书不在有效期内，签章无效。请联系签发单位重新签发。",
        "The certificate was not valid at the time of sealing. Please ask the issuing unit to issue it again.",
    ),
    Finding(
        "weak_algorithm",
        "签章使用的算法已不安全，不能认可。请联系签发单位重新签发。",
        "The seal uses an algorithm that is no longer safe. Please ask the issuing unit to issue it again.",
    ),
    Finding(
        "bad_timestamp",
        "签章的时间戳无效，签章时间不可信。请向签发单位核实。",
        "The seal's timestamp is not valid, so its time can't be trusted. Please check with the issuing unit.",
    ),
    Finding(
        "archived",
        "签章之后追加过长期保存用的验证信息，正文没有变化。",
        "Proofs for long-term keeping were added after sealing; the pages are unchanged.",
        False,
    ),
    Finding(
        "no_timestamp",
        "签章没有时间戳，签章时间由签发方自己声明。",
        "The seal has no timestamp; its time is the issuer's own statement.",
        False,
    ),
)
