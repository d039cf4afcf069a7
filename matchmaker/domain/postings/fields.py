"""Descriptions of the fields of postings and organizations: names, labels, limits, and how input is read.

:data:`KIND_FIELDS` says which fields each kind of posting has and what it calls them, :data:`FORM_SECTIONS` where they
stand on its form. Forms, addresses, pages, import, export, printed sheets and the text for matching all use these two.
Add a new field here and to its model. The program does not start while a field has no place on its form.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import Enum, auto
from typing import Any, Literal, TypeAlias

from email_validator import EmailNotValidError, validate_email

from matchmaker.domain.amount import parse_amount
from matchmaker.domain.errors import InvalidInput, LabelList
from matchmaker.domain.postings.posting import TEXT_LENGTH, TITLE_LENGTH, Offer, Posting
from matchmaker.domain.vocabulary import (
    CooperationMode,
    NeedType,
    OfferKind,
    OrganizationKind,
    Side,
    Term,
    Visibility,
)
from matchmaker.i18n import N_

SEPARATORS = re.compile(r"[;；、,，/\n]+")
SHORTEST_TITLE = 2
"""The fewest letters of a title or a name."""

DATE_FORMATS = ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日", "%Y%m%d")

_UNPRINTABLE = re.compile(
    "[\\x00-\\x08\\x0b-\\x1f\\x7f-\\x9f"  # control characters except tab and line end
    "\ud800-\udfff"  # halves of surrogate pairs
    "\u202a-\u202e\u2066-\u2069"  # changes of direction
    "\ufeff\ufffe\uffff\ufdd0-\ufdef"  # byte-order marks and noncharacters
    "\ue000-\uf8ff]"  # private use: no two fonts agree on it
)


class Kind(Enum):
    """The kind of a field: how its input is read."""

    LINE = auto()
    TEXT = auto()
    TITLE = auto()
    TERM = auto()
    TERMS = auto()
    REFERENCE = auto()
    AMOUNT = auto()
    DATE = auto()
    TRL = auto()
    EMAIL = auto()


@dataclass(frozen=True, slots=True)
class Field:
    """The description of a field.

    ``zh`` and ``en`` are its labels. ``reference`` is the vocabulary (district, industry, field) of a REFERENCE field,
    ``term`` the controlled term of a TERM or TERMS field. ``weight`` is how much a character of the field counts in
    matching; 0 for a field that is no text to match.
    """

    name: str
    zh: str
    en: str
    kind: Kind = Kind.LINE
    length: int = 200
    required: bool = False
    term: type[Term] | None = None
    reference: str = ""
    also: tuple[str, ...] = ()
    """Further column headings that the import understands."""
    hint: str = ""
    weight: float = 0.0

    def label(self, language: str = "zh") -> str:
        """The field's name in the reader's language."""
        return self.en if language == "en" else self.zh


def _text(
    name: str, zh: str, en: str, *also: str, hint: str = "", required: bool = False, weight: float = 0.0
) -> Field:
    return Field(name, zh, en, Kind.TEXT, TEXT_LENGTH, required, also=also, hint=hint, weight=weight)


CONTACT = (
    Field("contact_name", "联系人", "Contact person", length=60),
    Field("contact_phone", "联系电话", "Phone", length=60, also=("电话", "手机")),
    Field("contact_email", "联系邮箱", "E-mail", Kind.EMAIL, also=("电子邮箱", "邮箱")),
)
INDUSTRY = Field("industry", "产业领域", "Industry", Kind.REFERENCE, reference="industry", also=("所属产业", "行业"))
TECHNOLOGY_FIELD = Field("field", "技术领域", "Technology field", Kind.REFERENCE, reference="field", also=("所属领域",))
MODES = Field(
    "cooperation_modes", "合作方式", "Cooperation modes", Kind.TERMS, term=CooperationMode, also=("转化方式",)
)
VISIBILITY = Field("visibility", "公开范围", "Visibility", Kind.TERM, term=Visibility)
VALID_UNTIL = Field("valid_until", "有效期至", "Valid until", Kind.DATE, also=("有效期",))
INDICATORS_HINT = N_("写数值、单位和测试条件，如“L10 寿命 ≥ 200 万公里，轴温 ≤ 70 ℃”")

NEED_FIELDS = (
    Field("title", "需求名称", "Title", Kind.TITLE, TITLE_LENGTH, True, also=("技术需求名称", "标题", "名称")),
    INDUSTRY,
    TECHNOLOGY_FIELD,
    Field("need_type", "需求类型", "Type of need", Kind.TERM, term=NeedType),
    _text(
        "problem",
        "需求背景与技术难点",
        "Background and problem",
        "技术难点",
        "需求内容",
        "需求描述",
        required=True,
        hint=N_("现在怎么做、卡在哪里、试过什么；写出材料、工艺、设备和现象"),
        weight=1.0,
    ),
    _text("indicators", "主要技术指标", "Target figures", "技术指标", "考核指标", hint=INDICATORS_HINT, weight=0.8),
    # What is missing says more of a need than what is there already.
    _text(
        "groundwork", "已有基础", "Groundwork", "现有工作基础", hint=N_("已有的设备、样件、试验数据和人员"), weight=0.4
    ),
    Field(
        "budget",
        "拟投入资金",
        "Budget",
        Kind.AMOUNT,
        40,
        also=("预算", "拟投入资金(万元)", "资金投入"),
        hint=N_("单位万元，如“50-80万”“不超过100万”“面议”"),
    ),
    MODES,
    Field("deadline", "完成时限", "Deadline", Kind.DATE, also=("要求完成时间",)),
    Field("wanted_trl", "期望成熟度", "Wanted TRL", Kind.TRL),
    Field("preferred_partner", "意向合作单位", "Preferred partner", also=("意向单位",)),
    VALID_UNTIL,
    VISIBILITY,
    *CONTACT,
)

OFFER_FIELDS = (
    Field("title", "名称", "Title", Kind.TITLE, TITLE_LENGTH, True, also=("标题",)),
    INDUSTRY,
    TECHNOLOGY_FIELD,
    _text("summary", "简介", "Summary", "技术简介", hint=N_("解决什么问题、怎么做、做到什么程度"), weight=1.0),
    _text("innovation", "创新点", "What is new", hint=N_("与现有做法相比好在哪里，最好有数字"), weight=1.0),
    _text("indicators", "主要技术指标", "Figures", "技术指标", hint=INDICATORS_HINT, weight=0.8),
    _text(
        "applications",
        "应用场景与适用行业",
        "Applications",
        "应用场景",
        "适用行业",
        hint=N_("哪些产品、工序和行业用得上；用企业的说法，匹配更准"),
        weight=0.9,
    ),
    Field("trl", "技术成熟度", "TRL", Kind.TRL, also=("成熟度",)),
    _text("intellectual_property", "知识产权", "Intellectual property", hint=N_("类型、专利号、状态")),
    _text("awards", "获奖", "Awards"),
    _text("services", "可提供的服务", "Services", hint=N_("能替企业做的试验、检测、设计、攻关，一行一项"), weight=1.0),
    _text(
        "platforms",
        "平台与资质",
        "Platforms and qualifications",
        hint=N_("重点实验室、工程技术研究中心、CMA/CNAS 等"),
        weight=0.4,
    ),
    _text("instruments", "大型仪器设备", "Instruments", hint=N_("名称、型号和主要能力，一行一台"), weight=0.6),
    _text("cases", "应用与服务案例", "Cases", weight=0.7),
    MODES,
    Field(
        "price",
        "意向价格",
        "Asking price",
        Kind.AMOUNT,
        40,
        also=("价格", "意向价格(万元)"),
        hint=N_("单位万元，如“50-80万”“不超过100万”“面议”"),
    ),
    Field("contributors", "完成人", "Contributors", length=500),
    VALID_UNTIL,
    VISIBILITY,
    *CONTACT,
)
"""The fields of all kinds of offers, called as a list of mixed kinds calls them: the columns of import and export."""

_EVERY_OFFER = {"title", "industry", "field", "cooperation_modes", "valid_until", "visibility"} | {
    field.name for field in CONTACT
}

PostingKind: TypeAlias = Literal[Side.NEED] | OfferKind
"""What can be posted: a need, or an offer of some kind."""


def _offer_fields(*names: str, **labels: tuple[str, str]) -> tuple[Field, ...]:
    """The fields of a kind of offer: those of every offer, the ones named, and the ones that the kind calls otherwise.

    A label is Chinese, English. The fields come in the order of :data:`OFFER_FIELDS`.
    """
    wanted = _EVERY_OFFER | {*names} | labels.keys()
    unknown = wanted - {field.name for field in OFFER_FIELDS}
    if unknown:
        raise LookupError(f"No such fields among OFFER_FIELDS: {sorted(unknown)}")
    own = (field for field in OFFER_FIELDS if field.name in wanted)
    return tuple(
        replace(field, zh=labels[field.name][0], en=labels[field.name][1]) if field.name in labels else field
        for field in own
    )


KIND_FIELDS: Mapping[PostingKind, tuple[Field, ...]] = {
    Side.NEED: NEED_FIELDS,
    OfferKind.OUTCOME: _offer_fields(
        "innovation",
        "indicators",
        "applications",
        "trl",
        "intellectual_property",
        "awards",
        "price",
        "contributors",
        title=("成果名称", "Title of the outcome"),
        summary=("成果简介", "Summary of the outcome"),
        cases=("应用案例", "Where it is used"),
        cooperation_modes=("转化方式", "Ways of transfer"),
    ),
    OfferKind.CAPABILITY: _offer_fields(
        "services",
        "platforms",
        "instruments",
        title=("研究方向", "Research direction"),
        summary=("能力简介", "Summary of the capability"),
        cases=("服务案例", "Services rendered"),
    ),
}
"""The fields of each kind of posting, called as the kind calls them."""


@dataclass(frozen=True, slots=True)
class FormSection:
    """A part of a form: its heading and a note (message ids), and the names of its fields in their order."""

    heading: str
    names: tuple[str, ...]
    note: str = ""


FORM_SECTIONS = (
    FormSection(N_("基本信息"), ("title", "team", "contributors", "industry", "field", "need_type")),
    FormSection(
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
    FormSection(N_("合作"), ("budget", "price", "deadline", "wanted_trl", "preferred_partner", "cooperation_modes")),
    FormSection(N_("公开"), ("visibility", "valid_until")),
    FormSection(N_("联系方式"), ("contact_name", "contact_phone", "contact_email"), N_("只有会员看得到")),
)
"""The sections of every posting's form; a kind's form leaves out what the kind does not have."""


def kind_of(posting: Posting) -> PostingKind:
    """The posting's kind, a key of :data:`KIND_FIELDS`."""
    return posting.kind if isinstance(posting, Offer) else Side.NEED


