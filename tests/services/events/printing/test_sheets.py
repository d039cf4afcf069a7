"""Every sheet from the database, read back as people will read it."""

import re

import pytest
from sqlalchemy.orm import Session

from matchmaker.domain.errors import Conflict, MatchmakerError
from matchmaker.domain.events.event import Event, Meeting
from matchmaker.domain.postings.match_reason import Reason
from matchmaker.domain.vocabulary import (
    ParticipantStatus,
    PostingStatus,
    Side,
    Visibility,
)
from matchmaker.services.events.participation.participants import (
    participants_of,
)
from matchmaker.services.events.plan.queries import meetings_of
from matchmaker.services.events.printing import (
    Sheet,
    missing_sheets,
    print_sheet,
)
from matchmaker.services.indexing.search_index import SearchIndex
from tests.services.events.printing.printed_city import EMAIL, PHONE, first_meeting, printed, tabled

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("sheet", [sheet for sheet in Sheet if sheet not in (Sheet.CHANGE_SLIPS, Sheet.RESULTS)])
def test_every_sheet_names_event_page_version_and_nobodys_contact(
    session: Session, search_index: SearchIndex, planned: Event, sheet: Sheet, language: str
) -> None:
    for number, exhibitor in enumerate(participants_of(session, planned, Side.OFFER), start=1):
        exhibitor.booth = f"A{number}"
    pages = printed(session, search_index, planned, sheet, language=language)
    text = "".join(pages)
    rows = tabled(session, search_index, planned, sheet, language=language)

    assert "示例对接会" in text
    if sheet not in (Sheet.BADGES, Sheet.TABLE_CARDS):
        assert ("第1页/共" if language == "zh" else "Page1of") in text
    if sheet is not Sheet.BADGES:
        assert ("第2版20" if language == "zh" else "Version220") in text
    assert PHONE not in text
    assert EMAIL not in text
    assert PHONE not in str(rows)
    assert EMAIL not in str(rows)


def test_before_the_first_plan_no_version_is_printed(session: Session, search_index: SearchIndex, event: Event) -> None:
    assert "第0版" not in "".join(printed(session, search_index, event, Sheet.SIGN_IN))


def test_what_is_missing_is_told_for_each_sheet(session: Session, search_index: SearchIndex, event: Event) -> None:
    missing = missing_sheets(session, event)

    assert set(missing) == {
        Sheet.MATCH_LIST,
        Sheet.SCHEDULES,
        Sheet.CHANGE_SLIPS,
        Sheet.DAY_SHEETS,
        Sheet.GRID,
        Sheet.BOOTH_GUIDE,
        Sheet.VISITORS,
        Sheet.HALL_PLAN,
        Sheet.RESULTS,
    }
    for sheet, problem in missing.items():
        with pytest.raises(Conflict, match=re.escape(problem.text())):
            print_sheet(session, event, sheet, search_index=search_index)


def hide(session: Session, meeting: Meeting, visibility: Visibility) -> tuple[str, str]:
    """Make both postings of the meeting what they were not when the match list was built; their titles."""
    assert meeting.need is not None
    assert meeting.offer is not None
    meeting.need.visibility = meeting.offer.visibility = visibility
    meeting.reason = Reason(terms=("钪镱共掺配方",), facts=("budget", "industry"))
    session.commit()
    return meeting.need.title, meeting.offer.title


def everything(session: Session, search_index: SearchIndex, event: Event) -> dict[Sheet, str]:
    """The text of all sheets that can be printed, PDF and XLSX together; of the match list in all groupings."""
    texts = {}
    for sheet in Sheet:
        try:
            groupings = ("whole", "enterprise", "team") if sheet is Sheet.MATCH_LIST else ("whole",)
            pages = [page for one in groupings for page in printed(session, search_index, event, sheet, grouping=one)]
            texts[sheet] = "".join(pages) + str(tabled(session, search_index, event, sheet))
        except MatchmakerError:
            assert sheet in (Sheet.CHANGE_SLIPS, Sheet.RESULTS)
    return texts


def test_of_a_summary_only_posting_nothing_but_its_summary_is_printed(
    session: Session, search_index: SearchIndex, planned: Event
) -> None:
    participants_of(session, planned, Side.OFFER)[0].booth = "A1"
    titles = [
        title for meeting in meetings_of(session, planned) for title in hide(session, meeting, Visibility.SUMMARY)
    ]
    search_index.refresh()
    texts = everything(session, search_index, planned)

    assert all(title in texts[Sheet.SCHEDULES] for title in titles)
    for sheet, text in texts.items():
        assert "钪镱" not in text, sheet
        assert "预算与报价相合" not in text, sheet
        assert "已小试" not in text, sheet
        assert "希望找到合作单位" not in text, sheet


def test_of_a_private_posting_not_even_the_title_is_printed_for_others(
    session: Session, search_index: SearchIndex, planned: Event
) -> None:
    participants_of(session, planned, Side.OFFER)[0].booth = "A1"
    titles = [
        title for meeting in meetings_of(session, planned) for title in hide(session, meeting, Visibility.PRIVATE)
    ]
    search_index.refresh()
    own = {
        grouping: "".join(printed(session, search_index, planned, Sheet.MATCH_LIST, grouping=grouping))
        for grouping in ("enterprise", "team")
    }
    texts = everything(session, search_index, planned)
    del texts[Sheet.MATCH_LIST]

    assert titles[0] in own["enterprise"], "its own people know it"
    assert titles[1] not in own["enterprise"]
    assert titles[1] in own["team"]
    assert titles[0] not in own["team"]
    for text in (*texts.values(), str(tabled(session, search_index, planned, Sheet.MATCH_LIST))):
        assert not any(title in text for title in titles)
        assert "钪镱" not in text
        assert "同一产业领域" not in text
    assert "（议题不公开）" in texts[Sheet.SCHEDULES]


def test_a_withdrawn_posting_is_kept_back_and_an_expired_one_keeps_its_topic(
    session: Session, search_index: SearchIndex, planned: Event
) -> None:
    meeting = first_meeting(session, planned)
    assert meeting.need is not None
    assert meeting.offer is not None
    meeting.need.status, meeting.offer.status = PostingStatus.WITHDRAWN, PostingStatus.EXPIRED
    session.commit()
    texts = "".join(printed(session, search_index, planned, Sheet.DAY_SHEETS))

    assert meeting.need.title not in texts
    assert meeting.offer.title in texts


def test_withdrawn_participants_are_on_no_sheet(session: Session, search_index: SearchIndex, event: Event) -> None:
    gone = participants_of(session, event, Side.NEED)[0]
    gone.status = ParticipantStatus.WITHDRAWN
    session.commit()

    assert gone.name not in "".join(printed(session, search_index, event, Sheet.SIGN_IN))
    assert gone.code not in "".join(printed(session, search_index, event, Sheet.BADGES))
