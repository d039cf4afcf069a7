"""How the fields of each kind of posting are grouped on its form."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from matchmaker.domain.contact import CONTACT_LINE
from matchmaker.domain.postings.fields import FORM_SECTIONS, KIND_FIELDS, NEED_FIELDS, TEAM, Field, PostingKind, kind_of
from matchmaker.domain.postings.posting import Posting
from matchmaker.domain.vocabulary import Side, Visibility
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


class UnplacedField(LookupError):
    """Some fields of a kind of posting stand in no section, so that its form would leave them out."""

    def __init__(self, names: Iterable[str]) -> None:
        super().__init__(f"No section of FORM_SECTIONS (domain/postings/fields.py) names {', '.join(sorted(names))}")


def layout_for(fields: Collection[Field]) -> Layout:
    """The fields in their sections. Raises :class:`UnplacedField` when one has none."""
    by_name = {field.name: field for field in fields}
    unplaced = by_name.keys() - {name for section in FORM_SECTIONS for name in section.names}
    if unplaced:
        raise UnplacedField(unplaced)
    return tuple(
        Fieldset(section.heading, tuple(by_name[name] for name in section.names if name in by_name), section.note)
        for section in FORM_SECTIONS
    )


LAYOUTS: Mapping[PostingKind, Layout] = {
    kind: layout_for(fields if kind is Side.NEED else (TEAM, *fields)) for kind, fields in KIND_FIELDS.items()
}

QUICK_NEED_LAYOUT: Layout = (
    Fieldset("", (*(field for field in NEED_FIELDS if field.name in ("title", "problem")), CONTACT_LINE)),
)


def layout_of(posting: Posting) -> Layout:
    """The form on which the posting is edited."""
    return LAYOUTS[kind_of(posting)]
