from datetime import date, datetime, timedelta
from io import BytesIO

from openpyxl import load_workbook
from pypdf import PdfReader
from sqlalchemy.orm import Session

from matchmaker.domain.events.event import Delegate, Event, Meeting, Room
from matchmaker.domain.people import Team
from matchmaker.domain.vocabulary import EventKind, OrganizationKind, Side
from matchmaker.services.events.editing import EventValues, create_event
from matchmaker.services.events.participation.participants import (
    PartyFilter,
    add_participants,
    addable_parties,
    participants_of,
)
from matchmaker.services.events.plan.queries import meetings_of
from matchmaker.services.events.printing import Format, PrintOptions, Sheet, print_sheet
from matchmaker.services.indexing.search_index import SearchIndex
from tests.factories import make_need, make_offer, make_organization

TOPICS = (
    ("高铁轴箱轴承接触疲劳寿命不足", "高速铁路轴承接触疲劳试验与寿命预测"),
    ("拖拉机动力换挡变速箱液压冲击", "动力换挡变速箱湿式离合器缓冲控制"),
    ("超级电容器电极材料比电容低", "高比电容活性炭电极材料制备"),
)


PHONE, EMAIL = "0379-0000-1234", "secret@example.com"


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
                is_lead=True,
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
