"""Every sheet from the database, read back as people will read it."""

import re
from dataclasses import replace
from datetime import date, datetime, timedelta
from html import unescape
from io import BytesIO
from pathlib import Path
from urllib.parse import unquote
from zipfile import BadZipFile, ZipFile

import pytest
from icalendar import Calendar
from openpyxl import load_workbook
from pypdf import PdfReader
from sqlalchemy.orm import Session

from matchmaker.domain.base import now
from matchmaker.domain.errors import Conflict, InvalidInput, MatchmakerError, NotAllowed, NotFound
from matchmaker.domain.events.event import Delegate, Event, Meeting, Room
from matchmaker.domain.people import Team
from matchmaker.domain.postings.match_reason import Reason
from matchmaker.domain.postings.posting import Offer
from matchmaker.domain.vocabulary import (
    EventKind,
    MeetingStatus,
    NextStep,
    OrganizationKind,
    ParticipantStatus,
    PostingStatus,
    Role,
    Side,
    Visibility,
)
from matchmaker.matching.encoding.encoder import Encoder
from matchmaker.services.database import Database
from matchmaker.services.events.editing import EventValues, create_event, find_event
from matchmaker.services.events.expo.booth_recommendations import ExpoVisits, exhibits_by_industry
from matchmaker.services.events.onsite.results import event_results
from matchmaker.services.events.pairing.partnerships import exclude_pair, pin_pair
from matchmaker.services.events.participation.participants import (
    PartyFilter,
    add_participants,
    addable_parties,
    participants_of,
)
from matchmaker.services.events.plan.versions import record_version
from matchmaker.services.events.printing import (
    SHEETS,
    Format,
    PrintJob,
    PrintOptions,
    Sheet,
    event_header,
    missing_sheets,
    personal_calendar,
    print_calendars,
    print_sheet,
    start_job,
)
from matchmaker.services.events.printing import archive as archive_module
from matchmaker.services.events.printing.archive import event_archive, stream_archive
from matchmaker.services.events.printing.column_templates import (
    available_columns,
    columns_of,
    delete_template,
    list_templates,
    save_template,
)
from matchmaker.services.events.printing.files import file_name, unique_paths
from matchmaker.services.events.printing.sheets import SheetKind
from matchmaker.services.events.scheduling.match_list import build_match_list
from matchmaker.services.events.scheduling.match_list_state import meetings_of
from matchmaker.services.indexing.search_index import SearchIndex
from matchmaker.services.platform import Platform
from tests.factories import make_need, make_offer, make_organization, make_user

pytestmark = pytest.mark.slow

TOPICS = (
    ("高铁轴箱轴承接触疲劳寿命不足", "高速铁路轴承接触疲劳试验与寿命预测"),
    ("拖拉机动力换挡变速箱液压冲击", "动力换挡变速箱湿式离合器缓冲控制"),
    ("超级电容器电极材料比电容低", "高比电容活性炭电极材料制备"),
)
PHONE, EMAIL = "0379-0000-1234", "secret@example.com"


