"""The fixed sentences of the forms. Numbers of days and years come from the law room through the caller."""

TRUTH_DECLARATION = "以上内容由各方当事人共同确认，均为事实；如有不实，愿负法律责任。"
REFUSED_TO_SIGN = "拒绝签名，民警已注明"


def rights_notices(
    *, unit_name: str, review_authority_name: str, review_days: int, mediation_days: int, limitation_years: int
) -> tuple[str, ...]:
    """What is told beneath a determination: its weight as evidence, review, mediation, suit.

    令146 Art. 71 (review, in writing, once), 84-86 (mediation), 道路交通安全法 Art. 73, 74, 民法典 Art. 188.
    """
    return (
        "本认定书是处理道路交通事故的证据。",
        f"对本认定有异议的，可以自本认定书送达之日起{review_days}个工作日内，向{review_authority_name}提出书面复核申请，"
        f"也可以通过{unit_name}提交；同一事故的复核以一次为限。",
        f"对损害赔偿有争议的，各方可以自收到本认定书之日起{mediation_days}个工作日内一致书面申请公安机关交通管理部门调解，"
        "也可以申请人民调解委员会调解。",
        "对认定有异议、拒绝签名、未一致申请调解，或者调解未达成协议、达成后不履行的，"
        f"当事人可以向人民法院提起民事诉讼，诉讼时效为{limitation_years}年。",
    )


def performance_clauses(*, has_claims: bool) -> tuple[str, ...]:
    """How an agreement is performed: 令146 Art. 22. It keeps every right against the insurers (保险法 Art. 61)."""
    ways = "各方按照上述责任承担损害赔偿责任，"
    ways += "凭本协议书向各自车辆投保的保险公司办理理赔。" if has_claims else "自行履行。"
    return (
        ways,
        "本协议书只确认事实和责任，不影响任何一方依法要求保险公司和其他赔偿义务人赔偿的权利。",
        "协议未履行或者对赔偿有争议的，可以申请人民调解委员会调解，或者向人民法院提起民事诉讼。",
        "本协议书经各方签名后生效，各方各执一份，电子文本与纸质文本内容一致。",
    )
