"""How a person's words become values."""

from datetime import date, datetime
from typing import Any

import pytest

from matchmaker.domain.errors import InvalidInput
from matchmaker.domain.postings.fields import (
    KIND_FIELDS,
    NEED_FIELDS,
    OFFER_COLUMNS,
    OFFER_FIELDS,
    Field,
    PostingKind,
    clean_text,
    read_value,
)
from matchmaker.domain.postings.posting import TEXT_LENGTH, TITLE_LENGTH, Need, Offer
from matchmaker.domain.vocabulary import CooperationMode, NeedType, OfferKind, Side

FIELDS = {field.name: field for field in (*OFFER_FIELDS, *NEED_FIELDS)}
VOCABULARIES = {"industry": {"装备制造": "equipment_manufacturing"}, "field": {}, "district": {}}


def read(name: str, raw: object) -> Any:
    return read_value(FIELDS[name], raw, VOCABULARIES)


def message(name: str, raw: object, language: str = "zh") -> str:
    with pytest.raises(InvalidInput) as caught:
        read(name, raw)
    assert caught.value.field == name
    return caught.value.text(language)


@pytest.mark.parametrize("blank", ["", "   ", "\u3000\u3000", "\n\t", None, "\x00\x07", "\ufeff"])
def test_a_blank_title_is_refused(blank: str | None) -> None:
    assert message("title", blank) == "“需求名称”不能为空"


@pytest.mark.parametrize("title", ["⚙️⚙️", "👍🏽", "……", "\u200b\u200d"])
def test_a_title_without_letters_is_refused(title: str) -> None:
    assert "里没有文字" in message("title", title)


def test_a_title_of_one_letter_is_refused() -> None:
    assert "太短" in message("title", "磨")


def test_a_title_of_fifty_thousand_characters_is_refused_with_both_figures() -> None:
    text = message("title", "磨" * 50_000)
    assert str(TITLE_LENGTH) in text
    assert "50000" in text


def test_a_title_may_have_an_emoji_beside_its_words() -> None:
    assert read("title", " ⚙️ 滑靴\n 偏磨 ") == "⚙️ 滑靴 偏磨"


def test_texts_have_a_limit() -> None:
    assert read("problem", "磨" * TEXT_LENGTH) == "磨" * TEXT_LENGTH
    assert "现有 8001 字" in message("problem", "磨" * (TEXT_LENGTH + 1))


def test_messages_name_the_field_in_the_readers_language() -> None:
    assert "Title" in message("title", "", "en")
    assert "需求名称" not in message("title", "", "en")


def test_text_is_cleaned_of_what_cannot_be_stored_or_shown() -> None:
    lone_surrogate, turned = "\ud83d", "\u202e"
    raw = f"\ufeff第一行\x00\x07  \r\n第二行{lone_surrogate}{turned}\ue000\ufffe\x85"
    assert clean_text(raw) == "第一行\n第二行"
    clean_text(raw).encode()


def test_rare_characters_of_names_are_kept() -> None:
    rare = "𬭛\U00031350"  # the latter is newer than the Unicode tables of Python 3.11
    assert clean_text(rare) == rare


def test_numbers_from_spreadsheets_lose_their_decimal_point() -> None:
    assert clean_text(13800000000.0) == "13800000000"


@pytest.mark.parametrize(
    "raw", ["2027-06-30", "2027/6/30", "２０２７．６．３０", "2027年6月30日", "20270630", datetime(2027, 6, 30, 9)]
)
def test_dates_are_read_in_many_forms(raw: object) -> None:
    assert read("deadline", raw) == date(2027, 6, 30)


@pytest.mark.parametrize("raw", ["明年六月", "2027-02-30", "30.6.2027", "2027"])
def test_other_dates_are_refused(raw: str) -> None:
    assert "2027-06-30" in message("deadline", raw)


@pytest.mark.parametrize(("raw", "level"), [("6", 6), ("TRL6", 6), ("６级", 6), ("trl 6", 6), ("", None)])
def test_trl(raw: str, level: int | None) -> None:
    assert read("trl", raw) == level


@pytest.mark.parametrize("raw", ["0", "10", "6.5", "高"])
def test_other_trl_are_refused(raw: str) -> None:
    assert "1 到 9" in message("trl", raw)


def test_terms_are_read_from_codes_labels_and_lists() -> None:
    both = frozenset({CooperationMode.TRANSFER, CooperationMode.LICENSE})
    assert read("cooperation_modes", "技术转让；license") == both
    assert read("cooperation_modes", ["transfer", "技术许可"]) == both
    assert read("cooperation_modes", []) == frozenset()
    assert read("need_type", "工艺改进与技术改造") is NeedType.PROCESS


def test_unknown_terms_name_what_is_known() -> None:
    assert "技术转让" in message("cooperation_modes", ["gift"])
    assert "装备制造" in message("industry", "造船")


def test_a_budget_is_an_amount() -> None:
    assert read("budget", "５０万元").label() == "50 万元"
    assert "40" in message("budget", "5" * 50_000)


@pytest.mark.parametrize("raw", ["zhang@example.com", " Zhang@Example.COM ", "zhang＠example.com"])
def test_addresses_are_normalized(raw: str) -> None:
    assert read("contact_email", raw) == "zhang@example.com"


def test_other_addresses_are_refused() -> None:
    assert "zhang@@" in message("contact_email", "zhang@@example")


@pytest.mark.parametrize("field", NEED_FIELDS, ids=lambda field: field.name)
def test_fields_that_are_not_required_may_be_blank(field: Field) -> None:
    if not field.required:
        read_value(field, "", VOCABULARIES)


def test_what_can_be_filled_in_is_named_in_the_readers_language() -> None:
    term, reference = message("need_type", "攻关", "en"), {"装备制造": "equipment", "equipment making": "equipment"}
    assert term.endswith(
        "Key technology, New product, Process improvement, Testing, Technology sought, People and teams"
    )
    assert message("need_type", "攻关").endswith(
        "关键技术攻关、新产品研发、工艺改进与技术改造、检验检测、成果引进、人才与团队"
    )
    with pytest.raises(InvalidInput) as caught:
        read_value(FIELDS["industry"], "轴承", {"industry": reference | {"equipment": "equipment"}})
    assert caught.value.text("zh").endswith("装备制造")
    assert caught.value.text("en").endswith("equipment making")


MODELS = {Side.NEED: Need} | dict.fromkeys(OfferKind, Offer)


@pytest.mark.parametrize("kind", KIND_FIELDS)
def test_a_kind_has_each_field_once_and_its_model_has_them_all(kind: PostingKind) -> None:
    names = [field.name for field in KIND_FIELDS[kind]]
    assert len(set(names)) == len(names)
    assert names[0] == "title"
    assert [name for name in names if not hasattr(MODELS[kind], name)] == []


def test_every_kind_of_offer_is_described_and_every_field_of_offers_belongs_to_one() -> None:
    assert set(KIND_FIELDS) == {Side.NEED, *OfferKind}
    own = {field.name for kind in OfferKind for field in KIND_FIELDS[kind]}
    assert own == {field.name for field in OFFER_FIELDS}


@pytest.mark.parametrize("kind", OfferKind)
def test_a_list_of_offers_is_understood_by_what_its_kind_calls_the_fields(kind: OfferKind) -> None:
    columns = {column.name: column for column in OFFER_COLUMNS}
    for field in KIND_FIELDS[kind]:
        column = columns[field.name]
        assert field.zh in (column.zh, *column.also)
        assert field.en in (column.en, *column.also)
