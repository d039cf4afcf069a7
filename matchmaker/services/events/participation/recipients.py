"""Who reads the letters to a participant."""

from collections import defaultdict
from collections.abc import Callable, Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.domain.events.event import Delegate, Participant
from matchmaker.domain.people import Membership, User
from matchmaker.domain.vocabulary import MembershipStatus
from matchmaker.services.mailing.letters import Recipient
from matchmaker.services.organizations.members import active_users, organizing_users

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


def people_of(session: Session, participants: Collection[Participant]) -> dict[int, list[User]]:
    """Who acts for each participant, by its id: members of its organization, and its delegates with an account."""
    members: defaultdict[int, list[User]] = defaultdict(list)
    for organization_id, user in session.execute(
        select(Membership.organization_id, User)
        .join(Membership.user)
        .where(
            Membership.organization_id.in_({p.organization_id for p in participants}),
            Membership.status == MembershipStatus.ACTIVE,
            User.active,
        )
        .order_by(User.id)
    ):
        members[organization_id].append(user)
    delegates: defaultdict[int, list[User]] = defaultdict(list)
    for participant_id, user in session.execute(
        select(Delegate.participant_id, User)
        .join(Delegate.user)
        .where(Delegate.participant_id.in_({p.id for p in participants}), User.active)
        .order_by(User.id)
    ):
        delegates[participant_id].append(user)
    return {p.id: list(dict.fromkeys((*members[p.organization_id], *delegates[p.id]))) for p in participants}


def people_or_organizers(session: Session, participants: Collection[Participant]) -> dict[int, list[User]]:
    """Who acts for each participant, by its id; the organizers where nobody does, to pass it on."""
    people = people_of(session, participants)
    if all(people.values()):
        return people
    organizers = list(organizing_users(session))
    return {participant_id: readers or organizers for participant_id, readers in people.items()}
