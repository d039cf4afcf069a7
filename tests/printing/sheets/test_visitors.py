from matchmaker.printing.event_header import EventHeader
from matchmaker.printing.sheets.visitors import (
    InvitationList,
    LikelyVisitor,
    invitation_lists_pdf,
    invitation_lists_xlsx,
)
from tests.printing.reading import pages_of, rows_of

LISTS = [
    InvitationList(
        "铸造团队",
        (LikelyVisitor("示例矿机", "衬板寿命", "都谈到“衬板”", 60), LikelyVisitor("示例磨机", "衬板结构", "", 90)),
        "科技馆",
        "A2",
    ),
    InvitationList("陶瓷课题组", ()),
]


def test_each_exhibitor_has_a_sheet_with_the_best_visitor_first(event: EventHeader) -> None:
    first, second = pages_of(invitation_lists_pdf(event, LISTS))

    assert "科技馆·展位A2·建议邀请2家企业" in first
    assert first.index("示例磨机") < first.index("示例矿机衬板寿命推荐理由：都谈到“衬板”")
    assert "暂无建议邀请的企业。" in second


def test_workbook(event: EventHeader) -> None:
    rows = rows_of(invitation_lists_xlsx(event, LISTS), "邀约名单")

    assert [row[:5] for row in rows] == [
        ("铸造团队", "科技馆", "A2", 1, "示例磨机"),
        ("铸造团队", "科技馆", "A2", 2, "示例矿机"),
    ]
