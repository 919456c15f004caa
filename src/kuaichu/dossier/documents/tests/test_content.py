import json
import subprocess
import sys
from dataclasses import replace

import pytest

from kuaichu.dossier.documents.content import canonical_json, content_digest, from_json, kind_of, to_json
from kuaichu.dossier.documents.marks import MAX_PICTURE_BYTES, SignatureMark
from kuaichu.dossier.documents.tests import factories
from kuaichu.errors import Refused

ALL = [
    factories.agreement(),
    factories.determination(),
    factories.review_conclusion(),
    factories.notice(),
    factories.loss_assessment(),
    factories.settlement(),
]


@pytest.mark.parametrize("content", ALL, ids=kind_of)
def test_every_kind_survives_json(content):
    stored = json.loads(canonical_json(content))
    assert from_json(stored) == content
    assert content_digest(from_json(stored)) == content_digest(content)


def test_canonical_json_is_sorted_utf8_without_blanks():
    text = canonical_json(factories.agreement(number="甲一")).decode()
    assert text.startswith('{"clauses":[')
    assert '"number":"甲一"' in text
    assert "\\u" not in text


def test_any_change_changes_the_digest():
    before = factories.agreement()
    first, second = before.parties
    after = replace(before, parties=(replace(first, liability_label="同等责任"), second))
    assert content_digest(before) != content_digest(after)


@pytest.mark.parametrize("sentence", ["双方互不追究责任。", "乙方放弃索赔。", "各方自愿放弃保险索赔，自行解决。"])
def test_a_waiver_is_refused(sentence):
    with pytest.raises(Refused) as caught:
        factories.agreement(clauses=("各方凭本协议书办理理赔。", sentence))
    assert caught.value.code == "agreement.waiver"


def test_a_row_with_wrong_shape_is_a_bug():
    stored = to_json(factories.notice())
    with pytest.raises(TypeError):
        from_json({**stored, "colour": "red"})
    with pytest.raises(TypeError):
        from_json({**stored, "number": 3})
    with pytest.raises(KeyError):
        from_json({**stored, "kind": "poem"})


@pytest.mark.parametrize("data", [b"", b"GIF89a", factories.drawn_png() + b"0" * MAX_PICTURE_BYTES])
def test_a_signature_must_be_a_small_png(data):
    with pytest.raises(Refused):
        SignatureMark("甲", "周知行", data, "")


def test_contents_and_rendering_load_without_the_sealing_library():
    code = (
        f"import sys; sys.path[:0] = {sys.path!r}; "
        "import kuaichu.dossier.documents.content, kuaichu.dossier.documents.render, "
        "kuaichu.dossier.documents.timestamps; "
        "sys.exit(any(name.split('.')[0] in ('pyhanko', 'django') for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
