"""The expo: which booths a visitor should see, whom an exhibitor should invite, and all that is exhibited.

Visitors are the participants on the need side, exhibitors those on the offer side. What fits is decided as for a match
list: by the best match between their open postings, under the organizer's pins and exclusions.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from sqlalchemy.orm import Session

from matchmaker.domain.errors import Conflict
from matchmaker.domain.events.event import Event, Participant
from matchmaker.domain.people import User
from matchmaker.domain.postings.match_reason import Reason
from matchmaker.domain.postings.posting import Need, Offer
from matchmaker.domain.postings.visibility import Detail, detail_for
from matchmaker.domain.reference import Industry
from matchmaker.domain.vocabulary import PairDecisionKind, Side
from matchmaker.i18n import N_
from matchmaker.printing.order import CountingKey, counting_order
from matchmaker.services.events.pairing.partnerships import (
    MatrixCell,
    PairScores,
    best_matches,
    decisions_of,
    score_partnerships,
)
from matchmaker.services.events.pairing.reasons import reason_for
from matchmaker.services.events.participation.participants import open_posting_ids, participants_of
from matchmaker.services.finding.recommendations import WEAKEST_SHOWN
from matchmaker.services.indexing.search_index import SearchIndex, load_postings

BOOTHS_IN_A_GUIDE = 12
"""More than anybody walks to in half a day."""

VISITORS_TO_INVITE = 20


@dataclass(frozen=True, slots=True)
class Visit:
    """A visitor at a booth and what brings them there; without postings where only the organizer's pin does."""

    visitor: Participant
    exhibitor: Participant
    score: float
    need: Need | None
    offer: Offer | None
    reason: Reason


@dataclass(frozen=True, slots=True)
class Suggestions:
    """What is suggested to one participant, best first: booths to a visitor, visitors to an exhibitor."""

    participant: Participant
    visits: tuple[Visit, ...]


@dataclass(frozen=True, slots=True)
class Exhibit:
    """An offer at its exhibitor's booth, and how much of it the viewer sees."""

    offer: Offer
    exhibitor: Participant
    detail: Detail


@dataclass(frozen=True, slots=True)
class ExhibitSection:
    """The exhibits of one industry, from booth to booth; ``None`` holds those that name no industry."""

    industry: Industry | None
    exhibits: tuple[Exhibit, ...]


class ExpoVisits:
    """Who should meet at which booth, for everybody or for one participant (``about``). Made from one scoring of all
    pairs; reasons are worked out once for each pair. The caller has refreshed the corpus.

    Raises :class:`Conflict` when no exhibitor has a booth.
    """

    def __init__(
        self, session: Session, search_index: SearchIndex, event: Event, about: Participant | None = None
    ) -> None:
        check_booths(session, event)
        self._session = session
        self._corpus = search_index
        self._scores = score_partnerships(session, search_index, event, about)
        self._worth = _worth(session, event, self._scores)
        self._known: dict[MatrixCell, Visit] = {}

    def booth_guides(self) -> list[Suggestions]:
        """For each visitor the booths worth a visit."""
        rows = range(len(self._scores.rows))
        chosen = [[(row, column) for column in _best(self._worth[row], BOOTHS_IN_A_GUIDE)] for row in rows]
        return self._suggestions(self._scores.rows, chosen)

    def visitors_to_invite(self) -> list[Suggestions]:
        """For each exhibitor the visitors to invite."""
        columns = range(len(self._scores.columns))
        chosen = [[(row, column) for row in _best(self._worth[:, column], VISITORS_TO_INVITE)] for column in columns]
        return self._suggestions(self._scores.columns, chosen)

    def _suggestions(
        self, participants: Sequence[Participant], chosen: Sequence[Sequence[MatrixCell]]
    ) -> list[Suggestions]:
        self._learn({place for places in chosen for place in places} - self._known.keys())
        return [
            Suggestions(participant, tuple(self._known[place] for place in places))
            for participant, places in zip(participants, chosen, strict=True)
        ]

    def _learn(self, places: Iterable[MatrixCell]) -> None:
        ordered = sorted(places)
        for place, match in zip(ordered, best_matches(self._session, self._scores, ordered), strict=True):
            need, offer = match or (None, None)
            self._known[place] = Visit(
                visitor=self._scores.rows[place[0]],
                exhibitor=self._scores.columns[place[1]],
                score=max(float(self._scores.scores[place]), 0.0),
                need=need,
                offer=offer,
                reason=reason_for(self._corpus, need, offer) if need and offer else Reason(),
            )


def check_booths(session: Session, event: Event) -> None:
    """Raise :class:`Conflict` while no exhibitor has a booth."""
    if not any(exhibitor.booth for exhibitor in participants_of(session, event, Side.OFFER)):
        raise Conflict(N_("还没有展位：请在“参会方”页为参展单位填写展馆和展位号"))


def halls_of(event: Event) -> list[str]:
    """The names of the halls in walking order."""
    return [room.name for room in event.rooms]


def booth_order(participant: Participant) -> tuple[int, str, CountingKey]:
    """Sorts exhibitors as one walks: by hall, then A2 before A10; those without a booth last in their hall."""
    hall = participant.room.position if participant.room is not None else 0
    return hall, "" if participant.booth else "~", counting_order(participant.booth)


def exhibits_by_industry(
    session: Session, event: Event, viewer: User | None, today: date, text: str = "", without: Collection[int] = ()
) -> list[ExhibitSection]:
    """All that the event's exhibitors are here for, but for those ``without`` (ids), as far as the viewer (``None``:
    everybody) may see it; with ``text``, only where the title or the exhibitor's name has it.
    """
    exhibitors = {p.id: p for p in participants_of(session, event, Side.OFFER)}
    owners = {
        offer_id: exhibitors[participant_id]
        for participant_id, ids in open_posting_ids(session, exhibitors.values()).items()
        for offer_id in ids
    }
    sections: defaultdict[str | None, list[Exhibit]] = defaultdict(list)
    for offer in load_postings(session, Side.OFFER, owners).values():
        detail = detail_for(viewer, offer, today)
        named = text.casefold() in f"{offer.title} {owners[offer.id].name}".casefold()
        if detail > Detail.NOTHING and isinstance(offer, Offer) and named and owners[offer.id].id not in without:
            sections[offer.industry_code].append(Exhibit(offer, owners[offer.id], detail))
    return sorted((_section(exhibits) for exhibits in sections.values()), key=_section_order)


def _section(exhibits: list[Exhibit]) -> ExhibitSection:
    in_order = sorted(exhibits, key=lambda one: (booth_order(one.exhibitor), one.offer.id))
    return ExhibitSection(in_order[0].offer.industry, tuple(in_order))


def _section_order(section: ExhibitSection) -> tuple[bool, int]:
    return section.industry is None, section.industry.position if section.industry is not None else 0


def _worth(session: Session, event: Event, scores: PairScores) -> np.ndarray:
    """The scores, with −1 for what is not to be suggested; pins come first whatever they score."""
    worth = np.where(scores.scores >= WEAKEST_SHOWN, scores.scores, -1.0)
    for pair, decision in decisions_of(session, event).items():
        if pair in scores:
            worth[scores.cell(pair)] = 200.0 if decision.decision is PairDecisionKind.PIN else -1.0
    return worth


def _best(worth: np.ndarray, most: int) -> list[int]:
    order = np.argsort(-worth, kind="stable")[:most]
    return [int(position) for position in order if worth[position] >= 0]
