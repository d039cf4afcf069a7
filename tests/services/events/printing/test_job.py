from datetime import datetime

import pytest
from sqlalchemy.orm import Session

from matchmaker.domain.events.event import Event
from matchmaker.services.events.printing import event_header

pytestmark = pytest.mark.slow


def test_printing_tells_the_time_of_the_event_not_of_the_server(session: Session, event: Event) -> None:
    event.time_zone = "Asia/Urumqi"
    at = datetime.fromisoformat("2026-11-24T02:42:10+00:00")

    assert event_header(event, "zh", at).printed_at_text == "2026-11-24 08:42"
