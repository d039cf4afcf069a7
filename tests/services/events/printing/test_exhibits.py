from datetime import date

import pytest
from sqlalchemy.orm import Session

from matchmaker.domain.events.event import Event
from matchmaker.domain.postings.posting import Offer
from matchmaker.domain.vocabulary import Side, Visibility
from matchmaker.services.events.expo.booth_recommendations import ExpoVisits, exhibits_by_industry
from matchmaker.services.events.pairing.partnerships import exclude_pair, pin_pair
from matchmaker.services.events.participation.participants import participants_of
from matchmaker.services.events.printing import Sheet
from matchmaker.services.indexing.search_index import SearchIndex
from tests.factories import make_user
from tests.services.events.printing.printed_city import TOPICS, printed, tabled

pytestmark = pytest.mark.slow


def test_a_booth_guide_ranks_and_then_walks_hall_by_hall(
    session: Session, search_index: SearchIndex, expo: Event
) -> None:
    visitors = participants_of(session, expo, Side.NEED)
    for exhibitor in participants_of(session, expo, Side.OFFER):
        pin_pair(session, None, expo, (visitors[0].id, exhibitor.id))
    pages = printed(session, search_index, expo, Sheet.BOOTH_GUIDE)
    assert len(pages) == 3
    walk = pages[0].split("参观路线")[1]
    positions = [walk.index(text) for text in ("牡丹馆", "B1", "科技馆", "A2", "A10")]
    assert positions == sorted(positions)

    guide = ExpoVisits(session, search_index, expo).booth_guides()[0]
    assert guide.visits[0].exhibitor.booth == "A10", "the best match comes first"
    rows = [
        row for row in tabled(session, search_index, expo, Sheet.BOOTH_GUIDE)["观展指南"] if row[0] == visitors[0].name
    ]
    assert {(row[3], row[4]) for row in rows} == {("B1", 1), ("A2", 2), ("A10", 3)}


def test_each_exhibitor_learns_whom_to_invite_and_exclusions_hold(
    session: Session, search_index: SearchIndex, expo: Event
) -> None:
    visitors, exhibitors = (participants_of(session, expo, side) for side in Side)
    assert "都谈到" in "".join(printed(session, search_index, expo, Sheet.VISITORS))
    exclude_pair(session, None, expo, (visitors[0].id, exhibitors[0].id), "竞争对手")
    rows = tabled(session, search_index, expo, Sheet.VISITORS)["邀约名单"][1:]
    pages = printed(session, search_index, expo, Sheet.VISITORS)

    assert (exhibitors[0].name, visitors[0].name) not in {(row[0], row[4]) for row in rows}
    assert (exhibitors[1].name, visitors[1].name) in {(row[0], row[4]) for row in rows}
    assert ["B1" in pages[0], "A2" in pages[1], "A10" in pages[2]] == [True, True, True], "from booth to booth"
    assert "竞争对手" not in "".join(pages)


def test_the_catalogue_shows_everybody_only_what_is_public(
    session: Session, search_index: SearchIndex, expo: Event
) -> None:
    offers = [session.get_one(Offer, number) for number in (1, 2, 3)]
    offers[1].visibility, offers[2].visibility = Visibility.SUMMARY, Visibility.MEMBERS
    session.commit()
    text = "".join(printed(session, search_index, expo, Sheet.CATALOGUE))
    rows = tabled(session, search_index, expo, Sheet.CATALOGUE)["展品目录"][1:]

    assert {row[4] for row in rows} == {TOPICS[0][1], TOPICS[1][1]}
    assert f"{TOPICS[0][1]}，已小试" in text
    assert f"{TOPICS[1][1]}，已小试" not in text
    assert TOPICS[2][1] not in text
    member = make_user(session)
    seen = exhibits_by_industry(session, expo, member, date.today())
    assert sum(len(section.exhibits) for section in seen) == 3
    found = exhibits_by_industry(session, expo, None, date.today(), "第2团队")
    assert [one.offer.title for section in found for one in section.exhibits] == [TOPICS[1][1]]