def fields_of(posting: Posting) -> tuple[Field, ...]:
    """The fields that the posting has."""
    return KIND_FIELDS[kind_of(posting)]


ORGANIZATION_FIELDS = (
    Field("name", "单位名称", "Organization", Kind.TITLE, 120, True, also=("名称", "企业名称")),
    Field("kind", "单位类型", "Kind", Kind.TERM, 40, True, term=OrganizationKind, also=("类型",)),
    Field("city", "所在城市", "City", length=40, also=("城市",)),
    Field(
        "district",
        "县（市、区）、产业集聚区",
        "District",
        Kind.REFERENCE,
        reference="district",
        also=("区域", "县区", "所在区域"),
    ),
    INDUSTRY,
    Field(
        "group_name", "所属集团", "Group", length=120, also=("集团", "集团名称"), hint=N_("同一集团的单位不会互相配对")
    ),
    _text("introduction", "单位简介", "Introduction", "简介"),
    Field("address", "地址", "Address"),
    Field("website", "网址", "Website", also=("网站",)),
    *CONTACT,
)

CODE = Field("code", "编号", "Code", length=60, also=("需求编号", "成果编号"))
OWNER = Field(
    "organization", "单位", "Organization", length=120, required=True, also=("单位名称", "企业名称", "完成单位")
)
TEAM = Field("team", "团队", "Team", length=120, also=("科研团队", "团队名称"))
OFFER_KIND = Field("kind", "供给类型", "Kind of offer", Kind.TERM, 40, True, term=OfferKind, also=("类型",))


