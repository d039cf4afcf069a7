from collections import Counter
from datetime import date, datetime, timedelta
from io import BytesIO
from itertools import combinations

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from matchmaker.domain.errors import Conflict, InvalidInput, NotAllowed, NotFound, ValidationErrors
from matchmaker.domain.events.event import Event, Meeting, PairDecision, Participant, PlanVersion
from matchmaker.domain.people import Organization, Team, User
from matchmaker.domain.vocabulary import (
    EventKind,
    EventStatus,
    MeetingStatus,
    OrganizationKind,
    PairDecisionKind,
    Role,
    Side,
    Visibility,
)
from matchmaker.matching.ranking.reciprocity import mutual_scores
from matchmaker.services.events.editing import (
    EventValues,
    Period,
    create_event,
    delete_event,
    find_event,
    list_events,
    publish_event,
    unpublish_event,
    update_event,
)
from matchmaker.services.events.pairing.partnerships import (
    DecisionState,
    PartnershipFilter,
    exclude_pair,
    forget_decision,
    list_partnerships,
    pin_pair,
    score_partnerships,
)
from matchmaker.services.events.participation.participants import (
    ParticipantLimits,
    PartyFilter,
    add_participants,
    addable_parties,
    open_posting_ids,
    participants_of,
    remove_participants,
    set_limits,
)
from matchmaker.services.events.plan.versions import difference, versions
from matchmaker.services.events.printing import Format, print_match_list
from matchmaker.services.events.scheduling.match_list import add_pair, build_match_list, remove_pair
from matchmaker.services.events.scheduling.match_list_state import match_list_state, meetings_of
from matchmaker.services.indexing.search_index import SearchIndex
from matchmaker.services.platform import Platform
from tests.factories import make_need, make_offer, make_organization, make_user

pytestmark = pytest.mark.slow

TOPICS = (
    ("高铁轴箱轴承接触疲劳寿命不足", "高速铁路轴承接触疲劳试验与寿命预测"),
    ("拖拉机动力换挡变速箱液压冲击", "动力换挡变速箱湿式离合器缓冲控制"),
    ("超级电容器电极材料比电容低", "高比电容活性炭电极材料制备"),
)


@pytest.fixture
def search_index(platform: Platform) -> SearchIndex:
    return platform.search_index


@pytest.fixture
def organizer(session: Session) -> User:
    return make_user(session, Role.ORGANIZER)


def period(day: int = 30, begins: str = "09:00", ends: str = "11:00") -> Period:
    """A stretch of a day that many days from now."""
    on = date.today() + timedelta(days=day)
    return (
        datetime.combine(on, datetime.strptime(begins, "%H:%M").time()),
        datetime.combine(on, datetime.strptime(ends, "%H:%M").time()),
    )


def values(**changed: object) -> EventValues:
    known: dict[str, object] = {
        "kind": EventKind.DOCKING,
        "name": "示例对接会",
        "place": "会展中心",
        "sessions": (period(),),
    }
    return EventValues(**(known | changed))  # type: ignore[arg-type]


def make_event(session: Session, **changed: object) -> Event:
    return create_event(session, None, values(**changed))


def make_team(session: Session, university: Organization, name: str) -> Team:
    team = Team(organization=university, name=name)
    session.add(team)
    session.commit()
    return team


@pytest.fixture
def fair(session: Session, search_index: SearchIndex) -> Event:
    """Three enterprises with a need each, and three teams of one university with an offer each."""
    university = make_organization(session, OrganizationKind.UNIVERSITY, name="示例理工大学")
    for number, (problem, answer) in enumerate(TOPICS, start=1):
        enterprise = make_organization(session, name=f"示例企业{number}号")
        make_need(session, enterprise, title=problem, problem=f"我厂{problem}，希望找到合作单位。")
        make_offer(session, university, team=make_team(session, university, f"第{number}团队"), title=answer)
    event = make_event(session)
    invite_all(session, event)
    search_index.refresh()
    return event


def invite_all(session: Session, event: Event) -> None:
    for side in Side:
        keys = [party.key for party in addable_parties(session, event, side, PartyFilter())]
        add_participants(session, None, event, side, keys)


