from datetime import datetime

import pytest

from matchmaker.printing.event_header import EventHeader


@pytest.fixture
def event() -> EventHeader:
    return EventHeader(
        name="洛阳产学研对接会",
        place="洛阳国际会展中心三号厅",
        dates="十一月二十六日",
        organizer="洛阳市科学技术局",
        version=3,
        printed_at=datetime(2026, 11, 24, 10, 42),
    )