def _understood(field: Field) -> Field:
    """A column that an import also finds by what a kind of posting calls the field."""
    called = [own for kind in OfferKind for own in KIND_FIELDS[kind] if own.name == field.name]
    return replace(field, also=(*field.also, *(own.zh for own in called), *(own.en for own in called)))


NEED_COLUMNS = (CODE, OWNER, *NEED_FIELDS)
OFFER_COLUMNS = (CODE, OWNER, TEAM, OFFER_KIND, *(_understood(field) for field in OFFER_FIELDS))
ORGANIZATION_COLUMNS = ORGANIZATION_FIELDS

Vocabularies = Mapping[str, Mapping[str, str]]
"""Vocabulary (district, industry, field) → case-folded word → code."""


def read_value(field: Field, raw: object, vocabularies: Vocabularies) -> Any:
    """Read a person's input as a value of the field.

    Blank text gives the field's empty value: ``""`` for texts, an empty set for TERMS, an unknown
    :class:`~matchmaker.domain.amount.Amount` for AMOUNT, ``None`` for other kinds.
    Raises :class:`InvalidInput` with ``field`` set; its message says how to correct the input.
    """
    try:
        value = _READERS[field.kind](field, raw, vocabularies)
        if field.required and value in ("", None, frozenset()):
            raise InvalidInput(N_("“%(label)s”不能为空"), label=field)
    except InvalidInput as error:
        error.field = field.name
        raise
    return value