def needs_of(session: Session, event: Event) -> list[Participant]:
    return list(participants_of(session, event, Side.NEED))


def offers_of(session: Session, event: Event) -> list[Participant]:
    return list(participants_of(session, event, Side.OFFER))


def listed(session: Session, event: Event) -> set[tuple[int, int]]:
    return {(meeting.need_side_id, meeting.offer_side_id) for meeting in meetings_of(session, event)}


def limit(session: Session, event: Event, most: int, least: int = 1) -> None:
    limits = {p.id: ParticipantLimits(least, most) for p in participants_of(session, event)}
    set_limits(session, None, event, limits)


# --- the event


@pytest.mark.parametrize(
    ("changed", "field", "words"),
    [
        ({"name": " "}, "name", "请填写活动名称"),
        ({"name": "🎉🎉"}, "name", "请填写活动名称"),
        ({"name": "会" * 50_000}, "name", "最多 120 字"),
        ({"place": ""}, "place", "请填写地点"),
        ({"sessions": ()}, "sessions", "至少填写一个场次"),
        ({"sessions": (period(ends="08:00"),)}, "sessions-0", "结束时间应晚于开始时间"),
        ({"sessions": (period(), period(begins="10:30", ends="12:00"))}, "sessions-1", "与另一场时间重叠"),
        ({"sessions": (period(ends="09:15"),)}, "sessions-0", "放不下一个 20 分钟的时段"),
        ({"sessions": (period(day=-1),)}, "sessions-0", "已经过去"),
        ({"table_count": 0}, "table_count", "1 到 2000"),
        ({"slot_minutes": 0}, "slot_minutes", "5 到 240"),
        ({"default_max_meetings": 0}, "default_max_meetings", "1 到 50"),
    ],
)
def test_an_event_that_cannot_be_is_refused_at_the_field(
    session: Session, changed: dict[str, object], field: str, words: str
) -> None:
    with pytest.raises(ValidationErrors) as caught:
        make_event(session, **changed)

    assert {problem.field: problem for problem in caught.value.problems}[field].text().find(words) >= 0
    assert session.scalar(select(func.count()).select_from(Event)) == 0


def test_all_faults_are_told_at_once(session: Session) -> None:
    with pytest.raises(ValidationErrors) as caught:
        make_event(session, name="", place="", sessions=(), table_count=0)

    assert {problem.field for problem in caught.value.problems} == {"name", "place", "sessions", "table_count"}


def test_a_name_is_taken_only_once(session: Session) -> None:
    first = make_event(session)
    with pytest.raises(ValidationErrors, match="已有名为“示例对接会”的活动"):
        make_event(session)

    update_event(session, None, first, values(place="新址"))
    assert first.place == "新址"


def test_an_expo_needs_no_tables(session: Session) -> None:
    assert make_event(session, kind=EventKind.EXPO, table_count=0).most_meetings is None


def test_sessions_are_cut_into_whole_slots(session: Session) -> None:
    event = make_event(session, sessions=(period(begins="14:00", ends="14:50"), period()), table_count=3)

    assert [f"{slot:%H:%M}" for slot in event.slots] == [
        *("09:00", "09:20", "09:40", "10:00", "10:20", "10:40"),
        *("14:00", "14:20"),
    ]
    assert event.most_meetings == 8 * 3


def test_a_past_session_may_stay_but_none_may_become_past(session: Session) -> None:
    event = create_event(session, None, values(sessions=(period(day=-3),)), past=True)
    update_event(session, None, event, values(sessions=(period(day=-3),), place="新址"))

    with pytest.raises(ValidationErrors, match="已经过去"):
        update_event(session, None, event, values(sessions=(period(day=-4),)))


def test_an_event_is_published_taken_back_and_deleted_only_in_preparation(session: Session, fair: Event) -> None:
    publish_event(session, None, fair)
    assert fair.status is EventStatus.PUBLISHED
    with pytest.raises(Conflict, match="已经公布，不能删除"):
        delete_event(session, None, fair)
    with pytest.raises(Conflict):
        publish_event(session, None, fair)

    unpublish_event(session, None, fair)
    delete_event(session, None, fair)
    assert session.scalar(select(func.count()).select_from(Participant)) == 0


