"""Repeat calls against calls with known truth, and against the method written a second time without a compiler."""

import numpy as np
import pytest

from bench._calls import generate
from kuaichu.analysis.errors import BadInput
from kuaichu.analysis.repeats import Recogniser, Weights, default_weights, explain, recognise, train, train_unlabelled
from kuaichu.analysis.repeats.encode import encode
from kuaichu.analysis.repeats.feedback import Feedback
from kuaichu.analysis.repeats.texts import Words
from kuaichu.analysis.repeats.train import _ages, _first_calls
from kuaichu.analysis.repeats.weights import log_ratio

MIN = 60.0


@pytest.fixture(scope="module")
def calls():
    return generate(kind="city", days=1.2, per_day=1066, seed=77)


def row(columns, at):
    return {name: values[at] for name, values in columns.items()}


def call(call_id, t, x=0.0, y=0.0, **more):
    return {"call_id": call_id, "t": t, "x": x, "y": y, **more}


def busy(recogniser, count=300, seed=5):
    """Let unrelated calls of five hours pass, so that the background is known."""
    rng = np.random.default_rng(seed)
    for n in range(count):
        recogniser.offer(call(f"old{n}", n * MIN, *rng.uniform(-8000, 8000, 2), phone=f"o{n}", typ="违停"))
    return count * MIN


def test_finds_the_repeats_of_a_day(calls):
    found = recognise(calls.columns)
    flags = found["kind"] == "event"
    right = (flags & calls.again).sum()
    assert right / flags.sum() > 0.90
    assert right / calls.again.sum() > 0.85


def test_streaming_answers_as_the_batch_does_even_after_a_snapshot(calls):
    size, half = 700, 350
    columns = {name: values[:size] for name, values in calls.columns.items()}
    found = recognise(columns)
    stream = Recogniser()
    for at in range(size):
        if at == half:
            stream = Recogniser.restore(stream.snapshot())
        judged = stream.offer(row(columns, at))
        assert judged.incident_id == found["incident_id"][at]
        assert (judged.link.repeats if judged.link else None) == found["repeats"][at]
        assert judged.link is None or round(judged.link.score, 6) == found["score"][at]


def test_the_order_of_the_input_does_not_matter_only_time(calls):
    columns = {name: values[:400] for name, values in calls.columns.items()}
    mixed = np.random.default_rng(3).permutation(400)
    one, two = recognise(columns), recognise({name: values[mixed] for name, values in columns.items()})
    assert (one["incident_id"][mixed] == two["incident_id"]).all()
    assert (one["score"][mixed] == two["score"]).all()


def test_small_memories_grow_without_changing_an_answer(calls):
    from kuaichu.analysis.repeats.state import new_state

    columns = {name: values[:600] for name, values in calls.columns.items()}
    small = Recogniser()
    small._state = new_state(calls=16, incidents=8, places=256, types=2)
    one, two = small.batch(columns), recognise(columns)
    assert (one["incident_id"] == two["incident_id"]).all()
    assert (one["score"] == two["score"]).all()


def test_a_second_caller_close_by_is_linked_and_a_far_one_is_not():
    stream = Recogniser()
    now = busy(stream)
    stream.offer(call("a", now, 100, 100, phone="p1", typ="车车财损", road="人民路与解放路口"))
    near = stream.offer(call("b", now + 3 * MIN, 120, 90, phone="p2", typ="车车财损", road="解放路人民路口"))
    far = stream.offer(call("c", now + 4 * MIN, 4000, 3000, phone="p3", typ="车车财损"))
    assert near.link is not None
    assert (near.link.repeats, near.incident_id, near.link.kind) == ("a", "a", "event")
    assert far.link is None
    assert far.incident_id == "c"


def test_two_accidents_at_one_junction_are_told_apart_by_their_plates():
    stream = Recogniser()
    now = busy(stream)
    first = {"plate_a": "浙A12345", "plate_b": "浙B67890", "typ": "车车财损"}
    other = {"plate_a": "浙C24680", "plate_b": "浙D13579", "typ": "车车财损"}
    stream.offer(call("a", now, 0, 0, phone="p1", **first))
    assert stream.offer(call("b", now + 5 * MIN, 10, 5, phone="p2", **other)).incident_id == "b"
    assert stream.offer(call("c", now + 7 * MIN, 5, 5, phone="p3", plate_a="浙D13579")).incident_id == "b"
    assert stream.offer(call("d", now + 8 * MIN, 5, 5, phone="p4", plate_a="浙A12346")).incident_id == "a"


