"""What is stored is sent once, tried again after growing pauses, and shown when it finally failed."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from matchmaker.domain.base import now
from matchmaker.domain.errors import NotFound
from matchmaker.domain.job import message_text
from matchmaker.domain.outgoing_mail import MailState, OutgoingMail
from matchmaker.services.jobs.process import new_worker_name
from matchmaker.services.jobs.worker import run_pending
from matchmaker.services.mailing import outbox
from matchmaker.services.mailing.letters import Letter, send
from matchmaker.services.mailing.mailer import DeliveryUncertain, MailError, Refused, ServerUnavailable, Undeliverable
from matchmaker.services.mailing.outbox import (
    PAUSES,
    count_failed,
    deliver_waiting,
    discard,
    forget_sent,
    send_again,
    unsent_mail,
)
from matchmaker.services.platform import Platform

GONE = "elsewhere/1/1/abc"


@dataclass
class Recorder:
    """A mailer that keeps what it was given, or raises what it is told to."""

    repeatable: bool = False
    sent: list[tuple[str, str]] = field(default_factory=list)
    error: Callable[[str], Exception | None] = lambda _: None
    tried: int = 0

    def send(self, to: str, subject: str, text: str, key: str = "") -> None:
        self.tried += 1
        if (error := self.error(to)) is not None:
            raise error
        self.sent.append((to, text))


@pytest.fixture
def mailer() -> Recorder:
    return Recorder()


@pytest.fixture
def posting(platform: Platform, mailer: Recorder) -> Platform:
    """The platform with that mailer."""
    return replace(platform, mailer=mailer)


def store(session: Session, count: int = 1) -> list[int]:
    send(session, [Letter(f"reader{number}@example.com", "标题", f"正文{number}") for number in range(count)])
    session.commit()
    return list(session.scalars(select(OutgoingMail.id).order_by(OutgoingMail.id)))


def stored(platform: Platform) -> list[OutgoingMail]:
    with platform.database.reading() as session:
        return list(session.scalars(select(OutgoingMail).order_by(OutgoingMail.id)))


def make_due(platform: Platform) -> None:
    with platform.database.writing() as session:
        session.execute(update(OutgoingMail).values(next_at=now() - timedelta(seconds=1)))
        session.commit()


def store_and_close(platform: Platform, count: int = 1) -> list[int]:
    with platform.database.writing() as session:
        return store(session, count)


def test_each_letter_is_sent_once_and_its_text_is_not_kept(posting: Platform, mailer: Recorder) -> None:
    store_and_close(posting, 3)
    assert deliver_waiting(posting) == 3
    assert deliver_waiting(posting) == 0
    assert mailer.sent == [(f"reader{number}@example.com", f"正文{number}") for number in range(3)]
    for mail in stored(posting):
        assert (mail.state, mail.text, mail.worker) == (MailState.SENT, "", "")
        assert mail.sent_at is not None


def test_many_workers_send_each_letter_once(posting: Platform, mailer: Recorder) -> None:
    store_and_close(posting, 20)
    threads = [threading.Thread(target=deliver_waiting, args=(posting,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(mailer.sent) == len(set(mailer.sent)) == 20


def test_a_server_that_is_away_is_asked_once_for_all(posting: Platform, mailer: Recorder) -> None:
    mailer.error = lambda _: ServerUnavailable("邮件服务器连不上：%(reason)s", reason="refused")
    store_and_close(posting, 5)
    assert deliver_waiting(posting) == 0
    assert mailer.tried == 1
    for mail in stored(posting):
        assert (mail.state, mail.attempts) == (MailState.WAITING, 1)
        assert timedelta(0) < mail.next_at - now() <= PAUSES[0]
        assert message_text(mail.error, "zh") == "邮件服务器连不上：refused"
    assert deliver_waiting(posting) == 0
    assert mailer.tried == 1, "nothing is due yet"
    mailer.error = lambda _: None
    make_due(posting)
    assert deliver_waiting(posting) == 5
    assert {mail.error for mail in stored(posting) if mail.error is not None} == set()


def test_pauses_grow_and_end(posting: Platform, mailer: Recorder) -> None:
    mailer.error = lambda _: Refused("邮件服务器暂时不收这封信：%(reason)s", reason="450 busy")
    store_and_close(posting)
    for pause in PAUSES:
        deliver_waiting(posting)
        (mail,) = stored(posting)
        assert pause - timedelta(minutes=1) < mail.next_at - now() <= pause
        make_due(posting)
    deliver_waiting(posting)
    (mail,) = stored(posting)
    assert (mail.state, mail.attempts) == (MailState.FAILED, len(PAUSES) + 1)
    assert mail.text == "正文0", "it can still be sent"
    assert list(PAUSES) == sorted(PAUSES)


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (Undeliverable("x"), MailState.FAILED),
        (DeliveryUncertain("x"), MailState.FAILED),
        (Refused("x"), MailState.WAITING),
        (ZeroDivisionError("x"), MailState.WAITING),
    ],
)
def test_one_bad_letter_stops_no_other(posting: Platform, mailer: Recorder, error: MailError, state: MailState) -> None:
    mailer.error = lambda to: error if to.startswith("reader1@") else None
    store_and_close(posting, 3)
    assert deliver_waiting(posting) == 2
    assert [mail.state for mail in stored(posting)] == [MailState.SENT, state, MailState.SENT]


def test_a_worker_that_stops_sends_no_more(posting: Platform, mailer: Recorder) -> None:
    store_and_close(posting, 3)
    stopping = threading.Event()
    stopping.set()
    assert deliver_waiting(posting, stopping) == 0
    assert {mail.state for mail in stored(posting)} == {MailState.WAITING}


@pytest.mark.parametrize(("repeatable", "state"), [(True, MailState.SENT), (False, MailState.FAILED)])
@pytest.mark.parametrize("minutes", [1, 11])
def test_a_letter_whose_worker_died_may_have_arrived(
    posting: Platform,
    mailer: Recorder,
    monkeypatch: pytest.MonkeyPatch,
    repeatable: bool,
    state: MailState,
    minutes: int,
) -> None:
    mailer.repeatable = repeatable
    store_and_close(posting)
    monkeypatch.setattr(outbox, "is_known_dead", lambda worker: worker == GONE and minutes == 1)
    with posting.database.writing() as session:
        taken = {"state": MailState.SENDING, "worker": GONE, "taken_at": now() - timedelta(minutes=minutes)}
        session.execute(update(OutgoingMail).values(taken))
        session.commit()
    run_pending(posting)
    (mail,) = stored(posting)
    assert mail.state is state
    assert len(mailer.sent) == (1 if repeatable else 0)
    if not repeatable:
        assert "可能收到了" in message_text(mail.error, "zh")


def test_a_letter_in_good_hands_is_left_alone(posting: Platform, mailer: Recorder) -> None:
    store_and_close(posting)
    with posting.database.writing() as session:
        taken = {"state": MailState.SENDING, "worker": new_worker_name(), "taken_at": now()}
        session.execute(update(OutgoingMail).values(taken))
        session.commit()
    run_pending(posting)
    assert mailer.sent == []
    assert stored(posting)[0].state is MailState.SENDING


def test_what_failed_is_shown_and_can_be_sent_or_given_up(posting: Platform, mailer: Recorder) -> None:
    mailer.error = lambda to: Undeliverable("x") if to < "reader3" else Refused("x") if to < "reader4" else None
    ids = store_and_close(posting, 5)
    deliver_waiting(posting)
    with posting.database.reading() as session:
        assert [mail.id for mail in unsent_mail(session)] == [ids[2], ids[1], ids[0], ids[3]]
        assert count_failed(session) == 3
    mailer.error = lambda _: None
    with posting.database.writing() as session:
        discard(session, ids[0])
        assert send_again(session, ids[1]) == 1
    deliver_waiting(posting)
    with posting.database.writing() as session:
        with pytest.raises(NotFound):
            send_again(session, ids[1])
        with pytest.raises(NotFound):
            discard(session, ids[4])
        assert send_again(session) == 2
    deliver_waiting(posting)
    assert [(mail.id, mail.state) for mail in stored(posting)] == [(number, MailState.SENT) for number in ids[1:]]
    with posting.database.reading() as session:
        assert not unsent_mail(session)


def test_what_was_sent_long_ago_is_forgotten(posting: Platform) -> None:
    ids = store_and_close(posting, 3)
    with posting.database.writing() as session:
        for mail_id, days in ((ids[0], 31), (ids[1], 29)):
            mail = session.get_one(OutgoingMail, mail_id)
            mail.state, mail.sent_at = MailState.SENT, now() - timedelta(days=days)
        session.commit()
    forget_sent(posting, threading.Event())
    assert [mail.id for mail in stored(posting)] == ids[1:]
