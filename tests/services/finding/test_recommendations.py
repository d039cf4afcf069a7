"""Who could solve it, and whom to call."""

from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.domain.errors import NotFound
from matchmaker.domain.learning.feedback import DismissalCause
from matchmaker.domain.people import Team
from matchmaker.domain.postings.posting import Need, Offer
from matchmaker.domain.postings.visibility import Detail, detail_for
from matchmaker.domain.vocabulary import OrganizationKind, PostingStatus, Role, Side, Visibility
from matchmaker.services.demo.city import load_demo, store_vectors
from matchmaker.services.finding.recommendations import (
    PAGE_LENGTH,
    matches_for,
    published_teams,
    recommended_partners,
    search,
    seeker,
    similar_own,
)
from matchmaker.services.learning.feedback import Pair, dismiss
from matchmaker.services.platform import Platform
from matchmaker.services.posting.documents import document_of
from matchmaker.services.posting.postings import bump_revision
from tests.factories import make_need, make_offer, make_organization, make_user

BEARING_NEED = {
    "title": "高铁轴承滚道早期剥落",
    "problem": "轴箱轴承滚道早期剥落，油膜太薄，疲劳寿命达不到三百万公里。",
}
BEARING_OFFER = {
    "title": "轴箱轴承滚道疲劳寿命试验",
    "summary": "高铁轴承全尺寸台架，测油膜厚度，分析滚道早期剥落和疲劳寿命。",
}
PIG_OFFER = {"title": "仔猪断奶饲料", "summary": "低蛋白日粮，减少仔猪腹泻。"}


def test_the_fitting_offer_comes_first_and_is_explained(platform: Platform, session: Session) -> None:
    need = make_need(session, **BEARING_NEED)
    make_offer(session, **PIG_OFFER)
    offer = make_offer(session, **BEARING_OFFER)
    with platform.database.reading() as reading:
        best = matches_for(reading, platform.search_index, None, need)[0]
    assert best.posting.id == offer.id
    assert best.explanation is not None
    for pair in best.explanation.evidence:
        for span, posting in ((pair.need, need), (pair.offer, offer)):
            text = document_of(posting).section_text(span.section)
            assert text[span.start : span.start + len(span.text)] == span.text
    assert any(pair.need.highlights and pair.offer.highlights for pair in best.explanation.evidence)


def test_the_fitting_need_comes_first_for_an_offer(platform: Platform, session: Session) -> None:
    need = make_need(session, **BEARING_NEED)
    make_need(session, title="白羽鸡舍除臭", problem="鸡舍氨气浓，夏天邻居投诉。")
    offer = make_offer(session, **BEARING_OFFER)
    with platform.database.reading() as reading:
        assert matches_for(reading, platform.search_index, None, offer)[0].posting.id == need.id


def test_what_fits_nobody_gets_an_empty_list(platform: Platform, session: Session) -> None:
    make_offer(session, **PIG_OFFER)
    need = make_need(session, title="？？？")
    with platform.database.reading() as reading:
        assert matches_for(reading, platform.search_index, None, need) == []
        assert search(reading, platform.search_index, None, Side.OFFER, "☃ 😀") == []
        assert search(reading, platform.search_index, None, Side.OFFER, "  ") == []


def test_nobody_is_recommended_to_themselves(platform: Platform, session: Session) -> None:
    organization = make_organization(session)
    need = make_need(session, organization, **BEARING_NEED)
    make_offer(session, organization, **BEARING_OFFER)
    with platform.database.reading() as reading:
        assert matches_for(reading, platform.search_index, None, need) == []


def test_a_summary_is_ranked_but_never_quoted(platform: Platform, session: Session) -> None:
    need = make_need(session, **BEARING_NEED)
    make_offer(session, visibility=Visibility.SUMMARY, **BEARING_OFFER)
    with platform.database.reading() as reading:
        (match,) = matches_for(reading, platform.search_index, None, need)
    assert match.explanation is None


def test_needs_are_gathered_by_enterprise_each_once(platform: Platform, session: Session) -> None:
    researcher = make_user(session, Role.RESEARCHER)
    assert researcher.organization is not None
    make_offer(session, researcher.organization, **BEARING_OFFER)
    make_offer(session, researcher.organization, title="轴承油膜厚度测量", summary="光干涉法测轴承油膜厚度。")
    firm = make_organization(session)
    first = make_need(session, firm, **BEARING_NEED)
    second = make_need(session, firm, title="轴承油膜测不准", problem="轴承油膜厚度怎么测，寿命怎么估。")
    with platform.database.reading() as reading:
        (partner,) = recommended_partners(reading, platform.search_index, researcher, researcher.organization)
    assert partner.organization.id == firm.id
    assert {match.posting.id for _, match in partner.pairs} == {first.id, second.id}
    assert partner.fitting == len(partner.pairs) == 2
    assert partner.score == partner.pairs[0][1].score >= partner.pairs[1][1].score


