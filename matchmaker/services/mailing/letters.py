"""Letters: what is written to whom. They are stored with what they tell of, and sent by a worker."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from matchmaker.domain.outgoing_mail import OutgoingMail
from matchmaker.domain.people import User
from matchmaker.i18n import translate
from matchmaker.services.jobs.queue import TASKS, announce

DELIVERY = "mail.deliver"
"""The periodic task that sends what waits."""


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody to write to. ``member`` says that they can log in and act for the organization."""

    name: str
    email: str
    language: str
    member: bool

    @classmethod
    def of(cls, user: User) -> Recipient:
        """The person behind an account."""
        return cls(user.name, user.email, user.language, member=True)


@dataclass(frozen=True, slots=True)
class Letter:
    """One message, in its reader's language."""

    to: str
    subject: str
    text: str


def letter(recipient: Recipient, subject: str, text: str, **params: object) -> Letter:
    """The message in the recipient's language. ``subject`` and ``text`` are message ids; ``%(reader)s`` is their
    name.
    """
    return Letter(
        recipient.email,
        translate(subject, recipient.language, **params),
        translate(text, recipient.language, reader=recipient.name, **params),
    )


def send(session: Session, letters: Iterable[Letter]) -> None:
    """Store the letters in the caller's transaction, who commits: they are sent after that, and not without it."""
    session.add_all(OutgoingMail(to=each.to, subject=each.subject[:500], text=each.text) for each in letters)
    announce(session, TASKS, DELIVERY)
