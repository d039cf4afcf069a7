"""Sending what is stored: once each, again after growing pauses, and showing what finally failed.

A letter is taken by one conditional statement before it is handed over, so two workers never send the same one. A
letter whose worker died while handing it over may have arrived: unless the mailer can tell, it is not sent again by
itself but shown as failed.
"""

import logging
import threading
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from matchmaker.domain.base import now
from matchmaker.domain.errors import NotFound
from matchmaker.domain.job import Message, as_message, error_message
from matchmaker.domain.outgoing_mail import MailState, OutgoingMail
from matchmaker.i18n import N_
from matchmaker.services.database import Database, rows_changed
from matchmaker.services.jobs.process import is_known_dead, new_worker_name
from matchmaker.services.jobs.queue import TASKS, announce
from matchmaker.services.jobs.registry import RunningPlatform, periodic
from matchmaker.services.mailing.letters import DELIVERY
from matchmaker.services.mailing.mailer import DeliveryUncertain, MailError, ServerUnavailable, Undeliverable

_log = logging.getLogger(__name__)

PAUSES = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=25),
    timedelta(hours=2),
    timedelta(hours=12),
    timedelta(hours=24),
)
"""How long a letter waits after its first, second… attempt; after the last pause there is one more attempt."""

KEPT_DAYS = 30
"""So long it is known that a letter was sent."""

_LONGEST_SENDING = timedelta(minutes=10)
"""No attempt takes so long: whoever took the letter before that is dead."""


def _is_due(session: Session) -> bool:
    waiting = select(OutgoingMail.id).where(*_waiting()).limit(1)
    return session.scalar(waiting) is not None or bool(_abandoned(session))


@periodic(DELIVERY, is_due=_is_due)
def deliver_waiting(platform: RunningPlatform, stopping: threading.Event | None = None) -> int:
    """Send all letters that are due, oldest first; returns how many were sent.

    A server that is away is asked once: the other letters wait as if they had been tried.
    """
    database, mailer = platform.database, platform.mailer
    _take_back(database, repeatable=mailer.repeatable)
    with database.reading() as session:
        due = session.scalars(select(OutgoingMail.id).where(*_waiting()).order_by(OutgoingMail.id)).all()
    sent = 0
    for mail_id in due:
        if stopping is not None and stopping.is_set():
            break
        mail = _take(database, mail_id)
        if mail is None:
            continue
        try:
            mailer.send(mail.to, mail.subject, mail.text, key=mail.key)
        except ServerUnavailable as error:
            _postpone(database, mail, error_message(error))
            _postpone_others(database, error_message(error))
            break
        except (Undeliverable, DeliveryUncertain) as error:
            _settle(database, mail, state=MailState.FAILED, error=error_message(error))
        except MailError as error:
            _postpone(database, mail, error_message(error))
        except Exception as error:
            _log.exception("letter %s could not be sent", mail.id)
            _postpone(
                database, mail, as_message(N_("出错了：%(error)s"), error=f"{type(error).__name__}: {error}"[:300])
            )
        else:
            _settle(database, mail, state=MailState.SENT, sent_at=now(), text="", error=None)
            sent += 1
    return sent


def unsent_mail(session: Session, limit: int = 200) -> Sequence[OutgoingMail]:
    """Letters that failed, and those that were tried and wait for another attempt; the newest first."""
    tried = (OutgoingMail.state == MailState.WAITING) & (OutgoingMail.attempts > 0)
    return session.scalars(
        select(OutgoingMail)
        .where((OutgoingMail.state == MailState.FAILED) | tried)
        .order_by(OutgoingMail.state, OutgoingMail.id.desc())
        .limit(limit)
    ).all()


def count_failed(session: Session) -> int:
    """How many letters finally failed: for the organizers' navigation."""
    return session.scalar(select(func.count()).where(OutgoingMail.state == MailState.FAILED)) or 0


def send_again(session: Session, mail_id: int | None = None) -> int:
    """Try a letter that was not sent, or all of them, from the beginning; returns how many.

    Raises :class:`NotFound` if there is no such letter that failed or waits.
    """
    return _change_unsent(
        session,
        mail_id,
        update(OutgoingMail).values(state=MailState.WAITING, attempts=0, next_at=now(), error=None),
    )


