"""Whole stories in a real browser: two phones, an officer's desk, two insurers' desks."""


def to_the_proposal(a, b, officer, *, same_story=True) -> str:
    """From the first tap to the liability proposal; returns the case's number."""
    a.report()
    a.screen()
    a.locate()
    b.join(a.invitation())
    a.photograph()
    number = a.number()
    officer.take("photos", number)
    officer.press("photos/pass")
    a.may_leave()
    b.may_leave()
    a.identify()
    b.identify()
    a.tell(mine="rear_end", theirs="-", part="front")
    b.tell(mine="-" if same_story else "reversing", theirs="rear_end" if same_story else "-", part="rear")
    return number


def test_self_settlement_to_payment(cast):
    a, b, officer = cast("driver-a"), cast("driver-b"), cast("officer")
    number = to_the_proposal(a, b, officer)
    a.choose("agree")
    b.choose("agree")
    a.sign()
    b.sign()
    a.name_account()
    b.name_account()
    first, second = cast("adjuster-a"), cast("adjuster-b")
    first.assess(number, "3600")
    second.assess(number, "4850")
    first.approve(number)
    first.pay_all(number)
    a.sees("办结")
    b.sees("4,850.00", path="money/")
    b.sees("已到账", path="money/")


def test_online_determination(cast):
    a, b, officer = cast("driver-a"), cast("driver-b"), cast("officer")
    number = to_the_proposal(a, b, officer)
    a.choose("police")
    b.choose("police")
    officer.take("online", number)
    officer.page.locator("button[data-key=a], .determine button.btn--main").last.click()
    officer.page.wait_for_timeout(600)
    a.sign()
    b.sign()
    a.sees("道路交通事故认定书")
    a.sees("打开 PDF")
    b.page.goto(b.base + "review/")
    b.page.locator("textarea").fill("我没有追尾，是前车溜车，请复核。")
    b.main()
    b.sees("复核")
    reviewer = cast("reviewer")
    reviewer.take("reviews", number)


def test_an_officer_is_asked_to_come(cast):
    a, b, officer = cast("driver-a"), cast("driver-b"), cast("officer")
    number = to_the_proposal(a, b, officer, same_story=False)
    b.open("proposal")
    b.page.goto(b.base + "officer/")
    b.shot("ask-for-officer")
    b.main()
    a.sees("民警")
    officer.take("field", number)
    officer.press("attend")
    b.sees("民警")


def test_refusal_to_sign(cast):
    a, b, officer = cast("driver-a"), cast("driver-b"), cast("officer")
    number = to_the_proposal(a, b, officer)
    a.choose("police")
    b.choose("police")
    officer.take("online", number)
    officer.page.locator(".determine button.btn--main").last.click()
    officer.page.wait_for_timeout(600)
    a.sign()
    officer.take("signing", number)
    officer.press("refusal")
    b.sees("拒")


def test_injury_keeps_the_scene(cast):
    a = cast("driver-a")
    a.report()
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
