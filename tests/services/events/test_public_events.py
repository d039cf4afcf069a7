from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from matchmaker.domain.errors import NotFound
from matchmaker.domain.people import User
from matchmaker.domain.vocabulary import EventStatus
from matchmaker.services.events.public_events import coming_events, public_event, public_events
from tests.factories import make_user
from tests.fairs import at, make_fair


def test_what_is_in_preparation_is_for_organizers_only(session: Session, organizer: User) -> None:
    announced = make_fair(session)
    prepared = make_fair(session, name="筹备中", status=EventStatus.PREPARING)
    for viewer in (None, make_user(session)):
        assert public_events(session, viewer) == [announced]
        with pytest.raises(NotFound):
            public_event(session, viewer, prepared.id)
        assert public_event(session, viewer, announced.id) is announced
    assert set(public_events(session, organizer)) == {announced, prepared}
    assert public_event(session, organizer, prepared.id) is prepared


def test_the_latest_is_listed_first_and_of_the_coming_the_next(session: Session) -> None:
    early, late = make_fair(session), make_fair(session, name="后一场")
    for one in late.sessions:
        one.starts_at, one.ends_at = one.starts_at + timedelta(days=7), one.ends_at + timedelta(days=7)
    without_sessions = make_fair(session, name="未定")
    without_sessions.sessions = []
    session.commit()
    assert list(public_events(session, None)) == [late, early, without_sessions]
    assert coming_events(session, None, at(9)) == [early, late]
    assert coming_events(session, None, at(17)) == [early, late], "up to the end of its last session"
    assert coming_events(session, None, at(17, 1)) == [late]
