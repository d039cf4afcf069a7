"""Who is written to: people rather than offices, and each address once."""

from sqlalchemy.orm import Session

from matchmaker.domain.events.event import Delegate
from matchmaker.services.events.participation.recipients import recipients_of
from tests.factories import make_organization, make_user
from tests.fairs import make_fair, make_participant


def test_members_and_delegates_are_written_to_each_address_once(session: Session) -> None:
    member = make_user(session)
    participant = make_participant(session, make_fair(session), organization=member.organization)
    participant.delegates = [
        Delegate(name="示例·李工", email=member.email, user_id=member.id),
        Delegate(name="示例·王工", email="wang@example.com"),
        Delegate(name="示例·赵工"),
    ]
    session.commit()
    found = recipients_of(session, participant)
    assert [(one.email, one.name, one.member) for one in found] == [
        (member.email, member.name, True),
        ("wang@example.com", "示例·王工", False),
    ]


def test_a_shut_account_is_not_written_to(session: Session) -> None:
    member = make_user(session)
    participant = make_participant(session, make_fair(session), organization=member.organization)
    member.active = False
    session.commit()
    assert recipients_of(session, participant) == []


def test_the_organizations_contact_reads_what_nobody_else_can(session: Session) -> None:
    firm = make_organization(session, name="示例轴承厂", contact_email="office@example.com")
    participant = make_participant(session, make_fair(session), organization=firm)
    (office,) = recipients_of(session, participant)
    assert (office.name, office.email, office.member) == ("示例轴承厂", "office@example.com", False)
    firm.contact_name = "办公室"
    assert recipients_of(session, participant)[0].name == "办公室"
    participant.delegates.append(Delegate(name="示例·李工", email="li@example.com"))
    session.commit()
    assert [one.email for one in recipients_of(session, participant)] == ["li@example.com"]
