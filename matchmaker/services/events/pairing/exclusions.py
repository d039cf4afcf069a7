"""Pairs that never meet: of the same organization, of the same group, or because either blocked the other.

Nobody is told which of the three it is. Organizers learn that a pair cannot be matched; participants do not even learn
that: such a partner is missing from what they are offered, like a partner that does not fit.
"""

import unicodedata
from collections import defaultdict
from collections.abc import Collection, Mapping

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from matchmaker.domain.block import Block
from matchmaker.domain.errors import Conflict
from matchmaker.domain.events.event import Event, Participant
from matchmaker.domain.events.pair import PairKey
from matchmaker.domain.people import Organization
from matchmaker.domain.vocabulary import Side
from matchmaker.i18n import N_


def excluded_pairs(session: Session, event: Event) -> frozenset[PairKey]:
    """The event's pairs of participants that never meet, whatever the participants' status."""
    by_organization: dict[Side, defaultdict[int, list[int]]] = {side: defaultdict(list) for side in Side}
    rows = session.execute(
        select(Participant.id, Participant.side, Participant.organization_id).where(Participant.event_id == event.id)
    )
    for participant_id, side, organization_id in rows:
        by_organization[side][organization_id].append(participant_id)
    needs, offers = by_organization[Side.NEED], by_organization[Side.OFFER]
    apart = _excluded_organizations(session, {*needs, *offers})
    return frozenset(
        (need_side, offer_side)
        for organization_id, need_sides in needs.items()
        for other_id in apart[organization_id] & offers.keys()
        for need_side in need_sides
        for offer_side in offers[other_id]
    )


def excluded_organizations(session: Session, organization: Organization) -> set[int]:
    """Ids of the organizations that the organization never meets at any event, itself among them."""
    group = group_key(organization.group_name)
    members = session.execute(select(Organization.id, Organization.group_name).where(Organization.group_name != ""))
    same_group = {organization_id for organization_id, name in members if group and group_key(name) == group}
    blocks = session.execute(
        select(Block.organization_id, Block.blocked_id).where(
            or_(Block.organization_id == organization.id, Block.blocked_id == organization.id)
        )
    )
    return {organization.id} | same_group | {party for pair in blocks for party in pair}


def check_may_meet(session: Session, event: Event, pair: PairKey) -> None:
    """Raise :class:`Conflict` for an organizer who wants to bring together a pair that never meets."""
    if pair in excluded_pairs(session, event):
        raise Conflict(N_("这一对不能配对：同一单位、同一集团，或有一方不愿相见"))


def group_key(name: str) -> str:
    """A group's name without what people vary: width and case of letters, blanks."""
    return "".join(unicodedata.normalize("NFKC", name).split()).casefold()


def _excluded_organizations(session: Session, organization_ids: Collection[int]) -> Mapping[int, set[int]]:
    """For each of the organizations, which of them it never meets."""
    apart = defaultdict(set, {organization_id: {organization_id} for organization_id in organization_ids})
    groups: defaultdict[str, set[int]] = defaultdict(set)
    named = session.execute(select(Organization.id, Organization.group_name).where(Organization.group_name != ""))
    for organization_id, name in named:
        if organization_id in apart:
            groups[group_key(name)].add(organization_id)
    for group in groups.values():
        for organization_id in group:
            apart[organization_id] |= group
    for blocking, blocked in session.execute(select(Block.organization_id, Block.blocked_id)):
        apart[blocking].add(blocked)
        apart[blocked].add(blocking)
    return apart
