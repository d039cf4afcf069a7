from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.domain.people import Organization
from matchmaker.domain.vocabulary import OrganizationKind
from matchmaker.services.transfer.columns import TableKind
from tests.factories import make_need, make_organization
from tests.services.transfer.tables import HEADINGS, ROW, as_csv, only_need, run


def test_organizations_are_recognised_whatever_the_width_of_brackets(session: Session) -> None:
    organization = make_organization(session, name="洛水（示例）有限公司")
    report = run(session, as_csv(HEADINGS, ["A1", "洛水(示例) 有限公司", *ROW[2:]]))
    assert report.new_organizations == []
    assert only_need(session).organization_id == organization.id


def test_the_kind_of_an_unknown_organization_can_be_said(session: Session) -> None:
    run(session, as_csv([*HEADINGS, "单位类型"], [*ROW, "高校"]))
    assert session.scalars(select(Organization.kind)).all() == [OrganizationKind.UNIVERSITY]


def test_organizations_are_imported_and_updated(session: Session) -> None:
    headings = ["企业名称", "类型", "城市", "县区", "行业"]
    row = ["示例厂", "企业", "洛阳", "涧西区", "装备制造"]
    assert run(session, as_csv(headings, row), TableKind.ORGANIZATIONS).created == 1
    need = make_need(session, session.scalars(select(Organization)).one())
    before = need.revision
    assert run(session, as_csv(headings, row), TableKind.ORGANIZATIONS).unchanged == 1
    report = run(session, as_csv(headings, [*row[:3], "高新区", row[4]]), TableKind.ORGANIZATIONS)
    session.refresh(need)
    assert (report.updated, session.scalars(select(Organization.district_code)).one()) == (1, "gaoxin")
    assert need.revision > before, "the matcher compares districts"
