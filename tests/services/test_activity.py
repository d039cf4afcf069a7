from sqlalchemy.orm import Session

from matchmaker.services.activity import history, log
from tests.factories import make_user


def test_the_log_of_a_record_is_read_oldest_first_and_has_nothing_of_others(session: Session) -> None:
    person = make_user(session)
    log(session, person, "need", 1, "submitted")
    log(session, None, "need", 2, "expired")
    log(session, None, "offer", 1, "expired")
    log(session, None, "need", 1, "published", "by itself")
    session.flush()
    lines = history(session, "need", 1)
    assert [(line.actor, line.action, line.detail) for line in lines] == [
        (person, "submitted", ""),
        (None, "published", "by itself"),
    ]


def test_a_long_detail_is_cut_to_its_column(session: Session) -> None:
    log(session, None, "need", 1, "changed", "长" * 2000)
    session.flush()
    assert history(session, "need", 1)[0].detail == "长" * 1000


def test_a_line_goes_with_the_change_it_tells_of(session: Session) -> None:
    log(session, None, "need", 1, "changed")
    session.flush()
    session.rollback()
    assert history(session, "need", 1) == []
