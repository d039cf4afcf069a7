"""Short texts of a bearing maker's city, quick to encode."""

from typing import Any

from matchmaker.matching.text.document import Document, Section, Side
from matchmaker.matching.text.facts import Facts

NEED_TITLES = (
    "高铁轴箱轴承接触疲劳寿命提升",
    "超级电容器高温自放电抑制",
    "拖拉机湿式离合器结合平顺性",
    "牡丹籽油低温萃取工艺",
)
OFFER_TITLES = (
    "牡丹籽油亚临界萃取装置",
    "双电层电容器低漏电流电解液",
    "轴承滚道超声滚压强化与疲劳寿命预测",
    "动力换挡离合器油压控制策略",
    "烟气脱硝催化剂再生",
)
BEST_OFFER = {0: 2, 1: 1, 2: 3, 3: 0}
"""Position of the offer that answers the need at that position."""


def need(number: int, title: str = "", text: str = "", **facts: Any) -> Document:
    """A need with one section."""
    return _document(Side.NEED, number, title or NEED_TITLES[number - 1], text, facts)


def offer(number: int, title: str = "", text: str = "", **facts: Any) -> Document:
    """An offer with one section."""
    return _document(Side.OFFER, number, title or OFFER_TITLES[number - 1], text, facts)


def city() -> list[Document]:
    """All of the titles above, ids counted from 1."""
    needs = [need(number) for number in range(1, len(NEED_TITLES) + 1)]
    return needs + [offer(number) for number in range(1, len(OFFER_TITLES) + 1)]


def _document(side: Side, number: int, title: str, text: str, facts: dict[str, Any]) -> Document:
    return Document(number, side, title, (Section("text", text),) if text else (), Facts(**facts))
