"""Organizations and the people who act for them: joining, saying yes or no, handing over, leaving.

An organization without an owner who could answer (imported, or its owner's account is shut) is the organizers' to
decide: the first person they accept owns it.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from matchmaker.domain.errors import Conflict, InvalidInput, NotAllowed, NotFound
from matchmaker.domain.people import Membership, Organization, User
from matchmaker.domain.postings.fields import ORGANIZATION_FIELDS, letters_in, one_line
from matchmaker.domain.postings.posting import Need, Offer
from matchmaker.domain.vocabulary import MembershipStatus, OrganizationKind, Role
from matchmaker.i18n import N_
from matchmaker.services.activity import log
from matchmaker.services.mailing.letters import Recipient, letter, send
from matchmaker.services.posting.postings import bump_revision
from matchmaker.services.posting.values import REFERENCE_COLUMNS

EDITABLE_FIELDS = tuple(field for field in ORGANIZATION_FIELDS if field.name != "name")
"""What an owner may change of the organization. Its name is how others find it, so that stays."""


def known_names(session: Session) -> Sequence[str]:
    """Names of all organizations, for a person to find theirs."""
    return session.scalars(select(Organization.name).order_by(Organization.name)).all()


@contextmanager
def all_or_nothing(session: Session) -> Iterator[None]:
    """A block that inserts people and organizations; what fails in it leaves nothing behind.

    Raises :class:`InvalidInput` when another took the address or the organization's name in the same moment.
    """
    try:
        yield
        session.flush()
    except IntegrityError as error:
        session.rollback()
        raise InvalidInput(N_("这个邮箱或单位刚刚被别人注册，请再试一次")) from error
    except InvalidInput:
        session.rollback()
        raise


def join_organization(session: Session, user: User, name: str, kind: OrganizationKind | None) -> Membership:
    """Found the organization of that name with the user as its owner, or ask to join it if it is known.

    Part of the caller's transaction. Raises :class:`InvalidInput` with the field to mend; ``kind`` is needed to found.
    """
    cleaned = one_line(name)
    if letters_in(cleaned) < 2:
        raise InvalidInput(N_("请填写单位全称"), field="organization")
    if len(cleaned) > 120:
        raise InvalidInput(N_("单位名称最多 %(limit)d 字"), field="organization", limit=120)
    organization = session.scalar(select(Organization).where(Organization.name == cleaned))
    founded = organization is None
    if organization is None:
        if kind is None:
            raise InvalidInput(N_("平台上还没有这个单位，请选择单位类型"), field="organization_kind")
        organization = Organization(name=cleaned, kind=kind)
        session.add(organization)
    status = MembershipStatus.ACTIVE if founded else MembershipStatus.PENDING
    user.membership = Membership(organization=organization, status=status, owner=founded)
    return user.membership


def join(session: Session, user: User, name: str, kind: OrganizationKind | None) -> Membership:
    """A person without an organization founds one or asks to join one, instead of what they asked before."""
    if user.organization is not None:
        raise Conflict(N_("您已经是“%(name)s”的成员，请先退出"), name=user.organization.name)
    with all_or_nothing(session):
        if user.membership is not None:
            session.delete(user.membership)
            session.flush()
            session.expire(user, ["membership"])
        membership = join_organization(session, user, name, kind)
    log(session, user, "membership", membership.id, membership.status.value)
    tell_owners(session, membership)
    session.commit()
    return membership


def owners_of(organization: Organization) -> list[User]:
    """The people who can answer for the organization; empty when the organizers must."""
    return [
        membership.user
        for membership in organization.memberships
        if membership.owner and membership.status is MembershipStatus.ACTIVE and membership.user.active
    ]


def members_of(session: Session, organization: Organization) -> Sequence[Membership]:
    """The organization's members, the owner first."""
    return session.scalars(
        _memberships(organization, MembershipStatus.ACTIVE).order_by(Membership.owner.desc(), Membership.id)
    ).all()


def active_users(session: Session, organization: Organization) -> Sequence[User]:
    """People who act for the organization and can log in."""
    return session.scalars(
        select(User)
        .join(User.membership)
        .where(
            Membership.organization_id == organization.id,
            Membership.status == MembershipStatus.ACTIVE,
            User.active,
        )
        .order_by(User.id)
    ).all()


def organizing_users(session: Session) -> Sequence[User]:
    """The organizers, who get what nobody else could read, to pass it on."""
    return session.scalars(
        select(User).where(User.role.in_((Role.ORGANIZER, Role.ADMIN)), User.active).order_by(User.id)
    ).all()


def pending_members(session: Session, owner: User) -> Sequence[Membership]:
    """People who ask to join the owner's organization; empty for anyone who owns none."""
    organization = owner.organization
    if organization is None or not owner.owns_organization:
        return []
    return session.scalars(_memberships(organization, MembershipStatus.PENDING).order_by(Membership.id)).all()


def ownerless_organizations(session: Session) -> Sequence[Organization]:
    """Organizations with people but no owner who could answer: these are the organizers' to decide."""
    people = select(Membership).join(User).where(Membership.organization_id == Organization.id, User.active)
    owners = people.where(Membership.owner, Membership.status == MembershipStatus.ACTIVE)
    concerned = people.where(Membership.status != MembershipStatus.REFUSED)
    return session.scalars(
        select(Organization).where(concerned.exists(), ~owners.exists()).order_by(Organization.name)
    ).all()