def test_a_team_looks_for_partners_of_its_own(platform: Platform, session: Session) -> None:
    researcher = make_user(session, Role.RESEARCHER)
    organization = researcher.organization
    assert organization is not None
    bearings, pigs = (Team(organization=organization, name=name) for name in ("轴承团队", "畜牧团队"))
    session.add_all((bearings, pigs))
    make_offer(session, organization, team=bearings, **BEARING_OFFER)
    make_offer(session, organization, team=pigs, **PIG_OFFER)
    need = make_need(session, **BEARING_NEED)
    with platform.database.reading() as reading:
        assert [team.name for team in published_teams(reading, organization)] == ["畜牧团队", "轴承团队"]
        whole, of_team, of_other_team = (
            recommended_partners(reading, platform.search_index, researcher, organization, team)
            for team in (None, bearings, pigs)
        )
    (found,) = of_team
    assert found.organization.id == need.organization_id
    assert found.score == whole[0].score
    assert all(own.id != found.pairs[0][0].id for partner in of_other_team for own, _ in partner.pairs)


def test_offers_are_gathered_by_team(platform: Platform, session: Session) -> None:
    engineer = make_user(session)
    assert engineer.organization is not None
    make_need(session, engineer.organization, **BEARING_NEED)
    university = make_organization(session, OrganizationKind.UNIVERSITY)
    for name in ("甲团队", "乙团队"):
        team = Team(organization=university, name=name)
        session.add(team)
        make_offer(session, university, team=team, **BEARING_OFFER)
    with platform.database.reading() as reading:
        partners = recommended_partners(reading, platform.search_index, engineer, engineer.organization)
    assert {partner.team.name for partner in partners if partner.team} == {"甲团队", "乙团队"}


def test_only_organizers_look_on_behalf_of_others(session: Session) -> None:
    researcher, organizer = make_user(session, Role.RESEARCHER), make_user(session, Role.ORGANIZER)
    theirs = make_organization(session, OrganizationKind.UNIVERSITY)
    assert seeker(session, researcher, Side.OFFER) == researcher.organization
    assert seeker(session, organizer, Side.OFFER) is None
    assert seeker(session, organizer, Side.OFFER, theirs.id) == theirs
    assert seeker(session, organizer, Side.NEED, theirs.id) is None
    with pytest.raises(NotFound):
        seeker(session, researcher, Side.OFFER, theirs.id)
    with pytest.raises(NotFound):
        seeker(session, organizer, Side.OFFER, 10**6)


def test_possible_duplicates_are_ones_own(platform: Platform, session: Session) -> None:
    engineer = make_user(session)
    own = make_need(session, engineer.organization, **BEARING_NEED)
    make_need(session, title=BEARING_NEED["title"])
    gone = make_need(session, engineer.organization, title=BEARING_NEED["title"] + "！")
    gone.status = PostingStatus.WITHDRAWN
    bump_revision(session, gone)
    session.commit()
    with platform.database.reading() as reading:
        found = similar_own(reading, platform.search_index, engineer, Side.NEED, "高铁轴承滚道过早剥落")
        assert [posting.id for posting in found] == [own.id]
        assert similar_own(reading, platform.search_index, engineer, Side.NEED, "仔猪断奶饲料") == []
        assert similar_own(reading, platform.search_index, engineer, Side.NEED, "😀") == []
    assert platform.search_index.status().vectors == 0, "what is typed is not kept"


def test_near_identical_offers_take_one_place(platform: Platform, session: Session) -> None:
    need = make_need(session, **BEARING_NEED)
    copies = [make_offer(session, **BEARING_OFFER) for _ in range(3)]
    make_offer(session, visibility=Visibility.PRIVATE, **BEARING_OFFER)
    with platform.database.reading() as reading:
        (best,) = matches_for(reading, platform.search_index, None, need)
    assert best.posting.id == copies[0].id
    assert [posting.id for posting in best.similar] == [copy.id for copy in copies[1:]]


