"""Who reads the letters to a participant."""

from collections.abc import Callable

from sqlalchemy.orm import Session

from matchmaker.domain.events.event import Participant
from matchmaker.services.mailing.letters import Recipient
from matchmaker.services.organizations.members import active_users

AddressOf = Callable[[Participant], str]
"""Where the participant's people do what a letter asks of them; the web knows its own addresses."""


def recipients_of(session: Session, participant: Participant) -> list[Recipient]:
    """The participant's people who can be written to: members and delegates, each address once; or, where there is
    none, the contact of its organization. Empty where nobody left an address.
    """
    organization = participant.organization
    found: dict[str, Recipient] = {}
    for user in active_users(session, organization):
        found[user.email] = Recipient(user.name, user.email, user.language, member=True)
    for delegate in participant.delegates:
        if delegate.email:
            has_account = delegate.user_id is not None
            found.setdefault(delegate.email, Recipient(delegate.name, delegate.email, "zh", member=has_account))
    if not found and organization.contact_email:
        name = organization.contact_name or organization.name
        found[organization.contact_email] = Recipient(name, organization.contact_email, "zh", member=False)
    return list(found.values())
