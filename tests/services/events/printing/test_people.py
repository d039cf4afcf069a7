import pytest
from sqlalchemy.orm import Session

from matchmaker.domain.events.event import Event
from matchmaker.domain.vocabulary import Side
from matchmaker.services.events.participation.participants import participants_of
from matchmaker.services.events.printing import Sheet
from matchmaker.services.indexing.search_index import SearchIndex
from tests.services.events.printing.printed_city import printed, tabled

pytestmark = pytest.mark.slow


def test_badges_carry_the_code_and_the_address_that_checks_in(
    session: Session, search_index: SearchIndex, event: Event
) -> None:
    rows = tabled(session, search_index, event, Sheet.BADGES)["胸卡"][1:]
    delegates = {d.name: d.code for p in participants_of(session, event) for d in p.delegates}

    assert {(row[0], row[3]) for row in rows} == set(delegates.items())
    assert all(row[4] == f"https://fair.example/organizer/check-in/{row[3]}" for row in rows)
    text = "".join(printed(session, search_index, event, Sheet.BADGES))
    assert all(name in text and code in text for name, code in delegates.items())


def test_who_has_named_nobody_still_has_a_badge_and_a_line_to_sign(
    session: Session, search_index: SearchIndex, event: Event
) -> None:
    first = participants_of(session, event, Side.NEED)[0]
    first.delegates.clear()
    session.commit()

    assert first.code in "".join(printed(session, search_index, event, Sheet.BADGES))
    rows = tabled(session, search_index, event, Sheet.SIGN_IN)["签到表"][1:]
    assert (1, None, first.name, None, None) in rows