def test_deleting_takes_the_match_list_along(session: Session, search_index: SearchIndex, fair: Event) -> None:
    pin_pair(session, None, fair, (needs_of(session, fair)[0].id, offers_of(session, fair)[1].id))
    build_match_list(session, search_index, fair)
    delete_event(session, None, fair)

    for model in (Event, Participant, PairDecision, Meeting, PlanVersion):
        assert session.scalar(select(func.count()).select_from(model)) == 0


def test_events_are_found_by_name_by_id_and_by_a_telling_part(session: Session) -> None:
    spring, autumn = make_event(session, name="春季对接会"), make_event(session, name="秋季对接会")

    assert find_event(session, "春季对接会") is spring
    assert find_event(session, str(autumn.id)) is autumn
    assert find_event(session, "秋季") is autumn
    for unknown in ("对接会", "冬季", ""):
        with pytest.raises(NotFound, match="春季对接会"):
            find_event(session, unknown)
    assert {event.name for event in list_events(session)} == {"春季对接会", "秋季对接会"}


def test_only_organizers_run_events(session: Session, fair: Event, search_index: SearchIndex) -> None:
    outsider = make_user(session, Role.ENTERPRISE)
    pair = (needs_of(session, fair)[0].id, offers_of(session, fair)[0].id)
    for attempt in (
        lambda: create_event(session, outsider, values(name="另一个")),
        lambda: update_event(session, outsider, fair, values()),
        lambda: publish_event(session, outsider, fair),
        lambda: delete_event(session, outsider, fair),
        lambda: add_participants(session, outsider, fair, Side.NEED, []),
        lambda: remove_participants(session, outsider, fair, []),
        lambda: set_limits(session, outsider, fair, {}),
        lambda: build_match_list(session, search_index, fair, outsider),
        lambda: pin_pair(session, outsider, fair, pair),
        lambda: exclude_pair(session, outsider, fair, pair, "理由"),
        lambda: forget_decision(session, outsider, fair, pair),
        lambda: add_pair(session, search_index, outsider, fair, pair),
        lambda: remove_pair(session, outsider, fair, pair, "理由"),
    ):
        with pytest.raises(NotAllowed):
            attempt()


# --- participants


def test_parties_are_filtered_by_name_industry_and_district(session: Session) -> None:
    event = make_event(session)
    bearing = make_organization(
        session, name="瀍河轴承厂", district_code="chanhe", industry_code="equipment_manufacturing"
    )
    pharma = make_organization(session, name="高新制药厂", district_code="gaoxin")
    make_need(session, bearing)
    make_need(session, pharma, industry_code="biomedicine")
    make_organization(session, name="没有需求的厂")

    def found(**wanted: object) -> set[str]:
        parties = addable_parties(session, event, Side.NEED, PartyFilter(**wanted))  # type: ignore[arg-type]
        return {party.organization.name for party in parties}

    assert found() == {"瀍河轴承厂", "高新制药厂"}
    assert found(text="轴承") == {"瀍河轴承厂"}
    assert found(industry="biomedicine") == {"高新制药厂"}, "the industry of a need counts as well"
    assert found(district="chanhe") == {"瀍河轴承厂"}
    assert found(silent=True) == {"瀍河轴承厂", "高新制药厂", "没有需求的厂"}


def test_expired_and_draft_postings_do_not_count(session: Session) -> None:
    event = make_event(session)
    make_need(session, valid_until=date.today() - timedelta(days=1))

    assert addable_parties(session, event, Side.NEED, PartyFilter()) == []


def test_adding_twice_changes_nothing_and_what_does_not_exist_is_refused(session: Session, fair: Event) -> None:
    participant = needs_of(session, fair)[0]

    assert add_participants(session, None, fair, Side.NEED, [(participant.organization_id, None)]) == []
    with pytest.raises(NotFound):
        add_participants(session, None, fair, Side.NEED, [(99_999, None)])
    team_of_another = offers_of(session, fair)[0].team_id
    with pytest.raises(NotFound):
        add_participants(session, None, fair, Side.OFFER, [(participant.organization_id, team_of_another)])