@pytest.mark.slow
def test_partners_who_want_it_too_come_first(platform: Platform, session: Session) -> None:
    engineer = make_user(session)
    assert engineer.organization is not None
    own = make_need(session, engineer.organization, **BEARING_NEED)
    # What the popular team offers fits twenty other firms better than ours; the other team has only us.
    popular = make_offer(session, title="高铁轴承滚道早期剥落分析", summary=BEARING_OFFER["summary"])
    faithful = make_offer(session, title="轴箱轴承滚道剥落与油膜", summary="轴箱轴承滚道剥落，油膜太薄怎么办。")
    search_index = platform.search_index
    search_index.refresh()
    first, second = search_index.matcher.match(document_of(own), 2)
    better, worse = (popular, faithful) if first.offer_id == popular.id else (faithful, popular)
    assert first.score - second.score < 25
    for number in range(PAGE_LENGTH):
        make_need(session, title=better.title, problem=better.summary + f"第{number}条线。")
    search_index.refresh()
    with platform.database.reading() as reading:
        partners = recommended_partners(reading, search_index, engineer, engineer.organization)
    assert [(partner.pairs[0][1].posting.id, partner.mutual) for partner in partners] == [
        (worse.id, True),
        (better.id, False),
    ]
    assert partners[0].score == partners[0].pairs[0][1].score


@pytest.mark.slow
def test_partners_stand_in_the_order_of_the_scores_that_are_shown(platform: Platform, session: Session) -> None:
    engineer = make_user(session)
    assert engineer.organization is not None
    own = make_need(session, engineer.organization, **BEARING_NEED)
    for number, title in enumerate(
        ("轴承滚道剥落", "轴箱轴承油膜", "轴承疲劳寿命", "高铁轴承滚道", "油膜厚度", "早期剥落")
    ):
        make_offer(session, title=title, summary=BEARING_OFFER["summary"][: 10 + 4 * number])
        make_need(session, title=f"{title}{number}", problem=f"{title}，第 {number} 条线。")
    with platform.database.reading() as reading:
        partners = recommended_partners(reading, platform.search_index, engineer, engineer.organization)
        listed = {match.posting.id: match.score for match in matches_for(reading, platform.search_index, engineer, own)}
    assert len(partners) >= 4
    assert partners == sorted(partners, key=lambda partner: (not partner.mutual, -partner.score))
    assert all(listed.get(match.posting.id, match.score) == match.score for p in partners for _, match in p.pairs)


def test_what_was_dismissed_is_no_reason_to_call(platform: Platform, session: Session) -> None:
    engineer = make_user(session)
    own = make_need(session, engineer.organization, **BEARING_NEED)
    offer = make_offer(session, **BEARING_OFFER)
    organization = own.organization
    with platform.database.reading() as reading:
        assert len(recommended_partners(reading, platform.search_index, engineer, organization)) == 1
    dismiss(session, engineer, Pair(own, offer), DismissalCause.SUPPLIED)
    with platform.database.reading() as reading:
        assert recommended_partners(reading, platform.search_index, engineer, organization) == []


@pytest.mark.slow
def test_every_quotation_of_a_thousand_matches_is_literal_and_may_be_seen(platform: Platform, session: Session) -> None:
    load_demo(session)
    store_vectors(platform.search_index.store, platform.search_index.encoder.name)
    offers = session.scalars(select(Offer).order_by(Offer.id)).all()
    for offer in offers[::7]:
        offer.visibility = Visibility.SUMMARY
    for offer in offers[3::11]:
        offer.visibility = Visibility.MEMBERS
    bump_revision(session, *offers)
    session.commit()
    platform.search_index.refresh()
    quotations = seen = 0
    with platform.database.reading() as reading:
        for own in (*reading.scalars(select(Need)), *reading.scalars(select(Offer))):
            for match in matches_for(reading, platform.search_index, None, own):
                seen += 1
                assert detail_for(None, match.posting, date.today()) == match.detail
                assert (match.explanation is not None) == (match.detail >= Detail.TEXT)
                for pair in match.explanation.evidence if match.explanation else ():
                    need, offer = (own, match.posting) if isinstance(own, Need) else (match.posting, own)
                    for span, posting in ((pair.need, need), (pair.offer, offer)):
                        text = document_of(posting).section_text(span.section)
                        assert text[span.start : span.start + len(span.text)] == span.text
                        assert span.text.strip()
                        quotations += 1
    assert seen >= 1000
    assert quotations >= 2000