def clean_text(raw: object) -> str:
    """Text as it is stored: stripped, with normalized line ends, and without control characters.

    Characters that a database, a spreadsheet or a page cannot hold are removed, and so are changes of text direction.
    Whole numbers from spreadsheets lose their decimal point.
    """
    if raw is None:
        return ""
    if isinstance(raw, float) and raw.is_integer():
        raw = int(raw)
    text = unicodedata.normalize("NFC", str(raw)).replace("\r\n", "\n").replace("\r", "\n")
    return "\n".join(line.rstrip() for line in _UNPRINTABLE.sub("", text).strip().split("\n"))


def one_line(raw: object) -> str:
    """Text as it is stored (see :func:`clean_text`), on one line with single blanks."""
    return " ".join(clean_text(raw).split())


def letters_in(text: str) -> int:
    """The number of letters and digits of any script; emoji, blanks and punctuation do not count."""
    return sum(unicodedata.category(character)[0] in "LN" for character in text)


def limited_words(text: str, field: str, limit: int, needed: str | None = None) -> str:
    """Free text of a form as it is stored, with at most ``limit`` characters.

    With ``needed``, an error message, the text must have a letter. Raises :class:`InvalidInput` for ``field``.
    """
    words = clean_text(text)
    if needed is not None and not letters_in(words):
        raise InvalidInput(needed, field=field)
    if len(words) > limit:
        raise InvalidInput(
            N_("最多 %(limit)d 字，现有 %(length)d 字，请删减"), field=field, limit=limit, length=len(words)
        )
    return words


def _read_text(field: Field, raw: object, _: Vocabularies) -> str:
    text = clean_text(raw)
    if len(text) > field.length:
        raise InvalidInput(
            N_("“%(label)s”最多 %(limit)d 字，现有 %(length)d 字，请删减"),
            label=field,
            limit=field.length,
            length=len(text),
        )
    return text


def _read_line(field: Field, raw: object, vocabularies: Vocabularies) -> str:
    return _read_text(field, one_line(raw), vocabularies)


