"""The matcher keeps in step with the database, and no text is encoded twice."""

from collections.abc import Sequence

import pytest
from sqlalchemy.orm import Session

from matchmaker.domain.postings.posting import Offer
from matchmaker.domain.vocabulary import PostingStatus, Side
from matchmaker.matching.encoding.encoder import E5Encoder, Vectors
from matchmaker.matching.text.cleaning import clean
from matchmaker.matching.text.document import Side as MatchingSide
from matchmaker.services.finding.recommendations import matches_for, search
from matchmaker.services.indexing.search_index import SearchIndex
from matchmaker.services.platform import Platform
from matchmaker.services.posting.postings import bump_revision, withdraw
from tests.factories import make_need, make_offer, make_user

BEARING = {"title": "高铁轴承剥落", "problem": "轴箱轴承滚道早期剥落，油膜太薄，寿命达不到要求。"}
GREASE = {"title": "轴承润滑脂", "summary": "复合磺酸钙润滑脂，使轴承油膜增厚，滚道不再早期剥落。"}
BEARING_OPENING = clean("。".join(BEARING.values()))
"""Title and text in one: needs are encoded so as well."""


class CountingEncoder(E5Encoder):
    """The real encoder, which remembers what it was asked to encode."""

    def __init__(self) -> None:
        super().__init__()
        self.encoded: list[str] = []

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        self.encoded.extend(texts)
        return super().encode_queries(texts)

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        self.encoded.extend(texts)
        return super().encode_passages(texts)


@pytest.fixture(scope="module")
def loaded() -> CountingEncoder:
    """One for the whole module, for loading the model takes time."""
    return CountingEncoder()


@pytest.fixture
def counting(loaded: CountingEncoder) -> CountingEncoder:
    loaded.encoded.clear()
    return loaded


def test_every_text_is_encoded_once_whoever_asks(
    platform: Platform, session: Session, counting: CountingEncoder
) -> None:
    make_need(session, **BEARING)
    make_offer(session, **GREASE)
    SearchIndex(platform.database, counting).refresh()
    assert sorted(counting.encoded) == sorted([*BEARING.values(), BEARING_OPENING, *GREASE.values()])

    counting.encoded.clear()
    restarted = SearchIndex(platform.database, counting)
    restarted.refresh()
    restarted.rebuild()
    assert counting.encoded == []
    assert restarted.status().needs == restarted.status().offers == 1


def test_only_a_changed_text_is_encoded_again(platform: Platform, session: Session, counting: CountingEncoder) -> None:
    offer = make_offer(session, **GREASE)
    search_index = SearchIndex(platform.database, counting)
    search_index.refresh()
    counting.encoded.clear()

    offer.trl = 7
    bump_revision(session, offer)
    session.commit()
    search_index.refresh()
    assert counting.encoded == []
    assert search_index.matcher.documents(MatchingSide.OFFER)[0].facts.trl == 7

    offer.title = "轨道轴承润滑脂"
    bump_revision(session, offer)
    session.commit()
    search_index.refresh()
    assert counting.encoded == ["轨道轴承润滑脂"]


def test_a_draft_is_encoded_at_the_first_look_only(
    platform: Platform, session: Session, counting: CountingEncoder
) -> None:
    make_offer(session, **GREASE)
    draft = make_need(session, status=PostingStatus.DRAFT, **BEARING)
    search_index = SearchIndex(platform.database, counting)
    search_index.refresh()
    counting.encoded.clear()
    with platform.database.reading() as reading:
        matches_for(reading, search_index, None, draft)
        assert sorted(counting.encoded) == sorted([*BEARING.values(), BEARING_OPENING])
        counting.encoded.clear()
        matches_for(reading, search_index, None, draft)
    assert counting.encoded == []
    assert search_index.status().needs == 0


def test_a_change_by_another_process_is_seen(platform: Platform, session: Session) -> None:
    ours, theirs = platform.search_index, SearchIndex(platform.database, platform.search_index.encoder)
    ours.refresh()
    theirs.refresh()
    offer = make_offer(session, **GREASE)
    theirs.refresh()
    with platform.database.reading() as reading:
        assert [found.posting.id for found in search(reading, ours, None, Side.OFFER, "轴承润滑脂")] == [offer.id]


def test_a_withdrawn_posting_is_gone_at_once(platform: Platform, session: Session) -> None:
    need = make_need(session, **BEARING)
    offer = make_offer(session, **GREASE)
    owner = make_user(session, organization=offer.organization)
    with platform.database.reading() as reading:
        assert [match.posting.id for match in matches_for(reading, platform.search_index, None, need)] == [offer.id]
    withdraw(session, owner, offer)
    with platform.database.reading() as reading:
        assert matches_for(reading, platform.search_index, None, need) == []
        assert search(reading, platform.search_index, None, Side.OFFER, "轴承润滑脂") == []
    platform.search_index.refresh()
    assert platform.search_index.matcher.count(MatchingSide.OFFER) == 0


def test_many_changes_are_taken_in_without_keeping_a_page_waiting(platform: Platform, session: Session) -> None:
    offer = make_offer(session, **GREASE)
    owner = make_user(session, organization=offer.organization)
    platform.search_index.refresh()
    for number in range(8):
        make_offer(session, title=f"第 {number} 种润滑脂")
    withdraw(session, owner, offer)
    with platform.database.reading() as reading:
        found = search(reading, platform.search_index, None, Side.OFFER, "轴承润滑脂")
    assert offer.id not in [each.posting.id for each in found], "what is withdrawn does not wait for the background"
    platform.search_index.refresh()
    assert platform.search_index.matcher.count(MatchingSide.OFFER) == 8
    assert platform.search_index.status().revision == platform.search_index.status().database_revision


def test_rebuilding_drops_the_vectors_of_texts_that_are_gone(platform: Platform, session: Session) -> None:
    offer = make_offer(session, **GREASE)
    make_offer(session, title="退回的草稿", status=PostingStatus.DRAFT)
    platform.search_index.refresh()
    offer.summary = "改用聚脲润滑脂。"
    bump_revision(session, offer)
    session.commit()
    platform.search_index.refresh()
    assert platform.search_index.status().vectors == 3
    assert platform.search_index.rebuild() == 1
    assert platform.search_index.status().vectors == 2
    assert platform.search_index.rebuild() == 0


def test_rebuilding_keeps_what_a_draft_will_need(
    platform: Platform, session: Session, counting: CountingEncoder
) -> None:
    draft = make_offer(session, status=PostingStatus.DRAFT, **GREASE)
    search_index = SearchIndex(platform.database, counting)
    with platform.database.reading() as reading:
        matches_for(reading, search_index, None, draft)
    assert search_index.rebuild() == 0
    counting.encoded.clear()
    draft.status = PostingStatus.PUBLISHED
    bump_revision(session, draft)
    session.commit()
    search_index.refresh()
    assert counting.encoded == []
    assert isinstance(draft, Offer)
    assert search_index.access(Side.OFFER, draft.id) is not None
