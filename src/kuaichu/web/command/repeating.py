"""Whether an analysis that was carried out again gave the same answer, in words."""

from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext

from kuaichu.governance.runs import Repeated


def say(request: HttpRequest, found: Repeated) -> None:
    """Leave a message for the next page."""
    if found.is_reproduced:
        messages.success(
            request, gettext("可复现 ✓ 用同样的 %(rows)d 条警情重新计算，结果一字不差。") % {"rows": found.rows}
        )
    elif not found.is_same_input:
        text = gettext("警情已有变化（当时 %(then)d 条，现在 %(now)d 条，或有更正），结果不能直接比对。请重新分析。")
        messages.warning(request, text % {"then": found.run.rows, "now": found.rows})
    elif not found.is_same_code:
        messages.warning(request, gettext("警情没变，但分析程序已更新，结果有差别。请重新分析。"))
    else:
        messages.error(request, gettext("警情和程序都没变，结果却不同。请把这次分析的编号告诉管理员。"))