def decide_membership(session: Session, decider: User, membership_id: int, accept: bool) -> Membership:
    """Say yes or no to a person who wants to join, and tell them by mail.

    The owner decides; an organizer does where there is none, and whom they accept becomes the owner.
    """
    membership = session.get(Membership, membership_id)
    if membership is None or not _decides(decider, membership.organization):
        raise NotFound(N_("没有这条申请"))
    if membership.status is not MembershipStatus.PENDING:
        raise Conflict(N_("这条申请已经处理过了"))
    membership.status = MembershipStatus.ACTIVE if accept else MembershipStatus.REFUSED
    log(session, decider, "membership", membership.id, membership.status.value)
    if accept and not owners_of(membership.organization):
        _make_owner(session, decider, membership)
    _tell_decision(session, membership)
    session.commit()
    return membership


def transfer_ownership(session: Session, decider: User, membership_id: int) -> Membership:
    """Hand the organization to another of its members: by its owner, or by an organizer where there is none."""
    membership = session.get(Membership, membership_id)
    if membership is None or not _decides(decider, membership.organization):
        raise NotFound(N_("没有这位成员"))
    if membership.status is not MembershipStatus.ACTIVE or not membership.user.active:
        raise NotAllowed(N_("只能转交给已加入、账号未停用的成员"))
    _make_owner(session, decider, membership)
    session.commit()
    return membership


def end_membership(session: Session, person: User, membership_id: int) -> User:
    """A person leaves (or takes an application back), or the owner takes a member out; returns who left.

    What they posted stays. An owner must hand over first, so that no organization loses its owner by accident.
    """
    membership = session.get(Membership, membership_id)
    if membership is None or not (membership.user_id == person.id or _owns(person, membership.organization)):
        raise NotFound(N_("没有这位成员"))
    if membership.owner:
        raise NotAllowed(N_("负责人不能直接退出，请先把单位转交给另一位成员"))
    leaver = membership.user
    log(session, person, "organization", membership.organization_id, "member left", leaver.name)
    session.delete(membership)
    session.commit()
    return leaver


def update_organization(session: Session, owner: User, values: Mapping[str, Any]) -> Organization:
    """The owner changes the organization's own data; ``values`` by the names of :data:`EDITABLE_FIELDS`.

    Its postings are matched anew, for where a firm is and what it is counts in a match.
    """
    organization = owner.organization
    if organization is None or not owner.owns_organization:
        raise NotAllowed(N_("只有单位负责人可以修改单位资料"))
    changed = []
    for field in EDITABLE_FIELDS:
        column = REFERENCE_COLUMNS.get(field.name, field.name)
        if field.name in values and getattr(organization, column) != values[field.name]:
            setattr(organization, column, values[field.name])
            changed.append(field.name)
    if changed:
        for model in (Need, Offer):
            bump_revision(session, *session.scalars(select(model).where(model.organization_id == organization.id)))
        log(session, owner, "organization", organization.id, "edited", ", ".join(changed))
    session.commit()
    return organization


def values_of_organization(organization: Organization) -> dict[str, Any]:
    """The organization's data by field name, as :func:`update_organization` takes them."""
    return {
        field.name: getattr(organization, REFERENCE_COLUMNS.get(field.name, field.name)) for field in EDITABLE_FIELDS
    }


def tell_owners(session: Session, membership: Membership) -> None:
    """Tell the owners by mail that someone asks to join."""
    if membership.status is not MembershipStatus.PENDING:
        return
    send(
        session,
        [
            letter(
                Recipient.of(owner),
                N_("有人申请加入您的单位"),
                N_(
                    "%(reader)s，您好：\n\n%(name)s（%(email)s）申请加入“%(organization)s”。"
                    "请登录后在“单位与成员”页同意或拒绝。"
                ),
                name=membership.user.name,
                email=membership.user.email,
                organization=membership.organization.name,
            )
            for owner in owners_of(membership.organization)
        ],
    )


def _tell_decision(session: Session, membership: Membership) -> None:
    accepted = membership.status is MembershipStatus.ACTIVE
    text = (
        N_("%(reader)s，您好：\n\n您已加入“%(organization)s”，现在可以发布信息、查看匹配。")
        if accepted
        else N_("%(reader)s，您好：\n\n“%(organization)s”没有同意您的加入申请。您可以登录后申请加入另一个单位。")
    )
    to = Recipient.of(membership.user)
    send(session, [letter(to, N_("加入单位的申请结果"), text, organization=membership.organization.name)])


def _memberships(organization: Organization, status: MembershipStatus) -> Select[Membership]:
    return select(Membership).where(Membership.organization_id == organization.id, Membership.status == status)


def _decides(person: User, organization: Organization) -> bool:
    return _owns(person, organization) or (person.organizes and not owners_of(organization))


def _owns(person: User, organization: Organization) -> bool:
    return person.owns_organization and person.organization_id == organization.id


def _make_owner(session: Session, decider: User, membership: Membership) -> None:
    for member in membership.organization.memberships:
        member.owner = member is membership
    log(session, decider, "membership", membership.id, "owner")
