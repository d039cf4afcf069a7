"""What an organizer fills in."""

from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.domain.events.event import Participant

DAY = (date.today() + timedelta(days=20)).isoformat()

FORM = {
    "kind": "docking",
    "name": "示例对接会",
    "place": "会展中心",
    "organizer": "示例科技局",
    "description": "轴承与新材料专场",
    "sessions-0-day": DAY,
    "sessions-0-begins": "09:00",
    "sessions-0-ends": "11:00",
    "slot_minutes": "20",
    "table_count": "10",
    "default_max_meetings": "6",
}

FORM_WITH_ROOMS = {
    "kind": "docking",
    "name": "示例对接会",
    "place": "会展中心",
    "sessions-0-day": "2040-05-15",
    "sessions-0-begins": "09:00",
    "sessions-0-ends": "11:00",
    "slot_minutes": "20",
    "table_count": "10",
    "default_max_meetings": "6",
    "rooms-0-name": "一厅",
    "rooms-0-table_count": "12",
    "rooms-1-name": "二厅",
    "rooms-1-table_count": "8",
    "time_zone": "Asia/Urumqi",
    "compact": "y",
    "registration_open": "y",
    "registration_until": "2040-05-10T18:00",
    "requests_until": "2040-05-12T18:00",
    "request_hours": "48",
    "request_minutes_on_the_day": "10",
}


def sides(session: Session) -> tuple[Participant, Participant]:
    need_side, offer_side = session.scalars(select(Participant).order_by(Participant.id))
    session.commit()
    return need_side, offer_side
