"""What a need's people are told: questions, and how sharp the ranking is before and after a change."""

import pytest
from sqlalchemy.orm import Session

from matchmaker.domain.amount import Amount
from matchmaker.domain.postings.posting import Need
from matchmaker.matching.coaching.coach import Element
from matchmaker.services.finding import coaching
from matchmaker.services.indexing.search_index import SearchIndex
from matchmaker.services.platform import Platform
from matchmaker.services.posting.postings import update_posting
from matchmaker.services.posting.values import content_hash, values_of
from tests.factories import make_need, make_offer, make_user

VAGUE = {"title": "设备老出毛病", "problem": "我们的设备经常出毛病，请专家来指导一下。"}
CLEAR = {
    "title": "柱塞泵滑靴偏磨",
    "problem": "柱塞泵升到 42 MPa 以后铜合金滑靴单边偏磨，试过渗氮，用于煤矿井下液压支架。",
}


@pytest.fixture
def offers(session: Session) -> None:
    make_offer(session, title="柱塞泵滑靴摩擦副", summary="高压柱塞泵滑靴偏磨机理，类金刚石涂层，寿命提高三倍。")
    for topic in ("仔猪断奶饲料", "牡丹籽油萃取", "烟气脱硝催化剂", "遥感图像识别"):
        make_offer(session, title=topic)


def test_a_vague_need_is_asked_for_everything(platform: Platform, session: Session, offers: None) -> None:
    need = make_need(session, **VAGUE)
    said = coaching.coach(platform.database, platform.search_index, need)
    assert [advice.element for advice in said.advice] == list(Element)
    assert said.previous is None
    questions = [advice.question() for advice in said.advice]
    assert len(set(questions)) == len(Element)
    assert all("%(" not in question and question for question in questions)


def test_a_clear_need_is_asked_for_what_is_missing_about_its_own_product(
    platform: Platform, session: Session, offers: None
) -> None:
    need = make_need(session, **CLEAR, budget=Amount(negotiable=True))
    said = coaching.coach(platform.database, platform.search_index, need)
    assert {advice.element for advice in said.advice} == {Element.FIGURES, Element.DEADLINE}
    figures = next(advice for advice in said.advice if advice.element is Element.FIGURES)
    assert (figures.field, figures.label()) == ("indicators", "指标数值")
    less = make_need(session, title="柱塞泵噪声大", problem="柱塞泵噪声大，工人受不了。")
    material = next(
        advice
        for advice in coaching.coach(platform.database, platform.search_index, less).advice
        if advice.element is Element.MATERIAL
    )
    assert material.question().startswith("“柱塞泵”")


def edit(platform: Platform, need: Need, **values: str) -> None:
    with platform.database.writing() as writing:
        stored = writing.get(Need, need.id)
        assert stored is not None
        editor = make_user(writing, organization=stored.organization)
        update_posting(writing, editor, stored, values_of(stored) | values, content_hash(stored))


def coach_now(platform: Platform, need: Need) -> coaching.Coaching:
    with platform.database.reading() as reading:
        stored = reading.get(Need, need.id)
        assert stored is not None
        return coaching.coach(platform.database, platform.search_index, stored)


def test_after_an_edit_the_spread_before_is_shown(platform: Platform, session: Session, offers: None) -> None:
    need = make_need(session, **VAGUE)
    before = coach_now(platform, need)
    assert coach_now(platform, need).previous is None, "looking again is no change"
    edit(platform, need, **CLEAR)
    after = coach_now(platform, need)
    assert after.previous == pytest.approx(before.spread)
    assert after.spread > before.spread + 20, "saying more sharpens the ranking"
    assert coach_now(platform, need).previous == pytest.approx(before.spread)


def test_an_edit_that_changes_nothing_keeps_what_was_before(platform: Platform, session: Session, offers: None) -> None:
    need = make_need(session, **VAGUE)
    before = coach_now(platform, need)
    edit(platform, need, **CLEAR)
    coach_now(platform, need)
    edit(platform, need, contact_name="示例·王工")
    assert coach_now(platform, need).previous == pytest.approx(before.spread)


@pytest.mark.slow
def test_the_survey_tries_each_element_on_needs_that_say_it(platform: Platform, session: Session, offers: None) -> None:
    for number in range(coaching.LEAST_SURVEYED):
        make_need(session, title="偏磨问题", problem=f"42 MPa 下柱塞泵的滑靴偏磨，求类金刚石涂层。批次{number}")
        make_need(session, **VAGUE)
    platform.search_index.refresh()
    gains = coaching.survey(platform.search_index)
    assert set(gains) >= {Element.PRODUCT, Element.MATERIAL, Element.CONDITIONS}
    assert Element.BUDGET not in gains, "nobody says it"
    assert Element.EFFECT not in gains, "the title goes on saying it"
    product = gains[Element.PRODUCT]
    assert product.needs == coaching.LEAST_SURVEYED
    assert product.certain, "without 柱塞泵 the pump's offer stands out less"


@pytest.mark.parametrize(
    ("gain", "certain"),
    [
        (coaching.Gain(5.0, 2.0, 20), True),
        (coaching.Gain(5.0, 6.0, 20), False),
        (coaching.Gain(0.5, 0.1, 20), False),
        (coaching.Gain(-5.0, 1.0, 20), False),
    ],
)
def test_only_certain_gains_are_promised(gain: coaching.Gain, certain: bool) -> None:
    assert gain.certain is certain


def test_an_empty_platform_has_nothing_to_compare(platform: Platform, session: Session) -> None:
    assert coaching.survey(platform.search_index) == {}
    said = coaching.coach(platform.database, platform.search_index, make_need(session, **VAGUE))
    assert said.spread == 0.0
    assert all(advice.gain is None for advice in said.advice)


def test_a_survey_does_not_keep_a_corpus_alive(platform: Platform) -> None:
    search_index = SearchIndex(platform.database, platform.search_index.encoder)
    coaching.current_survey(search_index)
    kept = coaching._kept_surveys
    assert search_index in kept
    worker = kept[search_index]._working
    assert worker is not None
    worker.join()
    before = len(kept)
    del search_index
    assert len(kept) == before - 1
