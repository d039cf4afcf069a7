import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.domain.people import Organization, Team
from matchmaker.domain.postings.posting import Offer
from matchmaker.domain.vocabulary import CooperationMode, OfferKind, OrganizationKind, PostingStatus, Visibility
from matchmaker.services.transfer.columns import TableKind
from tests.factories import make_need, make_organization
from tests.services.transfer.tables import HEADINGS, OFFER_HEADINGS, ROW, as_csv, only_need, run


@pytest.mark.parametrize("code", ["A1", ""])
def test_the_same_row_again_changes_nothing(session: Session, code: str) -> None:
    content = as_csv([*HEADINGS, "合作方式"], [code, *ROW[1:], "技术转让；合作开发"])
    assert run(session, content).created == 1
    version = only_need(session).version
    report = run(session, content)
    assert (report.created, report.updated, report.unchanged) == (0, 0, 1)
    assert only_need(session).version == version
    assert only_need(session).cooperation_modes == {CooperationMode.TRANSFER, CooperationMode.JOINT_DEVELOPMENT}


def test_a_changed_row_updates_and_a_missing_column_keeps_its_value(session: Session) -> None:
    run(session, as_csv([*HEADINGS, "拟投入资金"], [*ROW, "面议"]))
    report = run(session, as_csv(HEADINGS, [*ROW[:2], "改过的名称", ROW[3]]))
    need = only_need(session)
    assert (report.updated, need.title, need.budget.negotiable) == (1, "改过的名称", True)


def test_a_code_can_be_added_later(session: Session) -> None:
    run(session, as_csv(HEADINGS, ["", *ROW[1:]]))
    assert run(session, as_csv(HEADINGS, ROW)).updated == 1
    assert only_need(session).code == "A1"


@pytest.mark.parametrize("code", ["A1", ""])
def test_one_posting_twice_in_a_file_is_a_problem(session: Session, code: str) -> None:
    row = [code, *ROW[1:]]
    report = run(session, as_csv(HEADINGS, row, row))
    assert [(p.row, p.error.params["row"]) for p in report.problems] == [(3, 2)]


def test_what_its_owner_withdrew_is_left_alone(session: Session) -> None:
    organization = make_organization(session, name=ROW[1])
    need = make_need(session, organization, title=ROW[2], status=PostingStatus.WITHDRAWN)
    report = run(session, as_csv(HEADINGS, ROW))
    assert (report.left_alone, report.landed, len(report.warnings)) == (1, True, 1)
    session.refresh(need)
    assert (need.status, need.problem) == (PostingStatus.WITHDRAWN, "")


def test_a_blank_visibility_does_not_make_public(session: Session) -> None:
    organization = make_organization(session, name=ROW[1])
    need = make_need(session, organization, code="A1", title=ROW[2], visibility=Visibility.PRIVATE)
    assert run(session, as_csv([*HEADINGS, "公开范围"], [*ROW, ""])).updated == 1
    session.refresh(need)
    assert need.visibility is Visibility.PRIVATE


def test_offers_make_teams_and_guess_what_their_owners_are(session: Session) -> None:
    report = run(
        session,
        as_csv(
            OFFER_HEADINGS,
            ["1", "示例工业大学", "摩擦学团队", "科技成果", "长寿命润滑脂", "7", ""],
            ["2", "示例工业大学", "摩擦学团队", "科研能力", "润滑失效分析", "", "失效分析"],
            ["3", "示例材料研究所", "", "outcome", "高氮轴承钢", "TRL6", ""],
            ["4", "示例仪器有限公司", "研发部", "科技成果", "轴承振动检测仪", "9", ""],
        ),
        TableKind.OFFERS,
    )
    assert (report.created, report.problems) == (4, [])
    kinds = {one.name: one.kind for one in session.scalars(select(Organization))}
    assert kinds == {
        "示例工业大学": OrganizationKind.UNIVERSITY,
        "示例材料研究所": OrganizationKind.INSTITUTE,
        "示例仪器有限公司": OrganizationKind.ENTERPRISE,
    }
    assert session.scalars(select(Team.name)).all() == ["摩擦学团队"]


def test_cells_that_an_offer_of_that_kind_has_not_are_pointed_out(session: Session) -> None:
    row = ["1", "示例大学", "", "科研能力", "润滑失效分析", "7", "失效分析"]
    report = run(session, as_csv(OFFER_HEADINGS, row), TableKind.OFFERS)
    assert report.landed
    assert [(w.row, w.column, w.value) for w in report.warnings] == [(2, "成熟度", "7")]


def test_an_offer_keeps_its_kind(session: Session) -> None:
    row = ["1", "示例大学", "", "科研能力", "润滑失效分析", "", ""]
    run(session, as_csv(OFFER_HEADINGS, row), TableKind.OFFERS)
    row[3] = "科技成果"
    (problem,) = run(session, as_csv(OFFER_HEADINGS, row), TableKind.OFFERS).problems
    assert problem.column == "供给类型"
    assert session.scalars(select(Offer.kind)).all() == [OfferKind.CAPABILITY]