def test_links_do_not_chain_along_a_road():
    """Every call is near the one before it, yet the last one is kilometres from the first."""
    stream = Recogniser()
    now = busy(stream)
    found = [stream.offer(call(f"k{n}", now + n * 240, n * 400.0, 0, phone=f"q{n}")) for n in range(12)]
    assert found[-1].incident_id != "k0"


def test_the_same_caller_on_another_day_is_a_matter_and_elsewhere_something_new():
    stream = Recogniser()
    now = busy(stream)
    day = 86_400.0
    stream.offer(call("a", now, 50, 50, phone="p1", typ="违停", road="人民路12号"))
    again = stream.offer(call("b", now + 2 * day, 60, 45, phone="p1", typ="违停", road="人民路12号"))
    other = stream.offer(call("c", now + 4 * day, 7000, -6000, phone="p1", typ="车车财损", plate_a="浙A99999"))
    assert again.link is not None
    assert (again.link.kind, again.link.repeats, again.incident_id) == ("matter", "a", "b")
    assert other.link is None


def test_a_call_without_place_is_found_by_its_plates_or_phone():
    stream = Recogniser()
    now = busy(stream)
    stream.offer(call("a", now, 50, 50, phone="p1", plate_a="浙A12345", plate_b="浙B67890"))
    nowhere = {"call_id": "b", "t": now + 5 * MIN, "phone": "p2", "plate_a": "浙B67890", "plate_b": "浙A12345"}
    judged = stream.offer(nowhere)
    assert judged.incident_id == "a"
    assert judged.link is not None
    assert judged.link.distance_m is None
    assert any("位置" in sentence for sentence in explain(judged.link))


def test_refusing_parts_them_and_both_words_are_learned():
    stream = Recogniser()
    now = busy(stream)
    stream.offer(call("a", now, 0, 0, phone="p1", typ="拥堵"))
    link = stream.offer(call("b", now + MIN, 5, 5, phone="p2", typ="拥堵", plate_a="浙A12345")).link
    assert link is not None
    assert stream.refuse(link) == "b"
    follower = stream.offer(call("c", now + 2 * MIN, 5, 5, phone="p3", typ="拥堵", plate_a="浙A12345"))
    assert follower.incident_id == "b"
    assert follower.link is not None
    stream.confirm(follower.link)
    learned = stream.learned()
    assert learned.made["people_said"] == 2
    assert learned.plate.sum() == default_weights().plate.sum() + 10


def test_explains_in_both_languages_without_personal_data():
    stream = Recogniser()
    now = busy(stream)
    stream.offer(call("a", now, 0, 0, phone="13800001111", plate_a="浙A12345", road="人民路", typ="车车财损"))
    judged = stream.offer(call("b", now + 6 * MIN, 30, 10, phone="13900002222", plate_a="浙A12346", road="人民路"))
    assert judged.link is not None
    zh, en = explain(judged.link), explain(judged.link, "en")
    assert any("号牌只差一处" in sentence for sentence in zh)
    assert any(sentence.startswith("32 m apart") for sentence in en)
    assert not any(secret in sentence for sentence in zh + en for secret in ("12345", "12346", "1380", "人民路"))


def test_bare_calls_and_odd_input_behave():
    nothing = recognise({"call_id": np.empty(0, object), "t": np.empty(0)})
    assert nothing["score"].size == 0
    one = recognise({"call_id": np.array(["a"], object), "t": np.zeros(1)})
    assert one["repeats"].tolist() == [None]
    same = {"call_id": np.arange(50), "t": np.zeros(50), "x": np.zeros(50), "y": np.zeros(50)}
    assert set(recognise(same)["incident_id"]) <= {str(n) for n in range(50)}
    far = {"call_id": np.arange(3), "t": np.arange(3.0), "x": np.array([np.nan, 1e300, np.inf]), "y": np.zeros(3)}
    assert recognise(far)["repeats"].tolist() == [None] * 3
    with pytest.raises(BadInput) as refused:
        recognise({"call_id": np.arange(2), "t": np.array([0.0, np.nan])})
    assert (refused.value.field, refused.value.row) == ("t", 1)
    with pytest.raises(BadInput):
        recognise({"t": np.zeros(1)})
    with pytest.raises(BadInput):
        Recogniser.restore(b"nothing")
    with pytest.raises(BadInput):
        Weights.from_json("{}")


