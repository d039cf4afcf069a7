import pytest
from sqlalchemy.orm import Session

from matchmaker.domain.errors import Conflict, InvalidInput, NotAllowed, NotFound
from matchmaker.domain.vocabulary import MeetingStatus, Role, Side
from matchmaker.services.organizations import blocks
from tests.factories import make_organization, make_user
from tests.fairs import make_fair, make_meeting, make_participant


def test_a_list_belongs_to_its_organization(session: Session) -> None:
    person, stranger, organizer = make_user(session), make_user(session), make_user(session, Role.ORGANIZER)
    rival = make_organization(session, name="示例竞争对手")
    made = blocks.block(session, person, rival.id, "  老 对手 ")
    assert [(one.blocked.name, one.note) for one in blocks.blocks_of(session, person)] == [("示例竞争对手", "老 对手")]
    for other in (stranger, organizer):
        assert blocks.blocks_of(session, other) == []
        with pytest.raises(NotFound):
            blocks.unblock(session, other, made.id)
    assert blocks.unblock(session, person, made.id) == "示例竞争对手"
    assert blocks.blocks_of(session, person) == []


def test_what_cannot_be_listed_is_refused(session: Session) -> None:
    person, rival = make_user(session), make_organization(session)
    assert person.organization_id is not None
    with pytest.raises(InvalidInput):
        blocks.block(session, person, person.organization_id)
    with pytest.raises(InvalidInput):
        blocks.block(session, person, rival.id, "长" * 201)
    with pytest.raises(NotFound):
        blocks.block(session, person, 12345)
    with pytest.raises(NotAllowed):
        blocks.block(session, make_user(session, Role.BROKER), rival.id)
    blocks.block(session, person, rival.id)
    with pytest.raises(Conflict, match="已在不见名单里"):
        blocks.block(session, person, rival.id)


def test_a_search_finds_what_can_still_be_listed(session: Session) -> None:
    person = make_user(session, organization=make_organization(session, name="示例轴承一厂"))
    second, third = (make_organization(session, name=f"示例轴承{n}厂") for n in "二三")
    blocks.block(session, person, second.id)
    assert list(blocks.blockable(session, person, " 轴承 ")) == [third]
    assert list(blocks.blockable(session, person, "%")) == []
    assert list(blocks.blockable(session, person, " ")) == []


def test_planned_meetings_stand_so_that_the_blocked_does_not_notice(session: Session) -> None:
    event = make_fair(session)
    person = make_user(session)
    need_side = make_participant(session, event, Side.NEED, person.organization)
    offer_side = make_participant(session, event, Side.OFFER)
    meeting = make_meeting(session, need_side, offer_side)
    made = blocks.block(session, person, offer_side.organization_id)
    assert blocks.planned_with(session, made) == 1
    assert meeting.status is MeetingStatus.PLANNED
