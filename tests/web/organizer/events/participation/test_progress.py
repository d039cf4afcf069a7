from io import BytesIO

from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy.orm import Session

from matchmaker.domain.people import User
from matchmaker.domain.vocabulary import ParticipantStatus
from matchmaker.services.platform import Platform
from tests.factories import make_user
from tests.fairs import letters, make_fair, make_participant

STATUS = ParticipantStatus


def test_progress_is_filtered_exported_and_reminded_of(
    client: FlaskClient, session: Session, platform: Platform, organizer: User
) -> None:
    event, member = make_fair(session), make_user(session)
    participant = make_participant(session, event, organization=member.organization)
    invited = make_participant(session, event, status=STATUS.INVITED)
    address = f"/organizer/events/{event.id}/progress"
    assert participant.name in client.get(address).text
    assert participant.name not in client.get(f"{address}?step=answer").text
    assert invited.name in client.get(f"{address}?step=answer&side=need&order=name").text
    assert client.get(f"{address}?step=x&side=y&order=z&status=q").status_code == 200

    file = client.get(f"{address}?status=confirmed&format=xlsx")
    rows = list(load_workbook(BytesIO(file.data)).active.iter_rows(values_only=True))
    assert [row[0] for row in rows] == ["参会方", participant.name]

    client.post(f"{address}?status=confirmed", data={"all": "yes"})
    assert "已提醒 1 个参会方" in client.get(address).text
    client.post(address, data={"chosen": str(participant.id)})
    assert "刚刚提醒过" in client.get(address).text
    session.commit()
    assert [to for to, _, _ in letters(platform)] == [member.email]