def test_an_organization_stands_for_the_offers_of_teams_that_do_not_come(session: Session) -> None:
    event = make_event(session)
    university = make_organization(session, OrganizationKind.UNIVERSITY)
    comes, stays = make_team(session, university, "来的"), make_team(session, university, "不来的")
    of_coming = make_offer(session, university, team=comes)
    of_staying = make_offer(session, university, team=stays)
    of_nobody = make_offer(session, university)
    add_participants(session, None, event, Side.OFFER, [(university.id, None), (university.id, comes.id)])
    whole, team = offers_of(session, event)

    assert open_posting_ids(session, [whole, team]) == {
        whole.id: [of_staying.id, of_nobody.id],
        team.id: [of_coming.id],
    }


@pytest.mark.parametrize(
    ("limits", "field"),
    [
        (ParticipantLimits(1, 0), "max_meetings"),
        (ParticipantLimits(1, 51), "max_meetings"),
        (ParticipantLimits(4, 3), "min_meetings"),
        (ParticipantLimits(-1, 3), "min_meetings"),
        (ParticipantLimits(7, 8), "min_meetings"),
        (ParticipantLimits(1, 3, "展" * 21), "booth"),
    ],
)
def test_limits_that_cannot_be_are_refused(
    session: Session, fair: Event, limits: ParticipantLimits, field: str
) -> None:
    participant = needs_of(session, fair)[0]
    with pytest.raises(ValidationErrors) as caught:
        set_limits(session, None, fair, {participant.id: limits})

    assert caught.value.field == f"{field}-{participant.id}"


def test_leaving_takes_meetings_and_decisions_along(session: Session, search_index: SearchIndex, fair: Event) -> None:
    leaving, pair_partner = needs_of(session, fair)[0], offers_of(session, fair)[1]
    pin_pair(session, None, fair, (leaving.id, pair_partner.id))
    build_match_list(session, search_index, fair)

    assert remove_participants(session, None, fair, [leaving.id]) == 1
    assert leaving.id not in {need for need, _ in listed(session, fair)}
    assert session.scalar(select(func.count()).select_from(PairDecision)) == 0
    assert fair.plan_version == 2, "what is printed now differs from what was printed before"


def test_who_has_met_somebody_cannot_be_taken_out(session: Session, search_index: SearchIndex, fair: Event) -> None:
    build_match_list(session, search_index, fair)
    meeting = meetings_of(session, fair)[0]
    meeting.status = MeetingStatus.HELD
    session.commit()

    with pytest.raises(Conflict, match="已有洽谈记录"):
        remove_participants(session, None, fair, [meeting.need_side_id])
    with pytest.raises(Conflict, match="不能重新生成"):
        build_match_list(session, search_index, fair)


# --- partnerships


def test_a_pair_scores_what_its_best_postings_score(session: Session, search_index: SearchIndex, fair: Event) -> None:
    make_need(session, needs_of(session, fair)[0].organization, title=TOPICS[2][0])
    # The factory has committed, so no lock is in the way of storing the new vector.
    search_index.refresh()
    scores = score_partnerships(session, search_index, fair)
    ids = open_posting_ids(session, participants_of(session, fair))

    for row, need_side in enumerate(scores.rows):
        for column, offer_side in enumerate(scores.columns):
            pairs = search_index.matcher.score_pairs(ids[need_side.id], ids[offer_side.id])
            best = search_index.matcher.score_pairs([int(scores.needs[row, column])], [int(scores.offers[row, column])])
            assert scores.scores[row, column] == pytest.approx(pairs.max(), abs=1e-3)
            assert best[0, 0] == pytest.approx(pairs.max(), abs=1e-3)


