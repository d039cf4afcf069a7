from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader
from sqlalchemy.orm import Session

from matchmaker.domain.errors import Conflict
from matchmaker.domain.events.event import Event
from matchmaker.domain.vocabulary import Side, Visibility
from matchmaker.printing.sheets.match_list import Grouping
from matchmaker.services.events.participation.participants import add_participants, participants_of
from matchmaker.services.events.plan.queries import meetings_of
from matchmaker.services.events.printing import Format, PrintOptions, Sheet, print_sheet
from matchmaker.services.events.scheduling.match_list import build_match_list
from matchmaker.services.indexing.search_index import SearchIndex
from tests.factories import make_need, make_offer, make_organization
from tests.services.fairs import TOPICS, invite_all, make_event

pytestmark = pytest.mark.slow


@pytest.fixture(scope="session")
def prepared_database(migrated_database: Path) -> Path:
    return migrated_database


def text_of(pdf: bytes) -> str:
    return "".join("".join(page.extract_text().split()) for page in PdfReader(BytesIO(pdf)).pages)


@pytest.mark.parametrize("grouping", list(Grouping))
def test_the_printed_list_names_everybody_and_no_contact(
    session: Session, search_index: SearchIndex, fair: Event, grouping: Grouping
) -> None:
    for participant in participants_of(session, fair):
        participant.organization.contact_phone = "0379-0000-1234"
    session.commit()
    build_match_list(session, search_index, fair)
    text = text_of(print_sheet(session, fair, Sheet.MATCH_LIST, options=PrintOptions(grouping=grouping)))

    for need, offer in TOPICS:
        assert need in text
        assert offer in text
    assert "示例企业1号" in text
    assert "第3团队" in text
    assert "第1版" in text
    assert "0379-0000-1234" not in text


def test_the_workbook_can_be_read_back(session: Session, search_index: SearchIndex, fair: Event) -> None:
    make_silent = make_organization(session, name="示例沉默公司")
    add_participants(session, None, fair, Side.NEED, [(make_silent.id, None)])
    build_match_list(session, search_index, fair)
    workbook = load_workbook(BytesIO(print_sheet(session, fair, Sheet.MATCH_LIST, Format.XLSX)))

    rows = list(workbook["总表"].iter_rows(min_row=4, values_only=True))
    assert len(rows) == len(meetings_of(session, fair))
    assert {(row[1], row[2]) for row in rows} == {(f"示例企业{n}号", need) for n, (need, _) in enumerate(TOPICS, 1)}
    assert [row[0] for row in workbook["未配对"].iter_rows(min_row=4, values_only=True)] == ["示例沉默公司"]


def test_there_is_nothing_to_print_before_the_first_build(session: Session, fair: Event) -> None:
    with pytest.raises(Conflict, match="请先生成"):
        print_sheet(session, fair, Sheet.MATCH_LIST)


def test_reasons_say_nothing_of_a_text_that_is_kept_back(session: Session, search_index: SearchIndex) -> None:
    event = make_event(session)
    secret = "采用钪镱共掺的秘密配方提高硬度"
    make_need(session, title="铝合金强化", problem=f"我们想{secret}，现在卡在偏析。")
    make_offer(session, title="轻合金研究", summary=f"本团队{secret}，已小试。", visibility=Visibility.SUMMARY)
    invite_all(session, event)
    build_match_list(session, search_index, event)
    (meeting,) = meetings_of(session, event)

    assert not any("钪" in term or "秘密" in term for term in meeting.reason.terms)
    assert "秘密" not in text_of(print_sheet(session, event, Sheet.MATCH_LIST))
