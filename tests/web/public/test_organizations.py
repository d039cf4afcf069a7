from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from matchmaker.domain.people import Team
from matchmaker.domain.vocabulary import OrganizationKind
from tests.factories import make_offer, make_organization


def test_an_organization_shows_its_postings_and_teams(client: FlaskClient, session: Session) -> None:
    university = make_organization(session, OrganizationKind.UNIVERSITY, website="javascript:alert(1)")
    team = Team(organization=university, name="轴承团队", research_directions="接触疲劳")
    session.add(team)
    offer = make_offer(session, university, team=team)
    page = client.get(f"/organizations/{university.id}").text
    for shown in (university.name, offer.title, "轴承团队", "接触疲劳"):
        assert shown in page
    assert 'href="javascript' not in page