def test_partnerships_are_ranked_filtered_and_cut_into_pages(
    session: Session, search_index: SearchIndex, fair: Event
) -> None:
    everything = PartnershipFilter(least=0)
    first = list_partnerships(session, search_index, fair, everything, 0, 5)
    second = list_partnerships(session, search_index, fair, everything, 5, 5)
    shown = [*first.partnerships, *second.partnerships]

    assert first.total == 9
    assert len({(p.need_side.id, p.offer_side.id) for p in shown}) == 9
    assert [p.score for p in shown] == sorted((p.score for p in shown), reverse=True)
    assert {(p.need.title, p.offer.title) for p in shown[:3] if p.need and p.offer} == set(TOPICS)
    named = list_partnerships(session, search_index, fair, PartnershipFilter(text="第2团队", least=0), 0, 50)
    assert {p.offer_side.name for p in named.partnerships} == {"示例理工大学 · 第2团队"}


def test_partnerships_are_listed_by_what_they_are_worth_to_both(
    session: Session, search_index: SearchIndex, fair: Event
) -> None:
    scores = score_partnerships(session, search_index, fair)
    mutual = mutual_scores(scores.scores)
    listed = list_partnerships(session, search_index, fair, PartnershipFilter(least=0), 0, 9).partnerships
    rows, columns = ({one.id: place for place, one in enumerate(side)} for side in (scores.rows, scores.columns))
    places = [(rows[p.need_side.id], columns[p.offer_side.id]) for p in listed]

    assert len(places) == 9
    worth = [mutual[place] for place in places]
    assert worth == sorted(worth, reverse=True)
    assert [p.score for p in listed] == pytest.approx([scores.scores[place] for place in places])


def test_decisions_are_shown_whatever_the_score_and_can_be_undone(
    session: Session, search_index: SearchIndex, organizer: User, fair: Event
) -> None:
    pair = (needs_of(session, fair)[0].id, offers_of(session, fair)[2].id)
    exclude_pair(session, organizer, fair, pair, "上届谈过，没有结果")

    def shown(state: DecisionState) -> list[tuple[int, int]]:
        found = list_partnerships(session, search_index, fair, PartnershipFilter(least=100, state=state), 0, 50)
        return [(p.need_side.id, p.offer_side.id) for p in found.partnerships]

    assert shown(DecisionState.ANY) == shown(DecisionState.EXCLUDED) == [pair]
    assert shown(DecisionState.PINNED) == []
    decision = session.scalars(select(PairDecision)).one()
    assert (decision.reason, decision.decided_by) == ("上届谈过，没有结果", organizer)
    forget_decision(session, organizer, fair, pair)
    assert shown(DecisionState.ANY) == []


def test_an_exclusion_needs_a_reason(session: Session, fair: Event) -> None:
    pair = (needs_of(session, fair)[0].id, offers_of(session, fair)[0].id)
    for blank in ("", "  ", "——"):
        with pytest.raises(InvalidInput, match="请写明排除的理由"):
            exclude_pair(session, None, fair, pair, blank)


def test_a_pair_of_another_event_or_side_is_unknown(session: Session, fair: Event) -> None:
    need, offer = needs_of(session, fair)[0].id, offers_of(session, fair)[0].id
    other_event = make_event(session, name="另一个活动")
    for event, pair in ((fair, (offer, need)), (fair, (need, 99_999)), (other_event, (need, offer))):
        with pytest.raises(NotFound):
            pin_pair(session, None, event, pair)


def test_pins_beyond_a_maximum_are_refused(session: Session, fair: Event) -> None:
    limit(session, fair, most=1)
    need, offers = needs_of(session, fair)[0], offers_of(session, fair)
    pin_pair(session, None, fair, (need.id, offers[0].id))

    with pytest.raises(Conflict, match="最多洽谈 1 场，都已锁定"):
        pin_pair(session, None, fair, (need.id, offers[1].id))
    assert session.scalar(select(func.count()).select_from(PairDecision)) == 1
    with pytest.raises(ValidationErrors, match="应为 1 到 50"):
        set_limits(session, None, fair, {need.id: ParticipantLimits(0, 0)})


