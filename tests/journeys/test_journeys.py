"""Whole stories in a real browser: phones of the drivers, an officer's desk, two insurers' desks."""


def to_the_details(a, officer, *others, kinds=("motor",)) -> str:
    """From the first tap until everybody may leave; returns the case's number."""
    a.report()
    a.screen()
    a.locate()
    for other, kind in zip(others, kinds * len(others), strict=False):
        other.join(a.invitation(), kind)
    a.photograph()
    number = a.number()
    officer.take("photos", number)
    officer.press("photos/pass")
    return number


def to_the_proposal(a, b, officer, *, same_story=True, kind="motor", by_itself=False) -> str:
    """From the first tap to the liability proposal; returns the case's number."""
    number = to_the_details(a, officer, b, kinds=(kind,))
    for driver in (a, b):
        driver.may_leave(by_itself=by_itself and driver is a)
        driver.identify()
    a.tell("rear_end", "-", part="front")
    b.tell(*(("-", "rear_end") if same_story else ("reversing", "-")), part="rear")
    return number


def sign_a_determination(officer, number, *drivers):
    """Everybody wants the officer to say; everybody signs what came of it."""
    for driver in drivers:
        driver.choose("police")
    officer.take("online", number)
    officer.judge()
    officer.determine()


def test_self_settlement_to_payment(cast):
    a, b, officer = cast("driver-a"), cast("driver-b"), cast("officer")
    number = to_the_proposal(a, b, officer, by_itself=True)
    a.choose("agree")
    b.open("proposal")
    b.judge()
    b.choose("agree")
    a.open("sign")
    a.judge()
    a.sign()
    b.sign()
    a.name_account()
    b.name_account()
    first, second = cast("adjuster-a"), cast("adjuster-b")
    first.assess(number, "3600")
    first.judge()
    second.assess(number, "4850")
    first.approve(number)
    first.pay_all(number)
    a.sees("办结")
    a.judge()
    b.sees("4,850.00", path="money/")
    b.sees("已到账", path="money/")


def test_online_determination_and_review(cast):
    """A is a guest from abroad: English, in the dark, on the narrowest phone. Every page is looked at."""
    a, b, officer = cast("driver-a", is_abroad=True), cast("driver-b"), cast("officer")
    number = to_the_proposal(a, b, officer)
    sign_a_determination(officer, number, a, b)
    a.sign()
    b.sign()
    b.sees("认定书（简易程序）")
    b.sees("打开 PDF")
    a.sees("PDF")
    b.go(b.base + "review/")
    b.page.locator("textarea").fill("我没有追尾，是前车溜车，请复核。")
    b.main()
    b.sees("复核")
    reviewer = cast("reviewer")
    reviewer.take("reviews", number)
    reviewer.decide_review("upheld", "原认定事实清楚、适用法律正确。")
    b.sees("维持原认定", path="review/")
    b.sees("原认定事实清楚", path="review/")
    a.go(a.base + "money/")
    a.shot("money")


def test_an_officer_is_asked_to_come(cast):
    a, b, officer = cast("driver-a"), cast("driver-b"), cast("officer")
    number = to_the_proposal(a, b, officer, same_story=False)
    b.go(b.base + "officer/")
    b.shot("ask-for-officer")
    b.main()
    a.sees("已请民警到场", path="officer/")
    officer.take("field", number)
    officer.press("attend")
    a.sees("民警接手了", path="officer/")
    b.sees("民警接手了", path="officer/")


def test_refusal_to_sign(cast):
    a, b, officer = cast("driver-a"), cast("driver-b"), cast("officer")
    number = to_the_proposal(a, b, officer)
    sign_a_determination(officer, number, a, b)
    a.sign()
    officer.take("signing", number)
    officer.press("refusal")
    b.sees("拒")


def test_an_electric_bicycle(cast):
    """The rider has no insurer; the car's takes the claim."""
    a, b, officer = cast("driver-a"), cast("driver-b"), cast("officer")
    number = to_the_proposal(a, b, officer, kind="nonmotor")
    sign_a_determination(officer, number, a, b)
    a.sign()
    b.sign()
    a.sees("认定书（简易程序）")
    adjuster = cast("adjuster-a")
    adjuster.until(number, "article.case")
    b.sees("保险", path="money/")


def test_one_phone_for_two(cast):
    a, officer = cast("driver-a"), cast("officer")
    a.report()
    a.screen()
    a.locate()
    guest = a.add("shared")
    a.photograph()
    number = a.number()
    officer.take("photos", number)
    officer.press("photos/pass")
    a.may_leave()
    a.identify()
    a.tell("rear_end", "-", part="front")
    a.hand_over(guest)
    guest.identify()
    guest.tell("-", "rear_end", part="rear")
    a.choose("agree")
    a.hand_over(guest)
    guest.choose("agree")
    a.sees("自行协商协议书", path="sign/")


def test_three_cars(cast):
    drivers = [cast(f"driver-{letter}") for letter in "abc"]
    a, b, c = drivers
    officer = cast("officer")
    number = to_the_details(a, officer, b, c)
    for driver in drivers:
        driver.may_leave()
        driver.identify()
    a.tell("rear_end", "-", "-", part="front")
    b.tell("-", "rear_end", "-", part="rear")
    c.tell("-", "rear_end", "-", part="rear")
    sign_a_determination(officer, number, *drivers)
    c.open("sign")
    assert "丙方" in c.page.locator("article.paper").inner_text()


def test_injury_keeps_the_scene(cast):
    a = cast("driver-a")
    a.report()
    a.judge()
    a.screen(injured="yes")
    assert a.page.locator("a[href='tel:120']").count() >= 1
    assert "保护好现场" in a.page.locator("main").inner_text()


def test_without_scripts(cast):
    a, b = cast("driver-a", scripts=False), cast("driver-b", scripts=False)
    officer = cast("officer")
    to_the_proposal(a, b, officer)
    a.choose("agree")
    b.choose("agree")
    a.sign()
    b.sign()
    a.sees("自行协商协议书")
    assert a.paper().startswith(b"%PDF-")
