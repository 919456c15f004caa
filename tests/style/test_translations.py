"""Chinese first and complete, English second and complete: no text in a template escapes the catalogue."""

import ast
import re

import polib
from django.utils.translation.template import templatize

from kuaichu.command import words
from tests.style import reading

HAN = re.compile(r"[\u4e00-\u9fff]")
GETTEXT = {"_", "gettext", "gettext_lazy", "gettext_noop", "ngettext", "ngettext_lazy", "pgettext", "pgettext_lazy"}
CONTEXT_FIRST = {"pgettext", "pgettext_lazy"}
MARKED = re.compile(r"\b(?:gettext|_)\(\s*(?:u|f)?('''.*?'''|'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")", re.DOTALL)
COMMENT = re.compile(
    r"{#.*?#}|{%\s*comment\b.*?endcomment\s*%}|<!--.*?-->|{%\s*blocktrans.*?endblocktrans(?:late)?\s*%}", re.DOTALL
)
TAG = re.compile(r"{%.*?%}|{{.*?}}", re.DOTALL)
# Each language is named in itself.
UNTRANSLATED = {"中文", "简体中文", "快处"}


def template_texts(source: str) -> set[str]:
    """Chinese msgids that Django would extract from a template."""
    prepared = templatize(source)
    texts = {ast.literal_eval(quoted) for quoted in MARKED.findall(prepared)}
    return {text.replace("%%", "%") if "%(" not in text else text for text in texts if HAN.search(text)}


def bare_texts(source: str) -> list[str]:
    """Chinese words that stand in a template outside of any translation tag."""
    words = re.findall(r"[^<>\n\"]*[\u4e00-\u9fff][^<>\n\"]*", TAG.sub("\n", COMMENT.sub("", source)))
    return [word.strip() for word in words if word.strip() not in UNTRANSLATED]


def python_texts(module: ast.Module) -> set[str]:
    """Chinese msgids given to a gettext function."""
    found = set()
    for node in ast.walk(module):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            arguments = node.args[1:2] if name in CONTEXT_FIRST else node.args[:1]
            found |= {
                a.value
                for a in arguments
                if name in GETTEXT and isinstance(a, ast.Constant) and isinstance(a.value, str)
            }
    return {text for text in found if HAN.search(text)}


def refusal_texts(module: ast.Module) -> set[str]:
    """Sentences of expected refusals: the second argument of Refused, NotFound and the like (gettext ids too)."""
    found = set()
    for node in ast.walk(module):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in {"Refused", "NotFound"}:
            found |= {a.value for a in node.args[1:2] if isinstance(a, ast.Constant) and isinstance(a.value, str)}
    return {text for text in found if HAN.search(text)}


def english() -> set[str]:
    """The msgids that have a finished English translation."""
    path = reading.PACKAGE / "locale" / "en" / "LC_MESSAGES" / "django.po"
    return {entry.msgid for entry in polib.pofile(str(path)) if entry.translated()} if path.exists() else set()


def templates() -> list:
    return [
        path for path in reading.files(".html", ".txt") if reading.PACKAGE in path.parents and "templates" in path.parts
    ]


def test_no_template_escapes_translation():
    found = {reading.name(path): bare_texts(path.read_text()) for path in templates()}
    assert {path: words for path, words in found.items() if words} == {}


def test_every_text_has_an_english_translation():
    wanted = {text for path in templates() for text in template_texts(path.read_text())}
    wanted |= {text for path in reading.product_code() for text in python_texts(reading.tree(path))}
    wanted |= {text for path in reading.product_code() for text in refusal_texts(reading.tree(path))}
    assert sorted(wanted - english()) == []


def test_the_catalogue_is_what_its_parts_say():
    """Somebody changed a part and did not run `./kuaichu words`."""
    folder = reading.PACKAGE / "locale" / "en" / "LC_MESSAGES"
    expected = {(entry.msgctxt, entry.msgid): entry.msgstr for entry in words.merged()}
    stored = {(entry.msgctxt, entry.msgid): entry.msgstr for entry in polib.pofile(str(folder / "django.po"))}
    compiled = {(entry.msgctxt, entry.msgid): entry.msgstr for entry in polib.mofile(str(folder / "django.mo"))}
    assert stored == expected
    assert compiled == {key: text for key, text in expected.items() if text}


def test_untranslated_text_is_found():
    assert bare_texts('<p title="标题">{% translate "好" %}</p>{# 注 #}<b>您好</b> 中文') == ["标题", "您好"]
    assert template_texts('{% translate "好" %}{% blocktranslate %}还有 {{ n }} 张{% endblocktranslate %}') == {
        "好",
        "还有 %(n)s 张",
    }
    assert python_texts(ast.parse('gettext("拍照")\npgettext("x", "撤离")\nprint("签字")')) == {"拍照", "撤离"}