def test_whoever_has_few_candidates_gets_suggestions(session: Session, search_index: SearchIndex, fair: Event) -> None:
    leaving = offers_of(session, fair)[0]
    remove_participants(session, None, fair, [leaving.id])
    need = needs_of(session, fair)[0]
    prospects = list_partnerships(session, search_index, fair, PartnershipFilter(participant=need.id), 0, 50).prospects

    assert prospects is not None
    assert prospects.few
    assert prospects.invitations[0].party.team == leaving.team


def test_an_organization_never_meets_itself(session: Session, search_index: SearchIndex) -> None:
    event = make_event(session)
    enterprise = make_organization(session)
    make_need(session, enterprise, title=TOPICS[0][0])
    make_offer(session, enterprise, title=TOPICS[0][1])
    invite_all(session, event)
    build_match_list(session, search_index, event)

    assert listed(session, event) == set()
    assert {left.reason() for left in match_list_state(session, event).unserved} == {"对方参会方里没有可以匹配的信息"}


# --- the match list


def test_everybody_gets_a_partner_under_every_maximum(session: Session, search_index: SearchIndex, fair: Event) -> None:
    limit(session, fair, most=1)
    version = build_match_list(session, search_index, fair)
    state = match_list_state(session, fair)

    assert {(m.need.title, m.offer.title) for m in state.meetings if m.need and m.offer} == set(TOPICS)
    assert set(state.met.values()) == {1}
    assert state.unserved == []
    assert (version.version, version.proven, fair.plan_version) == (1, True, 1)
    assert fair.planned_at is not None
    assert all(m.starts_at in fair.slots and m.table in range(1, fair.table_count + 1) for m in state.meetings)


def test_coverage_comes_before_total_score(session: Session, search_index: SearchIndex) -> None:
    """Two enterprises with the same need and one team of the trade: the other must do with the other team."""
    event = make_event(session)
    university = make_organization(session, OrganizationKind.UNIVERSITY)
    for _ in range(2):
        make_need(session, title=TOPICS[0][0])
    for _, answer in TOPICS[:2]:
        make_offer(session, university, team=make_team(session, university, answer), title=answer)
    invite_all(session, event)
    limit(session, event, most=1)
    build_match_list(session, search_index, event)

    assert match_list_state(session, event).unserved == []
    assert Counter(need for need, _ in listed(session, event)).total() == 2


def test_nobody_gets_more_meetings_than_there_are_slots(
    session: Session, search_index: SearchIndex, fair: Event
) -> None:
    update_event(session, None, fair, values(sessions=(period(ends="09:40"),)))
    build_match_list(session, search_index, fair)

    assert max(match_list_state(session, fair).met.values()) <= 2


def test_for_whom_slots_and_tables_do_not_suffice_is_told_so(
    session: Session, search_index: SearchIndex, fair: Event
) -> None:
    update_event(session, None, fair, values(sessions=(period(ends="09:20"),), table_count=1))
    build_match_list(session, search_index, fair)
    state = match_list_state(session, fair)

    assert len(state.meetings) == 1
    assert {left.reason() for left in state.unserved} == {"双方都空的时段里桌位已排满"}
    assert len(state.unserved) == 4


def test_pins_are_in_and_exclusions_out_over_every_rebuild(
    session: Session, search_index: SearchIndex, fair: Event
) -> None:
    limit(session, fair, most=2)
    needs, offers = needs_of(session, fair), offers_of(session, fair)
    pinned, excluded = (needs[0].id, offers[1].id), (needs[0].id, offers[0].id)
    pin_pair(session, None, fair, pinned, "双方约好")
    exclude_pair(session, None, fair, excluded, "竞争对手")
    for _ in range(2):
        build_match_list(session, search_index, fair)
        assert pinned in listed(session, fair)
        assert excluded not in listed(session, fair)
    assert {
        m.pinned
        for m in meetings_of(session, fair)
        if m.need_side_id == needs[0].id and m.offer_side_id == offers[1].id
    } == {True}


def test_the_same_event_gives_the_same_list(session: Session, search_index: SearchIndex, fair: Event) -> None:
    first, second = (build_match_list(session, search_index, fair) for _ in range(2))

    assert [tuple(pair) for pair in first.pairs] == [tuple(pair) for pair in second.pairs]
    assert difference(first, second).added == difference(first, second).removed == ()


