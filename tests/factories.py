"""Records for tests, made as the platform makes them: each call commits, so that other sessions see it."""

from itertools import count
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from matchmaker.domain.base import now
from matchmaker.domain.people import Membership, Organization, User
from matchmaker.domain.postings.posting import Need, Offer
from matchmaker.domain.vocabulary import MembershipStatus, OfferKind, OrganizationKind, PostingStatus, Role
from matchmaker.services.accounts.user_accounts import set_password
from matchmaker.services.posting.postings import bump_revision

PASSWORD = "correct horse"

_numbers = count(1)


def make_organization(
    session: Session, kind: OrganizationKind = OrganizationKind.ENTERPRISE, **values: Any
) -> Organization:
    """An organization with a name of its own."""
    organization = Organization(kind=kind, **({"name": f"示例单位{next(_numbers)}"} | values))
    session.add(organization)
    session.commit()
    return organization


def make_user(
    session: Session, role: Role = Role.ENTERPRISE, organization: Organization | None = None, *, owner: bool = True
) -> User:
    """A person with :data:`PASSWORD`; enterprise people and researchers get an organization when none is given."""
    number = next(_numbers)
    user = User(email=f"person{number}@example.com", name=f"示例·人{number}", role=role)
    if organization is None and role in (Role.ENTERPRISE, Role.RESEARCHER):
        kind = OrganizationKind.ENTERPRISE if role is Role.ENTERPRISE else OrganizationKind.UNIVERSITY
        organization = make_organization(session, kind)
    if organization is not None:
        user.membership = Membership(organization=organization, status=MembershipStatus.ACTIVE, owner=owner)
    session.add(user)
    session.flush()
    set_password(session, user, PASSWORD)
    return user


def make_need(session: Session, organization: Organization | None = None, **values: Any) -> Need:
    """A published need."""
    need = Need(organization=organization or make_organization(session), **(_published() | values))
    return _saved(session, need)


def make_offer(session: Session, organization: Organization | None = None, **values: Any) -> Offer:
    """A published outcome."""
    organization = organization or make_organization(session, OrganizationKind.UNIVERSITY)
    offer = Offer(organization=organization, **({"kind": OfferKind.OUTCOME} | _published() | values))
    return _saved(session, offer)


def login(client: FlaskClient, user: User) -> None:
    """Log the person in through the form."""
    response = client.post("/account/login", data={"email": user.email, "password": PASSWORD})
    assert response.status_code == 303, response.text


def _published() -> dict[str, Any]:
    return {"status": PostingStatus.PUBLISHED, "published_at": now(), "title": f"示例标题{next(_numbers)}"}


def _saved(session: Session, posting: Any) -> Any:
    session.add(posting)
    bump_revision(session, posting)
    session.commit()
    return posting
