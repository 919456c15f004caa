"""Lies about what the national platform has in its books."""

from simulator.tests.false_house import NUMBERS, Scene, filed


def not_recorded(scene: Scene) -> None:
    del scene.outcome.platform.books[NUMBERS[0]]


def recorded_again(scene: Scene) -> None:
    scene.books[2] = filed(NUMBERS[0])


def recorded_under_two_keys(scene: Scene) -> None:
    scene.outcome.platform.keys_of[f"records {NUMBERS[0]} 1"].add("again")


def recorded_though_transferred(scene: Scene) -> None:
    scene.case["state"]["outcome"] = "transferred"


def recorded_though_it_goes_on(scene: Scene) -> None:
    scene.case["state"].update(stage="claims", outcome="")


def earlier_revision_only(scene: Scene) -> None:
    """Closed, reopened, closed again."""
    scene.case["timeline"].append({"seq": 99, "at": "99", "event": "case.closed"})


def recorded_as_another_case(scene: Scene) -> None:
    scene.books[1]["dutysimple"]["sgbh"] = NUMBERS[1]


def recorded_by_another_document(scene: Scene) -> None:
    scene.books[1]["dutysimple"]["wsbh"] = "D0"


def recorded_at_another_moment(scene: Scene) -> None:
    scene.books[1]["dutysimple"]["sgfssj"] = "2026-03-02 12:01:00"


def recorded_elsewhere(scene: Scene) -> None:
    scene.books[1]["dutysimple"]["sgdd"] = "解放路2号"


def recorded_with_another_grade(scene: Scene) -> None:
    scene.books[1]["dutysimplehuman"][1]["sgzr"] = "4"


def recorded_with_another_plate(scene: Scene) -> None:
    scene.books[1]["dutysimplehuman"][0]["hphm"] = "浙D0000B"


def recorded_without_a_policy(scene: Scene) -> None:
    del scene.books[1]["dutysimplehuman"][0]["bxpzh"]


def recorded_without_a_person(scene: Scene) -> None:
    scene.books[1]["dutysimplehuman"].pop()


def recorded_with_another_loss(scene: Scene) -> None:
    scene.books[1]["dutysimple"]["zjccss"] = "2500.01"


def recorded_without_the_loss(scene: Scene) -> None:
    del scene.books[1]["dutysimple"]["zjccss"]


def grade_without_a_document(scene: Scene) -> None:
    scene.case["papers"][0]["state"] = "withdrawn"


ALL = (
    *(not_recorded, recorded_again, recorded_under_two_keys, recorded_though_transferred, earlier_revision_only),
    *(recorded_though_it_goes_on, recorded_as_another_case, recorded_by_another_document, recorded_elsewhere),
    *(recorded_at_another_moment, recorded_with_another_grade, recorded_without_a_person),
    *(recorded_with_another_plate, recorded_without_a_policy),
    *(recorded_with_another_loss, recorded_without_the_loss, grade_without_a_document),
)
