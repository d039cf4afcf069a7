import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.domain.base import now
from matchmaker.domain.cooperation import Cooperation, Stage
from matchmaker.domain.people import User
from matchmaker.services.cooperation.lists import own_cooperations

pytestmark = pytest.mark.slow


def test_some_of_its_meetings_led_to_something(met: int, session: Session) -> None:
    cooperations = list(session.scalars(select(Cooperation)))
    assert {one.stage for one in cooperations} >= {Stage.CONTACT, Stage.LETTER_OF_INTENT, Stage.CONTRACT, Stage.FAILED}
    for cooperation in cooperations:
        moments = [change.at for change in cooperation.changes]
        assert moments == sorted(moments)
        assert moments[-1] < now()
        assert (cooperation.meeting is None) is (cooperation.event is None)
    for email in ("enterprise@example.com", "researcher@example.com"):
        person = session.scalars(select(User).where(User.email == email)).one()
        assert own_cooperations(session, person)
