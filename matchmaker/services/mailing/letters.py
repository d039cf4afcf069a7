"""Letters: what is written to whom, and handing them to a mailer."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from matchmaker.i18n import translate
from matchmaker.services.mailing.mailer import Mailer


class Letter(NamedTuple):
    """One message, as a mailer takes it."""

    to: str
    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody to write to. ``member`` says that they can log in and act for the organization."""

    name: str
    email: str
    language: str
    member: bool


def letter(recipient: Recipient, subject: str, text: str, **params: object) -> Letter:
    """The message in the reader's language; ``subject`` and ``text`` are message ids."""
    return Letter(
        recipient.email,
        translate(subject, recipient.language, **params),
        translate(text, recipient.language, reader=recipient.name, **params),
    )


def send(mailer: Mailer, letters: Iterable[Letter]) -> None:
    """Call it after the commit: nobody should wait for mail, nor read of what was not kept."""
    for one in letters:
        mailer.send(one.to, one.subject, one.text)
