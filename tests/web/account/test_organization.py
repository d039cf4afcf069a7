from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from matchmaker.domain.people import Organization, User
from matchmaker.domain.vocabulary import MembershipStatus, OrganizationKind
from matchmaker.services.jobs.worker import run_pending
from matchmaker.services.platform import Platform
from tests.factories import PASSWORD, login, make_organization, make_user


def letters(platform: Platform) -> list[str]:
    run_pending(platform)
    return [path.read_text("utf-8") for path in sorted((platform.settings.data / "mail").glob("*.eml"))]


def make_applicant(session: Session, organization: Organization) -> User:
    user = make_user(session, organization=organization, owner=False)
    assert user.membership is not None
    user.membership.status = MembershipStatus.PENDING
    session.commit()
    return user


def test_the_owner_answers_applications(client: FlaskClient, session: Session, platform: Platform) -> None:
    owner = make_user(session)
    assert owner.organization is not None
    first, second = (make_applicant(session, owner.organization) for _ in range(2))
    assert first.membership is not None
    assert second.membership is not None
    response = client.post("/account/login", data={"email": owner.email, "password": PASSWORD}, follow_redirects=True)
    assert "有 2 人申请加入" in response.text
    page = client.get("/account/members")
    assert first.email in page.text
    client.post(f"/account/members/{first.membership.id}/accept")
    client.post(f"/account/members/{second.membership.id}/refuse")
    session.expire_all()
    assert first.organization == owner.organization
    assert second.organization is None
    session.commit()
    assert [letter.count("没有同意") for letter in letters(platform)] == [0, 1]


def test_handing_over_and_leaving(client: FlaskClient, session: Session) -> None:
    owner = make_user(session)
    member = make_user(session, organization=owner.organization, owner=False)
    assert owner.membership is not None
    assert member.membership is not None
    login(client, owner)
    leaving = f"/account/members/{owner.membership.id}/remove"
    assert client.post(leaving).status_code == 403
    assert client.post(f"/account/members/{member.membership.id}/owner").status_code == 303
    assert client.post(leaving).status_code == 303
    session.expire_all()
    assert owner.organization is None
    assert member.owns_organization


def test_members_without_ownership_see_colleagues_but_decide_nothing(client: FlaskClient, session: Session) -> None:
    owner = make_user(session)
    assert owner.organization is not None
    member = make_user(session, organization=owner.organization, owner=False)
    applicant = make_applicant(session, owner.organization)
    assert applicant.membership is not None
    login(client, member)
    page = client.get("/account/members").text
    assert owner.email in page
    assert applicant.email not in page
    assert client.post(f"/account/members/{applicant.membership.id}/accept").status_code == 404
    assert client.get("/account/organization").location == "/account/members"
    assert client.post("/account/organization", data={"kind": "university"}).location == "/account/members"


def test_the_waiting_may_take_it_back_and_ask_elsewhere(client: FlaskClient, session: Session) -> None:
    organization = make_organization(session)
    applicant = make_applicant(session, organization)
    assert applicant.membership is not None
    login(client, applicant)
    assert client.post(f"/account/members/{applicant.membership.id}/remove").status_code == 303
    response = client.post("/account/members/join", data={"organization": "示例新单位"})
    assert response.status_code == 400
    assert 'value="示例新单位"' in response.text
    client.post("/account/members/join", data={"organization": "示例新单位", "organization_kind": "institute"})
    session.expire_all()
    assert applicant.organization is not None
    assert applicant.organization.kind is OrganizationKind.INSTITUTE


def test_the_owner_edits_the_organizations_data(client: FlaskClient, session: Session) -> None:
    owner = make_user(session)
    assert owner.organization is not None
    name = owner.organization.name
    login(client, owner)
    said = {"kind": "enterprise", "city": "洛阳", "district": "jianxi", "introduction": "<b>轴承</b>", "name": "别的"}
    wrong = client.post("/account/organization", data=said | {"contact_email": "nobody", "district": "mars"})
    assert wrong.status_code == 400
    assert "不是邮箱地址：nobody" in wrong.text
    assert 'value="nobody"' in wrong.text
    assert "&lt;b&gt;轴承&lt;/b&gt;" in wrong.text
    assert client.post("/account/organization", data=said).status_code == 303
    session.expire_all()
    assert owner.organization.district_code == "jianxi"
    assert owner.organization.name == name
    assert '<option value="jianxi" selected>' in client.get("/account/organization").text
