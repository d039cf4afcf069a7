"""Controlled terms: enums whose members have a code word, which is stored, and labels, which are shown.

Vocabularies that differ from city to city (districts, industries, technology fields) are rows, not code:
see :mod:`matchmaker.domain.reference`.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Self, TypeVar

from matchmaker.domain.errors import InvalidInput, LabelList
from matchmaker.i18n import N_

T = TypeVar("T")


class Term(StrEnum):
    """Base of controlled terms. Members are written ``NAME = code, Chinese label, English label``."""

    zh: str
    en: str

    def __new__(cls, code: str, zh: str, en: str) -> Self:
        term = str.__new__(cls, code)
        term._value_ = code
        term.zh = zh
        term.en = en
        return term

    def label(self, language: str = "zh") -> str:
        """The term in the reader's language."""
        return self.en if language == "en" else self.zh

    @classmethod
    def parse(cls, text: str) -> Self:
        """The member with this code or label. Case and surrounding blanks do not matter.

        Raises :class:`InvalidInput`, which lists the known words.
        """
        wanted = text.strip().casefold()
        for term in cls:
            if wanted in (term.value.casefold(), term.zh.casefold(), term.en.casefold()):
                return term
        raise InvalidInput(N_("不认识“%(text)s”，可填：%(known)s"), text=text.strip(), known=LabelList(cls))


class OrganizationKind(Term):
    """The plan's six roles: 政产学研资介."""

    ENTERPRISE = "enterprise", "企业", "Enterprise"
    UNIVERSITY = "university", "高校", "University"
    INSTITUTE = "institute", "科研院所", "Research institute"
    INTERMEDIARY = "intermediary", "科技中介服务机构", "Technology intermediary"
    INVESTOR = "investor", "金融投资机构", "Investor"
    GOVERNMENT = "government", "政府部门", "Government department"


class Role(Term):
    """What a user may do on the platform."""

    ENTERPRISE = "enterprise", "企业用户", "Enterprise user"
    RESEARCHER = "researcher", "科研人员", "Researcher"
    BROKER = "broker", "技术经纪人", "Technology broker"
    ORGANIZER = "organizer", "组织方", "Organizer"
    ADMIN = "admin", "管理员", "Administrator"


class MembershipStatus(Term):
    """Whether the organization's owner has approved a person who wants to join."""

    PENDING = "pending", "待同意", "Waiting for the owner"
    ACTIVE = "active", "成员", "Member"
    REFUSED = "refused", "已拒绝", "Refused"


class NeedType(Term):
    """The kind of help that a need asks for."""

    KEY_TECHNOLOGY = "key_technology", "关键技术攻关", "Key technology"
    PRODUCT = "product", "新产品研发", "New product"
    PROCESS = "process", "工艺改进与技术改造", "Process improvement"
    TESTING = "testing", "检验检测", "Testing"
    INTRODUCTION = "introduction", "成果引进", "Technology sought"
    TALENT = "talent", "人才与团队", "People and teams"


class OfferKind(Term):
    """The two kinds of offers."""

    OUTCOME = "outcome", "科技成果", "Outcome"
    CAPABILITY = "capability", "科研能力", "Capability"


class CooperationMode(Term):
    """How two sides may work together."""

    COMMISSIONED_DEVELOPMENT = "commissioned_development", "委托开发", "Commissioned development"
    JOINT_DEVELOPMENT = "joint_development", "合作开发", "Joint development"
    TRANSFER = "transfer", "技术转让", "Technology transfer"
    LICENSE = "license", "技术许可", "Licence"
    CONSULTING = "consulting", "技术咨询", "Consulting"
    SERVICE = "service", "技术服务", "Technical service"
    EQUITY = "equity", "作价入股", "Technology for equity"
    JOINT_PLATFORM = "joint_platform", "共建研发平台", "Joint R&D platform"
    TALENT = "talent", "人才培养与引进", "Talent"


class Visibility(Term):
    """Who may read a published posting; the rules are in :mod:`matchmaker.domain.postings.visibility`."""

    PUBLIC = "public", "公开", "Public"
    MEMBERS = "members", "会员可见", "Members only"
    SUMMARY = "summary", "仅公开摘要", "Summary only"
    PRIVATE = "private", "仅组织方", "Organizer only"