def _read_title(field: Field, raw: object, vocabularies: Vocabularies) -> str:
    title = _read_line(field, raw, vocabularies)
    if title and not letters_in(title):
        raise InvalidInput(N_("“%(label)s”里没有文字，请用一句话写出要点"), label=field)
    if title and letters_in(title) < SHORTEST_TITLE:
        raise InvalidInput(N_("“%(label)s”太短，请用一句话写出要点"), label=field)
    return title


def _read_term(field: Field, raw: object, _: Vocabularies) -> Term | None:
    text = clean_text(raw)
    assert field.term is not None
    return field.term.parse(text) if text else None


def _read_terms(field: Field, raw: object, _: Vocabularies) -> frozenset[Term]:
    words = raw if isinstance(raw, list | tuple | set | frozenset) else SEPARATORS.split(clean_text(raw))
    assert field.term is not None
    return frozenset(field.term.parse(str(word)) for word in words if str(word).strip())


def _read_reference(field: Field, raw: object, vocabularies: Vocabularies) -> str | None:
    text = clean_text(raw)
    if not text:
        return None
    known = vocabularies[field.reference]
    code = known.get(text.casefold())
    if code is None:
        raise InvalidInput(
            N_("“%(label)s”不认识“%(text)s”，可填：%(known)s"),
            label=field,
            text=text[:40],
            known=_Known(known),
        )
    return code


@dataclass(frozen=True, slots=True)
class _Known:
    """The words of a vocabulary, as a value of a message. ``codes`` maps each word to its code."""

    codes: Mapping[str, str]

    def label(self, language: str = "zh") -> str:
        words = (
            word
            for word, code in self.codes.items()
            if word.isascii() == (language == "en") and word != code.casefold()
        )
        return LabelList(words).label(language)


def _read_amount(field: Field, raw: object, vocabularies: Vocabularies) -> Any:
    return parse_amount(_read_line(field, raw, vocabularies))


def _read_date(field: Field, raw: object, _: Vocabularies) -> date | None:
    if isinstance(raw, datetime):
        return raw.date()
    if isinstance(raw, date):
        return raw
    text = unicodedata.normalize("NFKC", clean_text(raw))
    if not text:
        return None
    for form in DATE_FORMATS:
        try:
            return datetime.strptime(text.split(" ")[0], form).date()
        except ValueError:
            continue
    raise InvalidInput(N_("“%(label)s”看不懂日期“%(text)s”，请写成 2027-06-30"), label=field, text=text[:40])


def _read_trl(field: Field, raw: object, _: Vocabularies) -> int | None:
    text = unicodedata.normalize("NFKC", clean_text(raw)).upper().removeprefix("TRL").removesuffix("级").strip(" -")
    if not text:
        return None
    if text not in tuple("123456789"):
        raise InvalidInput(N_("“%(label)s”应为 1 到 9 的整数（GB/T 22900）"), label=field)
    return int(text)


def _read_email(field: Field, raw: object, vocabularies: Vocabularies) -> str:
    text = _read_line(field, raw, vocabularies)
    return read_email(text, field) if text else ""


def read_email(text: str, label: str | Field) -> str:
    """Read an e-mail address, in lower case. Only its form is checked; no server is asked.

    Raises :class:`InvalidInput`, whose message names the field by ``label``.
    """
    try:
        return validate_email(
            unicodedata.normalize("NFKC", text).strip(), check_deliverability=False, test_environment=True
        ).normalized.casefold()
    except EmailNotValidError as error:
        raise InvalidInput(N_("“%(label)s”不是邮箱地址：%(text)s"), label=label, text=text[:60]) from error


_READERS = {
    Kind.LINE: _read_line,
    Kind.TEXT: _read_text,
    Kind.TITLE: _read_title,
    Kind.TERM: _read_term,
    Kind.TERMS: _read_terms,
    Kind.REFERENCE: _read_reference,
    Kind.AMOUNT: _read_amount,
    Kind.DATE: _read_date,
    Kind.TRL: _read_trl,
    Kind.EMAIL: _read_email,
}
