import pytest
from sqlalchemy.orm import Session

from matchmaker.domain.base import now
from matchmaker.domain.events.event import Event
from matchmaker.domain.vocabulary import MeetingStatus, NextStep
from matchmaker.services.events.onsite.results import event_results
from matchmaker.services.events.plan.queries import meetings_of
from matchmaker.services.events.printing import Sheet
from matchmaker.services.indexing.search_index import SearchIndex
from tests.services.events.printing.printed_city import printed, tabled

pytestmark = pytest.mark.slow


def test_results_count_what_happened(session: Session, search_index: SearchIndex, planned: Event) -> None:
    held, missed, *_ = meetings_of(session, planned)
    held.status, held.need_rating, held.offer_rating = MeetingStatus.HELD, 5, 4
    held.need_next_step, held.offer_next_step = NextStep.VISIT, NextStep.NONE
    missed.status = MeetingStatus.NO_SHOW
    held.need_side.checked_in_at = now()
    session.commit()
    report = event_results(session, planned)

    assert (report.whole.held, report.whole.no_show, report.whole.follow_ups) == (1, 1, 1)
    assert report.whole.total == len(meetings_of(session, planned))
    assert (report.whole.held_share, report.whole.mean_rating) == (0.5, 4.5)
    assert (report.enterprises.arrived, report.enterprises.expected) == (1, 3)
    assert (report.enterprise_ratings, report.team_ratings) == ((0, 0, 0, 0, 1), (0, 0, 0, 1, 0))
    assert [(step.label, step.enterprises, step.teams) for step in report.steps if step.enterprises] == [
        ("互访考察", 1, 0)
    ]
    assert sum(tally.total for tally in report.by_industry) == report.whole.total
    assert sum(tally.held for tally in report.by_district) == 1
    text = "".join(printed(session, search_index, planned, Sheet.RESULTS))
    assert "50%" in text
    assert "互访考察" in text
    overview = tabled(session, search_index, planned, Sheet.RESULTS)["总览"]
    assert ("履约率", "50%") in overview