class PostingStatus(Term):
    """The state of a posting; :mod:`matchmaker.domain.postings.lifecycle` has the allowed changes."""

    DRAFT = "draft", "草稿", "Draft"
    SUBMITTED = "submitted", "待审核", "Waiting for review"
    RETURNED = "returned", "退回修改", "Returned"
    PUBLISHED = "published", "已发布", "Published"
    EXPIRED = "expired", "已到期", "Expired"
    WITHDRAWN = "withdrawn", "已撤回", "Withdrawn"
    CLOSED = "closed", "已达成", "Closed"


class IndustryCategory(Term):
    """The plan's grouping of industries."""

    PILLAR = "pillar", "传统支柱产业", "Pillar industry"
    STRATEGIC = "strategic", "战略性新兴产业", "Strategic emerging industry"
    OTHER = "other", "其他产业", "Other industry"


class EventKind(Term):
    """The two formats of an event."""

    DOCKING = "docking", "对接会", "Docking event"
    EXPO = "expo", "博览会", "Expo"


class EventStatus(Term):
    """The state of an event."""

    PREPARING = "preparing", "筹备中", "Preparing"
    PUBLISHED = "published", "已公布", "Published"
    FINISHED = "finished", "已结束", "Finished"


class Side(Term):
    """The need side or the offer side of a match."""

    NEED = "need", "需求方", "Need side"
    OFFER = "offer", "供给方", "Offer side"

    @property
    def other(self) -> Side:
        """The opposite side."""
        return Side.OFFER if self is Side.NEED else Side.NEED

    def choose(self, need: T, offer: T) -> T:
        """``need`` for the need side, ``offer`` for the offer side."""
        return need if self is Side.NEED else offer

    def need_first(self, this_side: T, other_side: T) -> tuple[T, T]:
        """The values of this side and of the other side, the need side's value first."""
        return (this_side, other_side) if self is Side.NEED else (other_side, this_side)


class ParticipantStatus(Term):
    """Whether a participant comes. Only confirmed participants are in the match list and the schedule."""

    INVITED = "invited", "已邀请", "Invited"
    APPLIED = "applied", "待审核", "Waiting for approval"
    CONFIRMED = "confirmed", "已确认", "Confirmed"
    DECLINED = "declined", "不参加", "Not coming"
    REJECTED = "rejected", "未通过", "Not admitted"
    WITHDRAWN = "withdrawn", "已退出", "Withdrawn"


class PairDecisionKind(Term):
    """What an organizer decided about a pair before the match list is built."""

    PIN = "pin", "锁定", "Pinned"
    EXCLUDE = "exclude", "排除", "Excluded"


class RequestStatus(Term):
    """The state of a meeting request."""

    REQUESTED = "requested", "待答复", "Waiting for an answer"
    ACCEPTED = "accepted", "已接受", "Accepted"
    DECLINED = "declined", "已谢绝", "Declined"
    WITHDRAWN = "withdrawn", "已撤回", "Withdrawn"
    EXPIRED = "expired", "已过时限", "Expired"


class PlanOrigin(Term):
    """How a version of an event's plan came about."""

    BUILT = "built", "生成", "Built"
    CHANGED = "changed", "手工调整", "Changed by hand"
    REPLANNED = "replanned", "重排", "Re-planned"
    RESTORED = "restored", "恢复", "Restored"


class MeetingStatus(Term):
    """The state or outcome of a meeting."""

    PLANNED = "planned", "已安排", "Planned"
    HELD = "held", "已洽谈", "Held"
    NO_SHOW = "no_show", "未到场", "No-show"
    CANCELLED = "cancelled", "已取消", "Cancelled"


class NextStep(Term):
    """What a side plans to do after a meeting."""

    NONE = "none", "暂无后续", "Nothing for now"
    EXCHANGE = "exchange", "交换资料", "Exchange documents"
    VISIT = "visit", "互访考察", "Visit"
    NEGOTIATE = "negotiate", "商谈合作", "Negotiate"
    CONTRACT = "contract", "拟签合同", "Prepare a contract"
