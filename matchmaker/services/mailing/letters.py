"""Letters to a participant's people."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy.orm import Session

from matchmaker.domain.events.event import Participant
from matchmaker.i18n import translate
from matchmaker.services.mailing.mailer import Mailer
from matchmaker.services.organizations.members import active_users

AddressOf = Callable[[Participant], str]
"""Where the participant's people do what a letter asks of them; the web knows its own addresses."""


class Letter(NamedTuple):
    """One message, as a mailer takes it."""

    to: str
    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody to write to. ``member`` says that they can log in and act for the organization."""

    name: str
    email: str
    language: str
    member: bool


def readers_of(session: Session, participant: Participant) -> list[Reader]:
    """The participant's people who can be written to: members and delegates, each address once; or, where there is
    none, the contact of its organization. Empty where nobody left an address.
    """
    organization = participant.organization
    found = {
        user.email: Reader(user.name, user.email, user.language, True) for user in active_users(session, organization)
    }
    for delegate in participant.delegates:
        if delegate.email:
            found.setdefault(delegate.email, Reader(delegate.name, delegate.email, "zh", delegate.user_id is not None))
    if not found and organization.contact_email:
        name = organization.contact_name or organization.name
        found[organization.contact_email] = Reader(name, organization.contact_email, "zh", False)
    return list(found.values())


def letter(reader: Reader, subject: str, text: str, **params: object) -> Letter:
    """The message in the reader's language; ``subject`` and ``text`` are message ids."""
    return Letter(
        reader.email,
        translate(subject, reader.language, **params),
        translate(text, reader.language, reader=reader.name, **params),
    )


def send(mailer: Mailer, letters: Iterable[Letter]) -> None:
    """Call it after the commit: nobody should wait for mail, nor read of what was not kept."""
    for one in letters:
        mailer.send(one.to, one.subject, one.text)