def test_a_locked_meeting_keeps_its_slot_and_table(session: Session, search_index: SearchIndex, fair: Event) -> None:
    limit(session, fair, most=1)
    build_match_list(session, search_index, fair)
    meeting = meetings_of(session, fair)[0]
    free = next(slot for slot in fair.slots if slot not in {m.starts_at for m in meetings_of(session, fair)})
    meeting.starts_at, meeting.table, meeting.locked = free, 4, True
    session.commit()
    build_match_list(session, search_index, fair)

    again = session.get(Meeting, meeting.id)
    assert again is not None
    assert (again.starts_at, again.table) == (free, 4)


def test_without_postings_nothing_is_matched_and_the_reason_is_told(
    session: Session, search_index: SearchIndex, fair: Event
) -> None:
    silent = make_organization(session, name="示例沉默公司")
    add_participants(session, None, fair, Side.NEED, [(silent.id, None)])
    build_match_list(session, search_index, fair)
    (left,) = match_list_state(session, fair).unserved

    assert left.participant.organization is silent
    assert left.reason() == "没有已发布且在有效期内的信息，无从匹配"


def test_reasons_for_the_unserved(session: Session, search_index: SearchIndex, fair: Event) -> None:
    needs, offers = needs_of(session, fair), offers_of(session, fair)
    for offer in offers:
        exclude_pair(session, None, fair, (needs[0].id, offer.id), "不合适")
    build_match_list(session, search_index, fair)
    reasons = {left.participant.id: left.reason() for left in match_list_state(session, fair).unserved}
    assert reasons == {needs[0].id: "可匹配的对象都已排除"}

    late = make_organization(session)
    add_participants(session, None, fair, Side.NEED, [(late.id, None)])
    state = match_list_state(session, fair)
    assert state.unserved[-1].reason() == "生成匹配表之后才加入，请重新生成"
    assert state.outdated


@pytest.mark.parametrize("side", Side)
def test_a_fair_with_one_side_only_cannot_be_built(
    session: Session, search_index: SearchIndex, fair: Event, side: Side
) -> None:
    remove_participants(session, None, fair, [p.id for p in participants_of(session, fair, side)])

    with pytest.raises(Conflict, match="请先添加"):
        build_match_list(session, search_index, fair)


def test_a_finished_event_stays_as_it_was(session: Session, search_index: SearchIndex, fair: Event) -> None:
    fair.status = EventStatus.FINISHED
    session.commit()

    with pytest.raises(Conflict, match="已经结束"):
        build_match_list(session, search_index, fair)


def test_changes_by_hand_pin_exclude_and_make_a_version(
    session: Session, search_index: SearchIndex, organizer: User, fair: Event
) -> None:
    limit(session, fair, most=2)
    build_match_list(session, search_index, fair)
    everything = {(n.id, o.id) for n in needs_of(session, fair) for o in offers_of(session, fair)}
    gone = sorted(listed(session, fair))[0]
    remove_pair(session, organizer, fair, gone, "对方临时有事")
    met = match_list_state(session, fair).met
    free = next(p for p in sorted(everything - listed(session, fair) - {gone}) if max(met[p[0]], met[p[1]]) < 2)
    add_pair(session, search_index, organizer, fair, free, "现场约定")

    assert gone not in listed(session, fair)
    assert free in listed(session, fair)
    kinds = {(d.need_side_id, d.offer_side_id): d.decision for d in session.scalars(select(PairDecision))}
    assert kinds == {gone: PairDecisionKind.EXCLUDE, free: PairDecisionKind.PIN}
    third, second, first = versions(session, fair)
    assert [v.built for v in (third, second, first)] == [False, False, True]
    assert [pair[:2] for pair in difference(first, second).removed] == [gone]
    assert [pair[:2] for pair in difference(second, third).added] == [free]
    assert not match_list_state(session, fair).outdated


