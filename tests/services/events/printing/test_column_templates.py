import pytest
from sqlalchemy.orm import Session

from matchmaker.domain.errors import InvalidInput, NotAllowed, NotFound
from matchmaker.domain.events.event import Event
from matchmaker.domain.vocabulary import Role
from matchmaker.services.events.participation.participants import participants_of
from matchmaker.services.events.printing import Sheet
from matchmaker.services.events.printing.column_templates import (
    available_columns,
    columns_of,
    delete_template,
    list_templates,
    save_template,
)
from matchmaker.services.indexing.search_index import SearchIndex
from tests.factories import make_user
from tests.services.events.printing.printed_city import TOPICS, printed, tabled

pytestmark = pytest.mark.slow


def test_chosen_columns_are_printed_in_their_order_in_both_formats(
    session: Session, search_index: SearchIndex, planned: Event
) -> None:
    save_template(session, None, "match-list", "领导版", ["team", "enterprise", "score"])
    save_template(session, None, "schedules", "大字版", ["time", "table", "partner"])
    save_template(session, None, "sign-in", "带职务", ["number", "job_title", "person", "signature"])

    lists = tabled(session, search_index, planned, Sheet.MATCH_LIST, template="领导版")
    assert [lists[name][0] for name in ("总表", "按企业", "按团队")] == [("科研团队", "企业", "匹配度")] * 3
    page = printed(session, search_index, planned, Sheet.MATCH_LIST, template="领导版")[0]
    assert "科研团队企业匹配度" in page
    assert TOPICS[0][0] not in page
    assert "时间桌号洽谈对象" in printed(session, search_index, planned, Sheet.SCHEDULES, template="大字版")[0]
    sign_in = tabled(session, search_index, planned, Sheet.SIGN_IN, template="带职务")["签到表"]
    first = participants_of(session, planned)[0]
    assert sign_in[1][1:3] == ("总工程师", first.delegates[0].name)
    assert "序号职务姓名签名" in printed(session, search_index, planned, Sheet.SIGN_IN, template="带职务")[0]


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("what", ["match-list", "schedules", "sign-in"])
def test_every_column_can_be_printed(
    session: Session, search_index: SearchIndex, planned: Event, what: str, language: str
) -> None:
    headings = available_columns(what, language)
    save_template(session, None, what, "全部", list(headings))
    rows = tabled(session, search_index, planned, Sheet(what), template="全部", language=language)
    text = "".join(printed(session, search_index, planned, Sheet(what), template="全部", language=language))

    assert next(iter(rows.values()))[0] == tuple(headings.values())
    assert all("".join(heading.split()) in text for heading in headings.values())


@pytest.mark.parametrize(
    ("name", "columns", "field"),
    [
        ("好", ["enterprise", "phone"], "columns"),
        ("好", ["enterprise", "enterprise"], "columns"),
        ("好", [], "columns"),
        ("  ", ["enterprise"], "name"),
        ("长" * 61, ["enterprise"], "name"),
    ],
)
def test_a_senseless_template_is_refused(session: Session, name: str, columns: list[str], field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        save_template(session, None, "match-list", name, columns)

    assert refused.value.field == field
    assert list_templates(session)["match-list"] == []


def test_templates_are_replaced_and_deleted_by_organizers_only(session: Session) -> None:
    organizer, stranger = make_user(session, Role.ORGANIZER), make_user(session)
    template = save_template(session, organizer, "sign-in", "简版", ["number"])
    save_template(session, organizer, "sign-in", " 简版 ", ["number", "person"])
    assert columns_of(session, "sign-in", "简版") == ("number", "person")

    for change in (
        lambda: save_template(session, stranger, "sign-in", "我的", ["number"]),
        lambda: delete_template(session, stranger, template.id),
    ):
        with pytest.raises(NotAllowed):
            change()
    delete_template(session, organizer, template.id)
    with pytest.raises(NotFound, match="简版"):
        columns_of(session, "sign-in", "简版")
    with pytest.raises(NotFound):
        save_template(session, organizer, "badges", "胸卡", ["number"])


def test_a_sheet_with_fixed_columns_takes_no_template(
    session: Session, search_index: SearchIndex, planned: Event
) -> None:
    with pytest.raises(InvalidInput, match="不能用模板"):
        printed(session, search_index, planned, Sheet.BADGES, template="简版")
