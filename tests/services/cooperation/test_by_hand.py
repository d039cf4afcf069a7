import pytest
from sqlalchemy.orm import Session

from matchmaker.domain.cooperation import Stage
from matchmaker.domain.errors import NotAllowed, ValidationErrors
from matchmaker.domain.vocabulary import OrganizationKind
from matchmaker.services.cooperation.by_hand import AlreadyBegun, begin_by_hand
from tests.factories import make_need, make_organization
from tests.services.cooperation.scene import Scene, cooperations
from tests.services.running_event import Fair


def test_an_organizer_writes_down_what_they_heard_of(session: Session, scene: Scene, fair: Fair) -> None:
    firm, university = make_organization(session), make_organization(session, OrganizationKind.UNIVERSITY)
    need = make_need(session, firm, code="N7")
    words = {
        "need_organization": f" {firm.name} ",
        "offer_organization": university.name,
        "need": "N7",
        "stage": "letter_of_intent",
        "event": str(fair.event.id),
        "note": "电话回访得知",
    }
    cooperation = begin_by_hand(session, scene.organizer, words)
    assert (cooperation.title, cooperation.need, cooperation.offer) == (need.title, need, None)
    assert (cooperation.stage, cooperation.event) == (Stage.LETTER_OF_INTENT, fair.event)
    assert cooperation.changes[0].note == "电话回访得知"
    with pytest.raises(AlreadyBegun) as refused:
        begin_by_hand(session, scene.organizer, words)
    assert refused.value.cooperation is cooperation
    with pytest.raises(NotAllowed):
        begin_by_hand(session, scene.engineer, words)


@pytest.mark.parametrize(
    ("words", "fields"),
    [
        ({}, {"need_organization", "offer_organization"}),
        ({"need_organization": "没有的厂", "offer_organization": "示例甲"}, {"need_organization"}),
        ({"need_organization": "示例甲", "offer_organization": "示例甲"}, {"offer_organization"}),
        ({"need_organization": "示例甲", "offer_organization": "示例乙"}, {"title"}),
        ({"need_organization": "示例甲", "offer_organization": "示例乙", "need": "X9"}, {"need", "title"}),
        ({"need_organization": "示例甲", "offer_organization": "示例乙", "title": "长" * 121}, {"title"}),
    ],
)
def test_what_is_wrong_is_said_of_each_field(
    session: Session, scene: Scene, words: dict[str, str], fields: set[str]
) -> None:
    make_organization(session, name="示例甲")
    make_organization(session, OrganizationKind.UNIVERSITY, name="示例乙")
    with pytest.raises(ValidationErrors) as refused:
        begin_by_hand(session, scene.organizer, words)
    assert {problem.field for problem in refused.value.problems} == fields
    assert len(cooperations(session)) == 1
