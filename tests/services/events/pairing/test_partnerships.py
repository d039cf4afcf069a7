import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from matchmaker.domain.errors import Conflict, InvalidInput, NotFound, ValidationErrors
from matchmaker.domain.events.event import Event, PairDecision
from matchmaker.domain.people import User
from matchmaker.matching.ranking.reciprocity import mutual_scores
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
    open_posting_ids,
    participants_of,
    remove_participants,
    set_limits,
)
from matchmaker.services.events.plan.queries import meetings_of
from matchmaker.services.indexing.search_index import SearchIndex
from tests.factories import make_need
from tests.services.fairs import TOPICS, limit, make_event, needs_of, offers_of

pytestmark = pytest.mark.slow


def listed(session: Session, event: Event) -> set[tuple[int, int]]:
    return {(meeting.need_side_id, meeting.offer_side_id) for meeting in meetings_of(session, event)}


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
