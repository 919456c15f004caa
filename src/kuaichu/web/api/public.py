"""Before there is a token: places, code lists, reporting an accident, joining one."""

from django.http import HttpRequest
from django.utils.translation import get_language
from ninja import Router

from kuaichu import law
from kuaichu.accounts import throttle
from kuaichu.accounts.models import Agency, AgencyKind
from kuaichu.cases import actions
from kuaichu.law.identifiers import document_kinds
from kuaichu.web.api import schemas_party as party
from kuaichu.web.api import schemas_public as public
from kuaichu.web.api.problems import Malformed
from kuaichu.web.api.routing import changes, reads
from kuaichu.web.driver.views_start import served_places
from kuaichu.web.driver.visit import address_of

router = Router(tags=["public"])


@reads(router, "/places", gives=public.Places, summary="开通了线上快处的地方 · places that are served")
def list_places(request: HttpRequest) -> public.Places:
    """The division codes that a report may name."""
    is_english = _lang() == "en"
    return public.Places(
        places=[
            public.ServedPlace(code=place.code, name=(is_english and place.name_en) or place.name)
            for place in served_places()
        ]
    )


@reads(router, "/reference", gives=public.Reference, summary="代码表和筛查问题 · code lists and screening questions")
def read_reference(request: HttpRequest) -> public.Reference:
    """Lists change with the law: read them anew now and then."""
    lists = {
        name: [public.Option(code=item.code, text=str(getattr(item, _lang()))) for item in law.codes.options(name)]
        for name in ("weather", "collision_form", "situation", "damaged_part", "transport", "plate_kind", "liability")
    }
    english = _lang() == "en"
    documents = {"id_card": ("居民身份证", "resident identity card")} | {
        code: (kind[0], kind[1]) for code, kind in document_kinds.items()
    }
    insurers = Agency.objects.filter(kind=AgencyKind.INSURER, is_active=True).order_by("code")
    return public.Reference(
        **lists,
        document_kind=[public.Option(code=code, text=names[english]) for code, names in documents.items()],
        insurer=[public.Option(code=item.code, text=item.name) for item in insurers],
        screening=[_question(item) for item in law.QUESTIONS],
    )


def _question(item: law.Question) -> public.Question:
    english = _lang() == "en"
    return public.Question(
        code=item.code,
        text=item.en if english else item.zh,
        why=item.why_en if english else item.why_zh,
        choices=list(item.choices),
    )


def _lang() -> str:
    return "en" if (get_language() or "").startswith("en") else "zh"


@changes(router, "/cases", gives=party.JoinedCase, status=201, summary="报案 · report an accident")
def report_accident(request: HttpRequest, payload: party.Report) -> party.JoinedCase:
    """Opens a case; the caller becomes party A."""
    throttle.take("report", address_of(request), throttle.REPORT_PER_ADDRESS)
    return joined(actions.report(place_code=payload.place, kind=payload.kind))


@changes(router, "/joins", gives=party.JoinedCase, status=201, summary="凭邀请码加入 · join by invitation")
def join_case(request: HttpRequest, payload: party.Join) -> party.JoinedCase:
    """With the six digits or the token of an invitation."""
    if bool(payload.code) == bool(payload.token):
        raise Malformed("join.one_of", "请填写邀请码或邀请令牌其中一个")
    throttle.take("join", address_of(request), throttle.JOIN_PER_ADDRESS)
    return joined(actions.join(code=payload.code, token=payload.token, kind=payload.kind))


def joined(new: actions.NewParty) -> party.JoinedCase:
    """A new party with its bearer token."""
    return party.JoinedCase(token=new.token, case_number=new.case.number, letter=new.party.letter)