def discard(session: Session, mail_id: int) -> None:
    """Give a letter up that was not sent. Raises :class:`NotFound` if there is no such letter that failed or waits."""
    _change_unsent(session, mail_id, delete(OutgoingMail))


@periodic("mail.forget", every=timedelta(hours=6))
def forget_sent(platform: RunningPlatform, _: threading.Event) -> None:
    """Delete letters that were sent long ago."""
    with platform.database.writing() as session:
        before = now() - timedelta(days=KEPT_DAYS)
        session.execute(delete(OutgoingMail).where(OutgoingMail.state == MailState.SENT, OutgoingMail.sent_at < before))
        session.commit()


def _change_unsent(session: Session, mail_id: int | None, change: Any) -> int:
    change = change.where(OutgoingMail.state.in_((MailState.FAILED, MailState.WAITING)))
    changed = rows_changed(session, change if mail_id is None else change.where(OutgoingMail.id == mail_id))
    if mail_id is not None and not changed:
        raise NotFound(N_("没有这封未发出的信"))
    announce(session, TASKS, DELIVERY)
    session.commit()
    session.expire_all()
    return changed


def _waiting() -> tuple[Any, ...]:
    return (OutgoingMail.state == MailState.WAITING, OutgoingMail.next_at <= now())


def _take(database: Database, mail_id: int) -> OutgoingMail | None:
    """The letter, now held by this attempt; ``None`` if somebody else has it."""
    with database.writing() as session:
        taken = rows_changed(
            session,
            update(OutgoingMail)
            .where(OutgoingMail.id == mail_id, *_waiting())
            .values(
                state=MailState.SENDING,
                worker=new_worker_name(),
                taken_at=now(),
                attempts=OutgoingMail.attempts + 1,
            ),
        )
        session.commit()
        return session.get(OutgoingMail, mail_id) if taken else None


def _settle(database: Database, mail: OutgoingMail, **values: Any) -> None:
    """Write down what became of a letter, if this attempt still holds it."""
    with database.writing() as session:
        held = (
            OutgoingMail.id == mail.id,
            OutgoingMail.state == MailState.SENDING,
            OutgoingMail.worker == mail.worker,
        )
        rows_changed(session, update(OutgoingMail).where(*held).values(worker="", **values))
        session.commit()


def _postpone(database: Database, mail: OutgoingMail, error: Message) -> None:
    _settle(database, mail, **_after_attempt(mail.attempts, error))


def _postpone_others(database: Database, error: Message) -> None:
    """Count the attempt that would have failed as well, for all letters that are due."""
    with database.writing() as session:
        for mail_id, attempts in session.execute(
            select(OutgoingMail.id, OutgoingMail.attempts).where(*_waiting())
        ).all():
            values = {"attempts": attempts + 1} | _after_attempt(attempts + 1, error)
            rows_changed(session, update(OutgoingMail).where(OutgoingMail.id == mail_id, *_waiting()).values(**values))
        session.commit()


def _after_attempt(attempts: int, error: Message) -> dict[str, Any]:
    if attempts > len(PAUSES):
        return {"state": MailState.FAILED, "error": error}
    return {"state": MailState.WAITING, "error": error, "next_at": now() + PAUSES[attempts - 1]}


def _abandoned(session: Session) -> Sequence[OutgoingMail]:
    """Letters that are being sent by nobody who lives."""
    sending = session.scalars(select(OutgoingMail).where(OutgoingMail.state == MailState.SENDING)).all()
    long_ago = now() - _LONGEST_SENDING
    return [mail for mail in sending if is_known_dead(mail.worker) or not mail.taken_at or mail.taken_at < long_ago]


def _take_back(database: Database, *, repeatable: bool) -> None:
    with database.reading() as session:
        abandoned = _abandoned(session)
    for mail in abandoned:
        if repeatable:
            _settle(database, mail, state=MailState.WAITING)
            continue
        error = as_message(N_("发送这封信时程序中断了：对方可能收到了，也可能没有"))
        _settle(database, mail, state=MailState.FAILED, error=error)