@pytest.fixture(scope="module")
def prepared_database(prepared_database: Path, encoder: Encoder, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with the three events below; tests work on copies."""
    path = tmp_path_factory.mktemp("fair") / "matchmaker.sqlite"
    path.write_bytes(prepared_database.read_bytes())
    database = Database(f"sqlite:///{path}")
    search_index = SearchIndex(database, encoder)
    with database.writing() as session:
        make_city(session)
        search_index.refresh()
        make_event(session, name="示例筹备会")
        make_expo(session)
        planned = make_event(session)
        build_match_list(session, search_index, planned)
        build_match_list(session, search_index, planned)  # tests compare the second version with the first
    database.engine.dispose()
    return path


@pytest.fixture
def search_index(platform: Platform) -> SearchIndex:
    platform.search_index.refresh()
    return platform.search_index


@pytest.fixture
def event(session: Session) -> Event:
    """Three enterprises and three teams, with delegates whose contacts nobody may read on paper; no plan yet."""
    return find_event(session, "示例筹备会")


@pytest.fixture
def planned(session: Session) -> Event:
    """The same with a schedule."""
    return find_event(session, "示例对接会")


@pytest.fixture
def expo(session: Session) -> Event:
    """An expo of two halls with all of them; the teams' booths are A10, A2 and, in the first hall, B1."""
    return find_event(session, "示例博览会")


def make_city(session: Session) -> None:
    university = make_organization(session, OrganizationKind.UNIVERSITY, name="示例理工大学")
    contact = {"contact_phone": PHONE, "contact_email": EMAIL}
    for number, (problem, answer) in enumerate(TOPICS, start=1):
        enterprise = make_organization(session, name=f"示例企业{number}号", **contact)
        make_need(session, enterprise, title=problem, problem=f"我厂{problem}，希望找到合作单位。", **contact)
        team = Team(organization=university, name=f"第{number}团队")
        make_offer(session, university, team=team, title=answer, summary=f"{answer}，已小试。", **contact)


def make_expo(session: Session) -> None:
    made = make_event(session, kind=EventKind.EXPO, name="示例博览会")
    made.rooms = [Room(name="牡丹馆", position=0), Room(name="科技馆", position=1)]
    places = (("A10", 1), ("A2", 1), ("B1", 0))
    for participant, (booth, hall) in zip(participants_of(session, made, Side.OFFER), places, strict=True):
        participant.booth, participant.room = booth, made.rooms[hall]
    session.commit()


def make_event(session: Session, **changed: object) -> Event:
    start = datetime.combine(date.today() + timedelta(days=30), datetime.min.time()).replace(hour=9)
    values = {
        "kind": EventKind.DOCKING,
        "name": "示例对接会",
        "place": "会展中心",
        "organizer": "示例科技局",
        "sessions": ((start, start + timedelta(hours=2)),),
        "table_count": 4,
    }
    event = create_event(session, None, EventValues(**(values | changed)))  # type: ignore[arg-type]
    for side in Side:
        keys = [party.key for party in addable_parties(session, event, side, PartyFilter())]
        add_participants(session, None, event, side, keys)
    for participant in participants_of(session, event):
        participant.delegates.append(
            Delegate(
                name=f"代表{participant.id}",
                title="总工程师",
                phone=PHONE,
                email=f"{participant.id}{EMAIL}",
                leads=True,
            )
        )
    session.commit()
    return event


def printed(session: Session, search_index: SearchIndex, event: Event, sheet: Sheet, **options: object) -> list[str]:
    """The pages of the PDF without white space."""
    chosen = PrintOptions(**options)  # type: ignore[arg-type]
    pdf = print_sheet(session, event, sheet, options=chosen, search_index=search_index, base_url="https://fair.example")
    return pages_of(pdf)


def tabled(
    session: Session, search_index: SearchIndex, event: Event, sheet: Sheet, **options: object
) -> dict[str, list[tuple[object, ...]]]:
    """The rows of each sheet of the workbook, headings first."""
    chosen = PrintOptions(**options)  # type: ignore[arg-type]
    xlsx = print_sheet(
        session, event, sheet, Format.XLSX, chosen, search_index=search_index, base_url="https://fair.example"
    )
    return {one.title: list(one.iter_rows(min_row=3, values_only=True)) for one in load_workbook(BytesIO(xlsx))}


def pages_of(pdf: bytes) -> list[str]:
    return ["".join(page.extract_text().split()) for page in PdfReader(BytesIO(pdf)).pages]


def first_meeting(session: Session, event: Event) -> Meeting:
    return meetings_of(session, event)[0]


# --- every sheet


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


def test_printing_tells_the_time_of_the_event_not_of_the_server(session: Session, event: Event) -> None:
    event.time_zone = "Asia/Urumqi"
    at = datetime.fromisoformat("2026-11-24T02:42:10+00:00")

    assert event_header(event, "zh", at).printed_at_text == "2026-11-24 08:42"


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


def test_a_schedule_says_when_where_with_whom_and_about_what(
    session: Session, search_index: SearchIndex, planned: Event
) -> None:
    pages = printed(session, search_index, planned, Sheet.SCHEDULES)
    assert len(pages) == 6
    for meeting in meetings_of(session, planned):
        for own, partner, topic in (
            (meeting.need_side, meeting.offer_side, meeting.offer),
            (meeting.offer_side, meeting.need_side, meeting.need),
        ):
            (page,) = [page for page in pages if f"代表{own.id}·" in page.replace("洽谈日程", "")[:200]]
            assert meeting.starts_at is not None
            assert topic is not None
            assert f"{meeting.starts_at:%H:%M}" in page
            assert topic.title in page
            assert f"代表{partner.id}" in page
    rows = tabled(session, search_index, planned, Sheet.SCHEDULES)["洽谈日程"][1:]
    assert len(rows) == 2 * len(meetings_of(session, planned))


def test_a_cancelled_meeting_is_on_no_schedule(session: Session, search_index: SearchIndex, planned: Event) -> None:
    meeting = first_meeting(session, planned)
    meeting.status = MeetingStatus.CANCELLED
    session.commit()
    rows = tabled(session, search_index, planned, Sheet.SCHEDULES)["洽谈日程"][1:]
    pairs = {(row[0], row[5]) for row in rows}

    assert meeting.offer_side.team is not None
    assert (meeting.need_side.organization.name, meeting.offer_side.team.name) not in pairs


def test_tables_have_cards_sheets_and_a_place_in_the_grid(
    session: Session, search_index: SearchIndex, planned: Event
) -> None:
    planned.rooms = [Room(name="牡丹厅", table_count=2), Room(name="科技厅", table_count=2, position=1)]
    session.commit()
    meetings = meetings_of(session, planned)
    cards, grid = (printed(session, search_index, planned, sheet) for sheet in (Sheet.TABLE_CARDS, Sheet.GRID))
    sheets = tabled(session, search_index, planned, Sheet.DAY_SHEETS)["桌日程"][1:]
    (grid_rows,) = tabled(session, search_index, planned, Sheet.GRID).values()

    assert len(cards) == 4
    assert "科技厅" in cards[3]
    assert len(sheets) == len(meetings)
    for meeting in meetings:
        assert meeting.table is not None
        assert meeting.starts_at is not None
        assert meeting.need_side.name in cards[meeting.table - 1]
        assert meeting.need_side.name in "".join(grid)
        column = 2 + planned.slots.index(meeting.starts_at)
        cell = grid_rows[meeting.table][column]
        assert cell == f"{meeting.need_side.name} — {meeting.offer_side.name}"


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


# --- what is kept back


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


# --- change slips


def move(session: Session, event: Event) -> Meeting:
    """Move the first meeting to a slot and a table that are free."""
    meeting = first_meeting(session, event)
    meeting.starts_at, meeting.table = event.slots[-1], 4
    record_version(session, None, event)
    session.commit()
    return meeting


def test_only_those_whose_schedule_changed_get_a_slip(
    session: Session, search_index: SearchIndex, planned: Event
) -> None:
    before = first_meeting(session, planned).starts_at
    meeting = move(session, planned)
    rows = tabled(session, search_index, planned, Sheet.CHANGE_SLIPS, against=2)["变更通知单"][1:]
    (page,) = printed(session, search_index, planned, Sheet.CHANGE_SLIPS, against=2)

    assert [row[0] for row in rows] == [meeting.need_side.name, meeting.offer_side.name]
    assert {row[2] for row in rows} == {"调整"}
    assert before is not None
    assert f"{before:%H:%M}" in str(rows[0][3])
    assert "10:40–11:00 4 号桌" in str(rows[0][4])
    assert "第2版→第3版" in page
    assert "2个参会方的日程有变更" in page
    others = {p.name for p in participants_of(session, planned)} - {meeting.need_side.name, meeting.offer_side.name}
    now_meeting = page.count("您现在的全部日程")
    assert now_meeting == 2
    assert not any(f"·示例对接会{name}" in page for name in others)


def test_added_and_cancelled_meetings_are_told_as_such(
    session: Session, search_index: SearchIndex, planned: Event
) -> None:
    meeting = first_meeting(session, planned)
    meeting.status = MeetingStatus.CANCELLED
    record_version(session, None, planned)
    session.commit()
    rows = tabled(session, search_index, planned, Sheet.CHANGE_SLIPS)["变更通知单"][1:]
    assert {(row[2], row[4]) for row in rows} == {("取消", None)}

    meeting.status = MeetingStatus.PLANNED
    record_version(session, None, planned)
    session.commit()
    rows = tabled(session, search_index, planned, Sheet.CHANGE_SLIPS)["变更通知单"][1:]
    assert {(row[2], row[3]) for row in rows} == {("新增", None)}
    assert "没有人的日程有变更" in "".join(printed(session, search_index, planned, Sheet.CHANGE_SLIPS, against=2))


def test_slips_compare_with_what_was_last_published(
    session: Session, search_index: SearchIndex, planned: Event
) -> None:
    planned.assignments[-1].published_at = now()
    meeting = move(session, planned)
    meeting.locked = True
    record_version(session, None, planned)
    session.commit()

    assert "第2版→第4版" in "".join(printed(session, search_index, planned, Sheet.CHANGE_SLIPS))
    assert "没有人的日程有变更" in "".join(printed(session, search_index, planned, Sheet.CHANGE_SLIPS, against=3))
    for wrong in (4, 77):
        with pytest.raises(NotFound, match=f"第 {wrong} 版"):
            printed(session, search_index, planned, Sheet.CHANGE_SLIPS, against=wrong)


# --- results


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


# --- calendars


def test_everybody_has_a_calendar_in_the_time_of_the_event(session: Session, planned: Event) -> None:
    planned.time_zone = "Asia/Urumqi"
    session.commit()
    archive = ZipFile(BytesIO(print_calendars(start_job(session, planned))))
    assert len(archive.namelist()) == len(
        {pair for m in meetings_of(session, planned) for pair in (m.need_side_id, m.offer_side_id)}
    )
    meeting = first_meeting(session, planned)
    name = f"{meeting.need_side.name} 代表{meeting.need_side_id}.ics"
    entries = Calendar.from_ical(archive.read(name)).walk("VEVENT")

    assert meeting.starts_at is not None
    starts = {entry.decoded("dtstart") for entry in entries}
    assert meeting.starts_at.replace(tzinfo=planned.zone) in starts
    own = Calendar.from_ical(personal_calendar(session, planned, meeting.need_side)).walk("VEVENT")
    assert {entry["uid"] for entry in own} == {entry["uid"] for entry in entries}
    assert PHONE not in archive.read(name).decode()


# --- templates


def test_chosen_columns_are_printed_in_their_order_in_both_formats(
    session: Session, search_index: SearchIndex, planned: Event
) -> None:
    save_template(session, None, "match-list", "领导版", ["team", "enterprise", "score"])
    save_template(session, None, "schedules", "大字版", ["time", "table", "partner"])
    save_template(session, None, "sign-in", "带职务", ["number", "job_title", "person", "signature"])

    lists = tabled(session, search_index, planned, Sheet.MATCH_LIST, template="领导版")
    assert [lists[name][0] for name in ("总表", "按企业", "按团队")] == [("科研团队", "企业", "匹配度")] * 3
    page = printed(session, search_index, planned, Sheet.MATCH_LIST, template="领导版")[0]
    assert "科研团队企业匹配度" in page
    assert TOPICS[0][0] not in page
    assert "时间桌号洽谈对象" in printed(session, search_index, planned, Sheet.SCHEDULES, template="大字版")[0]
    sign_in = tabled(session, search_index, planned, Sheet.SIGN_IN, template="带职务")["签到表"]
    first = participants_of(session, planned)[0]
    assert sign_in[1][1:3] == ("总工程师", first.delegates[0].name)
    assert "序号职务姓名签名" in printed(session, search_index, planned, Sheet.SIGN_IN, template="带职务")[0]


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("what", ["match-list", "schedules", "sign-in"])
def test_every_column_can_be_printed(
    session: Session, search_index: SearchIndex, planned: Event, what: str, language: str
) -> None:
    headings = available_columns(what, language)
    save_template(session, None, what, "全部", list(headings))
    rows = tabled(session, search_index, planned, Sheet(what), template="全部", language=language)
    text = "".join(printed(session, search_index, planned, Sheet(what), template="全部", language=language))

    assert next(iter(rows.values()))[0] == tuple(headings.values())
    assert all("".join(heading.split()) in text for heading in headings.values())


@pytest.mark.parametrize(
    ("name", "columns", "field"),
    [
        ("好", ["enterprise", "phone"], "columns"),
        ("好", ["enterprise", "enterprise"], "columns"),
        ("好", [], "columns"),
        ("  ", ["enterprise"], "name"),
        ("长" * 61, ["enterprise"], "name"),
    ],
)
def test_a_senseless_template_is_refused(session: Session, name: str, columns: list[str], field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        save_template(session, None, "match-list", name, columns)

    assert refused.value.field == field
    assert list_templates(session)["match-list"] == []


def test_templates_are_replaced_and_deleted_by_organizers_only(session: Session) -> None:
    organizer, stranger = make_user(session, Role.ORGANIZER), make_user(session)
    template = save_template(session, organizer, "sign-in", "简版", ["number"])
    save_template(session, organizer, "sign-in", " 简版 ", ["number", "person"])
    assert columns_of(session, "sign-in", "简版") == ("number", "person")

    for change in (
        lambda: save_template(session, stranger, "sign-in", "我的", ["number"]),
        lambda: delete_template(session, stranger, template.id),
    ):
        with pytest.raises(NotAllowed):
            change()
    delete_template(session, organizer, template.id)
    with pytest.raises(NotFound, match="简版"):
        columns_of(session, "sign-in", "简版")
    with pytest.raises(NotFound):
        save_template(session, organizer, "badges", "胸卡", ["number"])


def test_a_sheet_with_fixed_columns_takes_no_template(
    session: Session, search_index: SearchIndex, planned: Event
) -> None:
    with pytest.raises(InvalidInput, match="不能用模板"):
        printed(session, search_index, planned, Sheet.BADGES, template="简版")


# --- expo


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


# --- archive


def test_the_archive_has_everything_and_links_that_work(
    session: Session, search_index: SearchIndex, planned: Event
) -> None:
    archive = ZipFile(BytesIO(event_archive(session, search_index, planned)))
    names = [name for name in archive.namelist() if not name.endswith("/")]
    index = archive.read("index.html").decode()
    links = [unquote(link) for link in re.findall(r'href="([^"]+)"', index)]

    assert archive.testzip() is None
    assert sorted(links) == sorted(set(names) - {"index.html"}), "every file is linked, and every link is a file"
    assert not re.search(r"(?:src|href)=\"(?:https?:|//|/)", index)
    assert all(entry.flag_bits & 0x800 for entry in archive.infolist() if not entry.filename.isascii())
    for name in names:
        content = archive.read(name)
        match name.rpartition(".")[2]:
            case "pdf":
                assert PdfReader(BytesIO(content)).pages
            case "xlsx":
                assert load_workbook(BytesIO(content)).sheetnames
            case "ics":
                assert Calendar.from_ical(content).walk("VEVENT")
            case ending:
                assert ending == "html"
    assert {"04 匹配表/企业推荐单.pdf", "05 洽谈日程/洽谈日程.pdf", "09 洽谈总表/洽谈总表.xlsx"} <= set(names)
    assert "还没有洽谈结果" in unescape(index)


def test_the_archive_is_sent_while_it_is_made(
    session: Session, search_index: SearchIndex, planned: Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[Sheet] = []

    def noting(sheet: Sheet, kind: SheetKind) -> SheetKind:
        def print_it(job: PrintJob, form: Format) -> bytes:
            made.append(sheet)
            return kind.print_it(job, form)

        return replace(kind, print_it=print_it)

    monkeypatch.setattr(archive_module, "SHEETS", {sheet: noting(sheet, kind) for sheet, kind in SHEETS.items()})
    chunks = stream_archive(session, search_index, planned)
    assert next(chunks)
    assert made == [], "the download begins before the first sheet is set"
    first = next(chunks)
    assert made == [Sheet.PROGRAMME]
    assert len(first) > 1000
    assert len(list(chunks)) > len(Sheet)


def test_an_error_midway_leaves_no_archive_that_opens_and_is_logged(
    session: Session,
    search_index: SearchIndex,
    planned: Event,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def broken(job: PrintJob, form: Format) -> bytes:
        raise RuntimeError("the disk is full")

    kinds = dict(SHEETS) | {Sheet.BADGES: replace(SHEETS[Sheet.BADGES], print_it=broken)}
    monkeypatch.setattr(archive_module, "SHEETS", kinds)
    sent = bytearray()
    with pytest.raises(RuntimeError):  # noqa: PT012 - what was sent until then is looked at below
        for chunk in stream_archive(session, search_index, planned):
            sent += chunk
    assert len(sent) > 1000
    with pytest.raises(BadZipFile):
        ZipFile(BytesIO(sent))
    assert "broke off after 4 files" in caplog.text


def test_a_hostile_event_name_stays_text_in_the_index(
    session: Session, search_index: SearchIndex, event: Event
) -> None:
    event.name = '"><script>alert(1)</script>'
    session.commit()
    archive = ZipFile(BytesIO(event_archive(session, search_index, event, PrintOptions(language="en"))))

    assert "<script" not in archive.read("index.html").decode()
    assert any(name.endswith("Sign-in sheet.pdf") or "签到表" in name for name in archive.namelist())


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("甲/乙:丙*?", "甲-乙-丙--.pdf"),
        ("CON", "_CON.pdf"),
        ("com1.设备", "_com1.设备.pdf"),
        ("  .. ", "-.pdf"),
        ("e\u0301cole", "école.pdf"),
        ("长" * 300, "长" * 96 + ".pdf"),
    ],
)
def test_file_names_are_ones_that_every_system_takes(text: str, name: str) -> None:
    assert file_name(text, ".pdf") == name


def test_equal_names_are_numbered_whatever_their_case() -> None:
    paths = [path for path, _ in unique_paths([("a/甲.ics", b""), ("a/甲.ics", b""), ("A/甲.ICS", b"")])]

    assert paths == ["a/甲.ics", "a/甲 (2).ics", "A/甲 (3).ICS"]


def test_withdrawn_participants_are_on_no_sheet(session: Session, search_index: SearchIndex, event: Event) -> None:
    gone = participants_of(session, event, Side.NEED)[0]
    gone.status = ParticipantStatus.WITHDRAWN
    session.commit()

    assert gone.name not in "".join(printed(session, search_index, event, Sheet.SIGN_IN))
    assert gone.code not in "".join(printed(session, search_index, event, Sheet.BADGES))
