"""How the fields of a posting are grouped on its form, and what each sort of posting calls them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from matchmaker.domain.contact import CONTACT_LINE
from matchmaker.domain.postings.fields import CAPABILITY_FIELDS, NEED_FIELDS, OUTCOME_FIELDS, TEAM, Field
from matchmaker.domain.postings.posting import Offer, Posting
from matchmaker.domain.vocabulary import OfferKind, Visibility
from matchmaker.i18n import N_


@dataclass(frozen=True, slots=True)
class Fieldset:
    """Fields under one heading; ``heading`` and ``note`` are message ids."""

    heading: str
    fields: tuple[Field, ...]
    note: str = ""


Layout = tuple[Fieldset, ...]

TRL_NOTES: Mapping[int, str] = {
    1: N_("发现基本原理"),
    2: N_("形成技术方案"),
    3: N_("关键功能得到验证"),
    4: N_("实验室里验证过"),
    5: N_("模拟工况下验证过部件"),
    6: N_("模拟工况下验证过样机"),
    7: N_("实际工况下试用过样机"),
    8: N_("产品定型，通过试验"),
    9: N_("批量应用"),
}
"""The levels of GB/T 22900 in a few plain words."""

VISIBILITY_NOTES: Mapping[Visibility, str] = {
    Visibility.PUBLIC: N_("任何人可读全文，联系方式只给会员看"),
    Visibility.MEMBERS: N_("加入了单位的用户才能看到"),
    Visibility.SUMMARY: N_("只公开名称、领域和单位"),
    Visibility.PRIVATE: N_("只有组织方看得到"),
}

_HEADINGS: tuple[tuple[str, tuple[str, ...], str], ...] = (
    (N_("基本信息"), ("title", "team", "contributors", "industry", "field", "need_type"), ""),
    (
        N_("技术内容"),
        (
            "problem",
            "summary",
            "innovation",
            "indicators",
            "groundwork",
            "applications",
            "trl",
            "services",
            "platforms",
            "instruments",
            "cases",
            "intellectual_property",
            "awards",
        ),
        N_("写得越具体，匹配越准：材料、工艺、设备、工况和数值"),
    ),
    (
        N_("合作"),
        ("budget", "price", "deadline", "wanted_trl", "preferred_partner", "cooperation_modes"),
        "",
    ),
    (N_("公开"), ("visibility", "valid_until"), ""),
    (
        N_("联系方式"),
        ("contact_name", "contact_phone", "contact_email"),
        N_("只有会员看得到"),
    ),
)


def _layout(fields: tuple[Field, ...], names: Mapping[str, tuple[str, str]]) -> Layout:
    """The fields under the headings, called by these Chinese and English names where one is given."""
    by_name = {field.name: field for field in fields}
    for name, (zh, en) in names.items():
        by_name[name] = replace(by_name[name], zh=zh, en=en)
    return tuple(
        Fieldset(heading, tuple(by_name[name] for name in members if name in by_name), note)
        for heading, members, note in _HEADINGS
    )


NEED_LAYOUT = _layout(NEED_FIELDS, {})

QUICK_NEED_LAYOUT: Layout = (
    Fieldset("", (*(field for field in NEED_FIELDS if field.name in ("title", "problem")), CONTACT_LINE)),
)

OFFER_LAYOUTS: Mapping[OfferKind, Layout] = {
    OfferKind.OUTCOME: _layout(
        (TEAM, *OUTCOME_FIELDS),
        {
            "title": ("成果名称", "Title of the outcome"),
            "summary": ("成果简介", "Summary of the outcome"),
            "cases": ("应用案例", "Where it is used"),
            "cooperation_modes": ("转化方式", "Ways of transfer"),
        },
    ),
    OfferKind.CAPABILITY: _layout(
        (TEAM, *CAPABILITY_FIELDS),
        {
            "title": ("研究方向", "Research direction"),
            "summary": ("能力简介", "Summary of the capability"),
            "cases": ("服务案例", "Services rendered"),
        },
    ),
}


def layout_of(posting: Posting) -> Layout:
    """The form on which the posting is edited."""
    return OFFER_LAYOUTS[posting.kind] if isinstance(posting, Offer) else NEED_LAYOUT