def test_rate_of_further_calls_is_counted_against_the_time_incidents_had():
    """Two incidents; one has calls after 10 s and 100 s, the other none: counted by hand."""
    columns = {"call_id": np.arange(4), "t": np.array([0.0, 10.0, 50.0, 100.0])}
    events = np.array([0, 0, 1, 0])
    batch = encode(columns, Words())._replace(event=events, forced=_first_calls(events))
    ages = _ages(batch)
    assert ages["age"].sum() == 2
    assert ages["age"][0] == 1  # up to 15 s
    assert ages["calls"].tolist() == [1, 1, 0, 0, 0]
    assert ages["age_exposure_s"][0] == pytest.approx(15 * 2, rel=0.3)  # two incidents, 15 s each


def test_ratios_are_those_of_fellegi_and_sunter():
    counts = np.array([[9000.0, 1000.0], [100.0, 900.0]])
    assert log_ratio(counts, 0.0) == pytest.approx(np.log([0.1 / 0.9, 0.9 / 0.1]))


def test_training_finds_the_same_weights_with_labels_and_nearly_without(calls):
    weights = train(calls.columns, calls.event, matter=calls.matter, made={"by": "test"})
    again = Weights.from_json(weights.to_json())
    assert again.made == {"by": "test"}
    assert again.table().plate == pytest.approx(weights.table().plate, abs=1e-3)
    unlabelled = train_unlabelled(calls.columns, default_weights(), rounds=1)
    assert unlabelled.table().plate[5] > 4
    assert unlabelled.age.sum() == pytest.approx(weights.age.sum(), rel=0.25)


def test_considering_answers_as_offering_does_and_remembers_nothing(calls):
    size = 400
    found = recognise({name: values[:size] for name, values in calls.columns.items()})
    stream = Recogniser()
    for at in range(size):
        strange = call("?", calls.columns["t"][at], 10.0, 10.0, road="从没听过的路与另一条怪路", typ=f"怪类{at % 90}")
        stream.consider(strange)
        before = stream.consider(row(calls.columns, at))
        assert stream.consider(row(calls.columns, at)) == before
        assert stream.offer(row(calls.columns, at)) == before
        assert before.incident_id == found["incident_id"][at]
    assert stream._words.snapshot() == Words.restore(stream._words.snapshot()).snapshot()
    assert not any("怪" in name for name in (*stream._words._roads, *stream._words._classes))


def test_what_people_say_of_two_calls_moves_the_later_one():
    stream = Recogniser()
    now = busy(stream)
    first = stream.calls
    stream.offer(call("a", now, 0, 0, phone="p1", typ="车车财损"))
    stream.offer(call("b", now + 30 * MIN, 5000, 0, phone="p2", typ="车车财损"))
    assert stream.incident_of(first + 1) == "b"
    stream.unite(first + 1, first)
    assert stream.incident_of(first + 1) == "a"
    stream.part(first + 1, first)
    assert (stream.incident_of(first), stream.incident_of(first + 1)) == ("a", "b")
    assert stream.incident_of(first + 2) == ""


def test_learning_changes_the_next_judgement():
    def score(feedback):
        stream = Recogniser()
        now = busy(stream)
        stream.offer(call("a", now, 0, 0, phone="p1", plate_a="浙A12345"))
        stream.learn(feedback)
        return stream.consider(call("b", now + 5 * MIN, 60, 0, phone="p2", plate_a="浙A12346")).link.score

    none, refused = Feedback(), Feedback()
    for _ in range(200):
        refused = refused.with_levels((4, 0, 0, 0), distance_m=60.0, is_match=False)
    assert score(refused) < score(none)