def test_a_pair_is_added_by_hand_only_where_both_have_room(
    session: Session, search_index: SearchIndex, fair: Event
) -> None:
    limit(session, fair, most=1)
    build_match_list(session, search_index, fair)
    there = sorted(listed(session, fair))[0]
    crossed = (needs_of(session, fair)[0].id, offers_of(session, fair)[1].id)

    with pytest.raises(Conflict, match="已在匹配表里"):
        add_pair(session, search_index, None, fair, there)
    with pytest.raises(Conflict, match="达到上限"):
        add_pair(session, search_index, None, fair, crossed)
    assert session.scalar(select(func.count()).select_from(PairDecision)) == 0


def test_whom_a_change_by_hand_leaves_alone_is_told(session: Session, search_index: SearchIndex, fair: Event) -> None:
    limit(session, fair, most=1)
    build_match_list(session, search_index, fair)
    need, offer = sorted(listed(session, fair))[0]
    remove_pair(session, None, fair, (need, offer), "不合适")

    left = match_list_state(session, fair).unserved
    assert {one.participant.id for one in left} == {need, offer}
    assert {one.reason() for one in left} == {"匹配表手工调整后，场数不足"}


# --- print


def text_of(pdf: bytes) -> str:
    return "".join("".join(page.extract_text().split()) for page in PdfReader(BytesIO(pdf)).pages)


@pytest.mark.parametrize("grouping", ["whole", "enterprise", "team"])
def test_the_printed_list_names_everybody_and_no_contact(
    session: Session, search_index: SearchIndex, fair: Event, grouping: str
) -> None:
    for participant in participants_of(session, fair):
        participant.organization.contact_phone = "0379-0000-1234"
    session.commit()
    build_match_list(session, search_index, fair)
    text = text_of(print_match_list(session, fair, grouping, "pdf"))  # type: ignore[arg-type]

    for need, offer in TOPICS:
        assert need in text
        assert offer in text
    assert "示例企业1号" in text
    assert "第3团队" in text
    assert "第1版" in text
    assert "0379-0000-1234" not in text


def test_the_workbook_can_be_read_back(session: Session, search_index: SearchIndex, fair: Event) -> None:
    make_silent = make_organization(session, name="示例沉默公司")
    add_participants(session, None, fair, Side.NEED, [(make_silent.id, None)])
    build_match_list(session, search_index, fair)
    workbook = load_workbook(BytesIO(print_match_list(session, fair, format=Format.XLSX)))

    rows = list(workbook["总表"].iter_rows(min_row=4, values_only=True))
    assert len(rows) == len(meetings_of(session, fair))
    assert {(row[1], row[2]) for row in rows} == {(f"示例企业{n}号", need) for n, (need, _) in enumerate(TOPICS, 1)}
    assert [row[0] for row in workbook["未配对"].iter_rows(min_row=4, values_only=True)] == ["示例沉默公司"]


def test_there_is_nothing_to_print_before_the_first_build(session: Session, fair: Event) -> None:
    with pytest.raises(Conflict, match="请先生成"):
        print_match_list(session, fair)


def test_reasons_say_nothing_of_a_text_that_is_kept_back(session: Session, search_index: SearchIndex) -> None:
    event = make_event(session)
    secret = "采用钪镱共掺的秘密配方提高硬度"
    make_need(session, title="铝合金强化", problem=f"我们想{secret}，现在卡在偏析。")
    make_offer(session, title="轻合金研究", summary=f"本团队{secret}，已小试。", visibility=Visibility.SUMMARY)
    invite_all(session, event)
    build_match_list(session, search_index, event)
    (meeting,) = meetings_of(session, event)

    assert not any("钪" in term or "秘密" in term for term in meeting.reason.terms)
    assert "秘密" not in text_of(print_match_list(session, event))


def test_reasons_are_said_in_both_languages_without_markup(
    session: Session, search_index: SearchIndex, fair: Event
) -> None:
    limit(session, fair, most=1)
    build_match_list(session, search_index, fair)
    reasons = [meeting.reason for meeting in meetings_of(session, fair)]

    assert any("轴承" in term for reason in reasons for term in reason.terms)
    for one, other in combinations([reason.label() for reason in reasons], 2):
        assert one != other
