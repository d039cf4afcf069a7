"""A city small enough to be encoded in a moment and rich enough for three people to use."""

from typing import Any

from sqlalchemy.orm import Session

from matchmaker.domain.amount import parse_amount
from matchmaker.domain.people import Team
from matchmaker.domain.postings.posting import Need, Offer
from matchmaker.domain.vocabulary import CooperationMode, NeedType, OfferKind, OrganizationKind, Role
from matchmaker.services.database import Database
from tests.factories import make_need, make_offer, make_organization, make_user

BEARING_PROBLEM = (
    "时速350公里动车组轴箱轴承装车120万公里后，外圈滚道出现早期剥落，怀疑钢中夹杂物与润滑脂失效共同作用。"
    "现有工艺为GCr15真空脱气钢加马氏体淬火，需要延长接触疲劳寿命。"
)


def build_city(database: Database) -> None:
    """Enterprises with needs, teams with offers, and one person of each kind."""
    with database.writing() as session:
        _enterprises(session)
        _teams(session)
        organizer = make_user(session, Role.ORGANIZER)
        organizer.email = "organizer@example.com"
        session.commit()
    database.engine.dispose()


def _enterprises(session: Session) -> None:
    bearings = make_organization(
        session, name="洛阳示例轴承有限公司", district_code="jianxi", contact_phone="0379-00000001"
    )
    engineer = make_user(session, Role.ENTERPRISE, bearings)
    engineer.email = "engineer@example.com"
    _need(session, bearings, "高铁轴箱轴承接触疲劳寿命提升", BEARING_PROBLEM, budget="50-80万")
    capacitors = make_organization(session, name="洛阳示例电容有限公司", district_code="gaoxin")
    _need(
        session,
        capacitors,
        "2.7 V 超级电容器高温自放电抑制",
        "双电层电容器在65 ℃存放72小时后电压跌落超过8%，电解液为TEABF4/AN，活性炭比表面1800 m2/g，需降低漏电流。",
        budget="面议",
    )
    tractors = make_organization(session, name="洛阳示例拖拉机有限公司", district_code="jianxi")
    _need(
        session,
        tractors,
        "动力换挡拖拉机湿式离合器结合平顺性",
        "220马力拖拉机动力换挡传动系在重载换挡时冲击度超过25 m/s3，湿式离合器油压曲线靠经验标定，需要控制策略。",
        budget="120万",
    )


def _teams(session: Session) -> None:
    university = make_organization(session, OrganizationKind.UNIVERSITY, name="示例理工大学", city="洛阳")
    researcher = make_user(session, Role.RESEARCHER, university)
    researcher.email = "researcher@example.com"
    tribology = Team(organization=university, name="摩擦学与轴承团队", leader="示例·王教授")
    electrochemistry = Team(organization=university, name="电化学储能团队", leader="示例·李教授")
    session.add_all([tribology, electrochemistry])
    _offer(
        session,
        tribology,
        "滚动轴承滚道超声滚压强化与疲劳寿命预测",
        "以超声滚压在滚道表层形成0.4 mm残余压应力层，轴承钢接触疲劳寿命L10提高到1.8倍，已在轴箱轴承台架验证。",
        price="60万",
        trl=7,
    )
    _offer(
        session,
        tribology,
        "宽温域轴承润滑脂及其失效监测",
        "聚脲稠化剂与PAO基础油复配，-40至150 ℃稠度稳定，可在线监测高速轴承润滑脂的铁含量与氧化程度。",
        price="面议",
        trl=6,
    )
    _offer(
        session,
        electrochemistry,
        "超级电容器低漏电流电解液与碳材料表面改性",
        "氢气退火去除活性炭含氧官能团并优化电解液添加剂，65 ℃下72小时自放电电压降低于4%。",
        price="30-50万",
        trl=5,
    )
    institute = make_organization(session, OrganizationKind.INSTITUTE, name="示例牡丹生物研究所")
    _offer(
        session, Team(organization=institute, name="牡丹提取团队"), "牡丹籽油亚临界萃取", "亚临界丁烷低温萃取牡丹籽油。"
    )


def _need(session: Session, organization: Any, title: str, problem: str, budget: str) -> Need:
    need: Need = make_need(
        session,
        organization,
        title=title,
        problem=problem,
        industry_code="equipment_manufacturing",
        need_type=NeedType.KEY_TECHNOLOGY,
        cooperation_modes=frozenset({CooperationMode.JOINT_DEVELOPMENT}),
        contact_name="示例·李工",
        contact_phone="0379-00000002",
    )
    need.budget = parse_amount(budget)
    session.commit()
    return need


def _offer(session: Session, team: Team, title: str, summary: str, price: str = "", trl: int | None = None) -> Offer:
    offer: Offer = make_offer(
        session,
        team.organization,
        team=team,
        kind=OfferKind.OUTCOME,
        title=title,
        summary=summary,
        trl=trl,
        industry_code="equipment_manufacturing",
        contact_name=team.leader,
        contact_phone="0379-00000003",
    )
    offer.price = parse_amount(price)
    session.commit()
    return offer
