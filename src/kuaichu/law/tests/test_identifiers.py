"""Identifiers as people type them: what is accepted, what is tidied, and what a refusal says."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kuaichu.errors import Refused
from kuaichu.law import codes
from kuaichu.law.identifiers import (
    NO_PLATE_KIND,
    Document,
    IdentifierError,
    Plate,
    check_vin,
    guess_plates,
    parse_bank_card,
    parse_document,
    parse_id_number,
    parse_mobile,
    parse_name,
    parse_phone,
    parse_plate,
    parse_policy_number,
    parse_uscc,
)
from kuaichu.law.identifiers.people import check_character
from kuaichu.law.identifiers.plate_forms import forms

ON = date(2026, 11, 22)


def refusal(call, *args, **kwargs) -> str:
    with pytest.raises(IdentifierError) as caught:
        call(*args, **kwargs)
    error = caught.value
    assert error.zh
    assert error.en
    assert error.message == error.zh
    assert isinstance(error, Refused)
    return error.code


@pytest.mark.parametrize(
    ("kind", "typed", "number"),
    [
        ("02", "浙d12345", "浙D12345"),
        ("02", "浙Ｄ·１２３４５", "浙D12345"),
        ("02", " 浙D-123 45\u200b", "浙D12345"),
        ("02", "浙D•12345", "浙D12345"),
        ("02", "浙D‧12345", "浙D12345"),
        ("02", "浙dl2345", "浙DL2345"),
        ("01", "粤AA0825", "粤AA0825"),
        ("52", "浙AD12345", "浙AD12345"),
        ("52", "浙BDA1234", "浙BDA1234"),
        ("52", "沪AK71017", "沪AK71017"),
        ("51", "浙B66012F", "浙B66012F"),
        ("51", "浙B66012G", "浙B66012G"),
        ("07", "沪AN9241", "沪AN9241"),
        ("08", "浙D23456", "浙D23456"),
        ("15", "浙D1234挂", "浙D1234挂"),
        ("16", "琼A6716学", "琼A6716学"),
        ("23", "浙O1234警", "浙O1234警"),
        ("18", "浙D1234试", "浙D1234试"),
        ("03", "224578使", "224578使"),
        ("03", "使224·578", "224578使"),
        ("04", "沪A1639领", "沪A1639领"),
        ("26", "粤ZA12B港", "粤ZA12B港"),
        ("27", "粤Z1234澳", "粤Z1234澳"),
        ("14", "浙04·12345", "浙0412345"),
        ("13", "浙D12345", "浙D12345"),
        ("31", "WJ浙1234X", "WJ浙1234X"),
        ("31", "WJ16 93015", "WJ1693015"),
        ("32", "VA12345", "VA12345"),
        ("32", "空A12345", "空A12345"),
        ("22", "浙D12345临", "浙D12345临"),
        ("22", "浙D1234超", "浙D1234超"),
        ("99", "浙X1234应急", "浙X1234应急"),
        ("99", "民航F0939", "民航F0939"),
        ("ebike", "绍兴·a12345", "绍兴A12345"),
        ("41", "随便什么", ""),
    ],
)
def test_plates_are_tidied(kind, typed, number):
    assert parse_plate(typed, kind=kind) == Plate(kind=kind, number=number)


@pytest.mark.parametrize(
    ("kind", "typed", "code"),
    [
        ("02", "", "plate.empty"),
        ("02", "浙D1234", "plate.length"),
        ("02", "浙D123456", "plate.length_8"),
        ("52", "浙D123456", "plate.new_energy"),
        ("52", "浙D12345", "plate.length"),
        ("52", "浙DD1234O", "plate.letter_o"),
        ("02", "浙O12345", "plate.letter_o"),
        ("02", "浙D1234I", "plate.letter_o"),
        ("02", "浙Dl2345", "plate.letter_l"),
        ("02", "渐D12345", "plate.province"),
        ("02", "港A12345", "plate.province"),
        ("02", "浙012345", "plate.letter_missing"),
        ("02", "浙D12345<br>", "plate.characters"),
        ("02", "浙Z12345", "plate.office"),
        ("02", "浙DABCD5", "plate.letters"),
        ("15", "浙D12345", "plate.shape"),
        ("03", "浙D12345", "plate.shape"),
        ("77", "浙D12345", "plate.kind"),
        ("99", "浙D🚗12345", "plate.characters"),
    ],
)
def test_plates_are_refused_with_a_reason(kind, typed, code):
    assert refusal(parse_plate, typed, kind=kind) == code


@pytest.mark.parametrize(("typed", "number"), [("浙Z12345", "浙Z12345"), ("浙Dl2345", "浙DL2345")])
def test_the_unusual_is_accepted_once_confirmed(typed, number):
    with pytest.raises(IdentifierError) as caught:
        parse_plate(typed, kind="02")
    assert caught.value.is_confirmable
    assert parse_plate(typed, kind="02", is_confirmed=True).number == number


def test_a_lookalike_sign_is_named():
    with pytest.raises(IdentifierError, match="是不是“闽”"):
        parse_plate("闵J12345", kind="02")


@pytest.mark.parametrize(
    ("typed", "kinds"),
    [
        ("浙D12345", ["02", "01", "07", "08", "13"]),
        ("浙DD12345", ["52"]),
        ("浙D12345F", ["51"]),
        ("浙D1234学", ["16", "17"]),
        ("浙0412345", ["14", "13", "25"]),
        ("浙D12345临", ["22"]),
        ("鄂S0001应急", ["99"]),
    ],
)
def test_kinds_are_guessed_from_the_number(typed, kinds):
    assert [plate.kind for plate in guess_plates(typed)] == kinds


def test_every_kind_of_the_code_list_has_a_form_whose_example_it_accepts():
    for kind in (code.code for code in codes.options("plate_kind")):
        if kind != NO_PLATE_KIND:
            assert parse_plate(forms[kind].example, kind=kind).number == forms[kind].example


def test_an_ebike_is_not_guessed():
    assert refusal(guess_plates, "绍兴A12345") == "plate.province"


def test_plates_print_with_a_dot_and_hide_their_middle():
    assert parse_plate("浙d12345", kind="02").display == "浙D·12345"
    assert parse_plate("浙AD12345", kind="52").masked == "浙A****45"
    assert parse_plate("浙X1234应急", kind="99").display == "浙X1234应急"
    assert parse_plate("", kind="41").display == "无号牌"


@given(st.text(max_size=12), st.sampled_from(["01", "02", "52", "31", "22", "99", "ebike"]))
@settings(max_examples=60, deadline=None)
def test_any_text_gives_a_plate_or_a_reason_and_is_stable(text, kind):
    try:
        plate = parse_plate(text, kind=kind)
    except IdentifierError:
        return
    assert parse_plate(plate.number, kind=kind) == plate


def test_an_id_number_tells_birth_and_sex():
    parsed = parse_id_number("11010519491231002x", on=ON)
    assert (parsed.number, parsed.kind, parsed.born_on) == ("11010519491231002X", "citizen", date(1949, 12, 31))
    assert (parsed.is_male, parsed.masked, parsed.age(on=date(2026, 12, 30))) == (False, "110***********002X", 76)


@pytest.mark.parametrize(
    ("first_17", "kind"),
    [
        ("81000019900101001", "hk_resident"),
        ("82000019900101001", "mo_resident"),
        ("83000019900101001", "tw_resident"),
        ("91184019900101001", "permanent_resident"),
    ],
)
def test_residents_without_a_citizens_number(first_17, kind):
    assert parse_id_number(first_17 + check_character(first_17), on=ON).kind == kind


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "id_number.empty"),
        ("110105194912310021", "id_number.check"),
        ("110105491231002", "id_number.old"),
        ("1101051949123100", "id_number.length"),
        ("11010519491231002XX", "id_number.length"),
        ("11010519490231002X", "id_number.birth_date"),
        ("110105209912310020", "id_number.birth_date"),
        ("1101051949123100二X", "id_number.characters"),
        ("00010519491231002X", "id_number.region"),
    ],
)
def test_id_numbers_are_refused_with_a_reason(typed, code):
    assert refusal(parse_id_number, typed, on=ON) == code


def test_one_wrong_digit_of_an_id_number_is_always_found():
    right = "440524188001010014".replace("1880", "1980")[:17]
    right += check_character(right)
    for place in range(17):
        wrong = right[:place] + str((int(right[place]) + 1) % 10) + right[place + 1 :]
        assert refusal(parse_id_number, wrong, on=ON).startswith("id_number.")


def test_other_documents_are_free_text_by_kind():
    assert parse_document(" e12345678", kind="passport", on=ON) == Document(kind="passport", number="E12345678")
    assert parse_document("军字第1234567号", kind="military", on=ON).number == "军字第1234567号"
    assert parse_document("H12345678", kind="hk_mo_permit", on=ON).masked == "H1*****78"
    assert refusal(parse_document, "", kind="passport", on=ON) == "document.empty"
    assert refusal(parse_document, "E1<3", kind="passport", on=ON) == "document.shape"
    assert refusal(parse_document, "E12345678", kind="library_card", on=ON) == "document.kind"


@pytest.mark.parametrize(
    ("typed", "text", "masked"),
    [
        (" 王小明\u3000", "王小明", "王**"),
        ("欧阳娜", "欧阳娜", "欧阳*"),
        ("陈\U0002cc5f", "陈\U0002cc5f", "陈*"),
        ("尉迟\U00025ed7", "尉迟\U00025ed7", "尉迟*"),
        ("李\U000323af", "李\U000323af", "李*"),
        ("阿迪力•买买提", "阿迪力·买买提", "阿**·***"),
        ("阿迪力 . 买买提", "阿迪力·买买提", "阿**·***"),
        ("John  Q. Smith", "John Q. Smith", "J*** Q* S****"),
        ("\ue5e5某\ufeff", "\ue5e5某", "\ue5e5*"),
        ("O'Neil <jr>", "O'Neil <jr>", "O***** <***"),
        ("王", "王", "王"),
    ],
)
def test_names_of_any_script(typed, text, masked):
    name = parse_name(typed)
    assert (name.text, name.masked) == (text, masked)


def test_only_three_things_refuse_a_name():
    assert refusal(parse_name, " \u200b\n") == "name.empty"
    assert refusal(parse_name, "王\x00明") == "name.invisible"
    assert refusal(parse_name, "王\u202e明") == "name.invisible"
    assert refusal(parse_name, "长" * 51) == "name.too_long"
    assert parse_name("\U0002cc5f" * 50).text == "\U0002cc5f" * 50


def test_one_name_in_two_spellings_has_one_key():
    assert parse_name("阿迪力.买买提").key == parse_name("阿迪力・买买提").key == parse_name("阿迪力买买提").key
    assert parse_name("葛\U000e0100城").key == parse_name("葛城").key != parse_name("葛诚").key


def test_codes_of_units_and_cars():
    assert parse_uscc("91350100m000100y43").number == "91350100M000100Y43"
    assert refusal(parse_uscc, "91350100M000100Y44") == "uscc.check"
    assert refusal(parse_uscc, "91350100O000100Y43") == "uscc.characters"
    assert refusal(parse_uscc, "9135") == "uscc.length"
    assert check_vin("1m8gdm9axkp042788").remarks == ()
    assert check_vin("LSVAL41Z882104202").remarks == ()
    assert [remark.code for remark in check_vin("1M8GDM9A1KP042788").remarks] == ["vin.check"]
    assert [remark.code for remark in check_vin("LSVOL41Z882104202").remarks] == ["vin.characters"]
    assert [remark.code for remark in check_vin("12345").remarks] == ["vin.length"]
    assert refusal(check_vin, " ") == "vin.empty"


def test_phones():
    assert parse_mobile("+86 138-1234-5678").number == "13812345678"
    assert parse_mobile("008613812345678").masked == "138****5678"
    assert parse_mobile("１３８１２３４５６７８").is_mobile
    assert refusal(parse_mobile, "1381234567") == "phone.length"
    assert refusal(parse_mobile, "12812345678") == "phone.start"
    assert refusal(parse_mobile, "") == "phone.empty"
    assert refusal(parse_mobile, "1381234567八") == "phone.length"
    assert parse_phone("(0575) 8512-3456").number == "057585123456"
    assert not parse_phone("0575-85123456").is_mobile


def test_cards_and_policies():
    assert parse_bank_card("6222 0200 0000 0000 000").masked == "*" * 15 + "0000"
    assert refusal(parse_bank_card, "6222020000000000001") == "bank_card.check"
    assert refusal(parse_bank_card, "0000000000000000") == "bank_card.check"
    assert refusal(parse_bank_card, "62220200") == "bank_card.length"
    assert parse_policy_number("pdaa-2026 3306 0000 0012 34").number == "PDAA20263306000000" + "1234"
    assert refusal(parse_policy_number, "123") == "policy.shape"
    assert refusal(parse_policy_number, "保单12345678") == "policy.shape"
