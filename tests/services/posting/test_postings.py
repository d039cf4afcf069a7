"""The life of a posting: drafts, submissions, reviews, edits by several people."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.domain.errors import Conflict, InvalidInput, NotAllowed, NotFound
from matchmaker.domain.people import User
from matchmaker.domain.postings.posting import Need, Offer, Posting
from matchmaker.domain.vocabulary import OfferKind, OrganizationKind, PostingStatus, Role, Side
from matchmaker.services.activity import history
from matchmaker.services.finding.recommendations import similar_own
from matchmaker.services.platform import Platform
from matchmaker.services.posting.postings import (
    EditConflict,
    any_lapsed,
    awaiting_review,
    close,
    create_posting,
    expire_postings,
    get_own_posting,
    get_posting,
    own_postings,
    publish,
    return_posting,
    submit,
    update_posting,
    withdraw,
)
from matchmaker.services.posting.values import content_hash
from tests.factories import make_need, make_organization, make_user

YESTERDAY = date.today() - timedelta(days=1)


ENOUGH = {"title": "柱塞泵滑靴偏磨", "problem": "压力升到四十二兆帕以后滑靴单边偏磨，两百小时就要换"}


@pytest.fixture
def organizer(session: Session) -> User:
    return make_user(session, Role.ORGANIZER)


def draft(session: Session, author: User, **values: Any) -> Posting:
    return create_posting(session, author, Side.NEED, ENOUGH | values)


def actions(session: Session, posting: Posting) -> list[str]:
    return [activity.action for activity in history(session, posting.__tablename__, posting.id)]


def test_from_draft_to_publication(session: Session, author: User, organizer: User) -> None:
    need = draft(session, author)
    assert need.status is PostingStatus.DRAFT
    submit(session, author, need)
    assert awaiting_review(session) == [need]
    publish(session, organizer, need)
    assert need.status is PostingStatus.PUBLISHED
    assert need.published_at is not None
    assert awaiting_review(session) == []
    assert actions(session, need) == ["created", "submitted", "published"]


def test_every_change_gets_a_revision_of_its_own(session: Session, author: User) -> None:
    need = draft(session, author)
    seen = [need.revision]
    submit(session, author, need)
    seen.append(need.revision)
    update_posting(session, author, need, {"indicators": "寿命 2000 h"}, content_hash(need))
    seen.append(need.revision)
    assert seen == sorted(set(seen))


def test_without_review_a_submission_is_published(session: Session, author: User) -> None:
    need = draft(session, author)
    submit(session, author, need, review=False)
    assert need.status is PostingStatus.PUBLISHED


def test_handing_in_twice_changes_nothing(session: Session, author: User) -> None:
    need = draft(session, author)
    submit(session, author, need)
    version = need.version
    submit(session, author, need)
    assert (need.status, need.version) == (PostingStatus.SUBMITTED, version)


def test_a_return_needs_a_reason_and_tells_it(session: Session, author: User, organizer: User) -> None:
    need = draft(session, author)
    submit(session, author, need)
    for reason in ("", "  ", "……", "长" * 501):
        with pytest.raises(InvalidInput) as caught:
            return_posting(session, organizer, need, reason)
        assert caught.value.field == "reason"
    return_posting(session, organizer, need, " 请写明泵的型号 ")
    assert (need.status, need.status_reason) == (PostingStatus.RETURNED, "请写明泵的型号")
    submit(session, author, need)
    assert (need.status, need.status_reason) == (PostingStatus.SUBMITTED, "")


def test_only_organizers_decide(session: Session, author: User) -> None:
    need = draft(session, author)
    submit(session, author, need)
    with pytest.raises(NotAllowed):
        publish(session, author, need)
    with pytest.raises(NotAllowed):
        return_posting(session, author, need, "不要")


def test_a_review_is_of_what_was_read(session: Session, author: User, organizer: User) -> None:
    need = draft(session, author)
    submit(session, author, need)
    read = need.version
    update_posting(session, author, need, {"indicators": "另一回事"}, content_hash(need))
    with pytest.raises(EditConflict):
        publish(session, organizer, need, read)
    assert need.status is PostingStatus.SUBMITTED


@pytest.mark.parametrize("problem", ["", "磨", "⚙️" * 50])
def test_too_little_stays_a_draft(session: Session, author: User, problem: str) -> None:
    need = draft(session, author, problem=problem)
    with pytest.raises(InvalidInput) as caught:
        submit(session, author, need)
    assert caught.value.field == "problem"
    assert need.status is PostingStatus.DRAFT


def test_saving_and_handing_in_is_one_step_or_none(session: Session, author: User) -> None:
    with pytest.raises(InvalidInput) as caught:
        create_posting(session, author, Side.NEED, ENOUGH | {"problem": "磨"}, submitting=True)
    assert caught.value.field == "problem"
    assert session.scalars(select(Need)).all() == [], "nothing is kept, not even a draft"
    need = create_posting(session, author, Side.NEED, ENOUGH, submitting=True)
    assert (need.status, actions(session, need)) == (PostingStatus.SUBMITTED, ["created", "submitted"])
    at_once = create_posting(session, author, Side.NEED, ENOUGH, submitting=True, review=False)
    assert at_once.status is PostingStatus.PUBLISHED
    assert at_once.published_at is not None


def test_an_edit_is_kept_with_its_submission_or_not_at_all(session: Session, author: User) -> None:
    need = draft(session, author)
    thin = {"indicators": "寿命 2000 h", "problem": "磨"}
    with pytest.raises(InvalidInput):
        update_posting(session, author, need, thin, content_hash(need), submitting=True)
    assert (need.status, need.indicators) == (PostingStatus.DRAFT, "")
    update_posting(session, author, need, {"indicators": "寿命 2000 h"}, content_hash(need), submitting=True)
    assert (need.status, need.indicators) == (PostingStatus.SUBMITTED, "寿命 2000 h")
    assert actions(session, need) == ["created", "edited", "submitted"]
    withdraw(session, author, need)
    update_posting(session, author, need, {}, content_hash(need), submitting=True, review=False)
    close(session, author, need)
    with pytest.raises(Conflict):
        update_posting(session, author, need, {"indicators": "寿命 9000 h"}, content_hash(need), submitting=True)
    session.rollback()
    assert (need.status, need.indicators) == (PostingStatus.CLOSED, "寿命 2000 h")


def test_a_published_posting_cannot_become_too_thin(session: Session, author: User) -> None:
    need = draft(session, author)
    submit(session, author, need, review=False)
    with pytest.raises(InvalidInput):
        update_posting(session, author, need, {"problem": "磨"}, content_hash(need))


def test_days_of_the_past_are_refused(session: Session, author: User) -> None:
    with pytest.raises(InvalidInput) as caught:
        draft(session, author, deadline=YESTERDAY)
    assert caught.value.field == "deadline"
    need = draft(session, author)
    with pytest.raises(InvalidInput):
        update_posting(session, author, need, {"valid_until": YESTERDAY}, content_hash(need))


def test_expired_postings_are_handed_in_again_with_a_new_day(session: Session, author: User) -> None:
    need = make_need(session, author.organization, problem=ENOUGH["problem"], valid_until=YESTERDAY)
    make_need(session, author.organization, valid_until=date.today())
    assert any_lapsed(session, date.today())
    assert expire_postings(session, date.today()) == 1
    assert not any_lapsed(session, date.today())
    assert need.status is PostingStatus.EXPIRED
    with pytest.raises(InvalidInput) as caught:
        submit(session, author, need)
    assert caught.value.field == "valid_until"
    update_posting(session, author, need, {"valid_until": date.today() + timedelta(days=90)}, content_hash(need))
    submit(session, author, need)
    assert need.status is PostingStatus.SUBMITTED


def test_withdrawn_postings_can_come_back_and_closed_ones_cannot(session: Session, author: User) -> None:
    need = draft(session, author)
    withdraw(session, author, need)
    submit(session, author, need, review=False)
    close(session, author, need)
    with pytest.raises(Conflict):
        submit(session, author, need, review=False)


def test_the_later_of_two_editors_is_told(session: Session, author: User) -> None:
    need = draft(session, author)
    opened = content_hash(need)
    update_posting(session, author, need, {"indicators": "甲写的"}, opened)
    with pytest.raises(EditConflict) as caught:
        update_posting(session, author, need, {"indicators": "乙写的"}, opened)
    assert isinstance(caught.value.posting, Need)
    assert caught.value.posting.indicators == "甲写的"
    update_posting(session, author, need, {"indicators": "乙写的"}, content_hash(need))
    assert need.indicators == "乙写的"


def test_what_became_of_the_status_is_no_edit(session: Session, author: User, organizer: User) -> None:
    need = draft(session, author)
    submit(session, author, need)
    opened = content_hash(need)
    publish(session, organizer, need)
    update_posting(session, author, need, {"indicators": "寿命 3000 h"}, opened)
    assert (need.status, need.indicators) == (PostingStatus.PUBLISHED, "寿命 3000 h")
    assert content_hash(need) != opened


def test_two_transactions_at_the_same_moment(platform: Platform, session: Session, author: User) -> None:
    need = draft(session, author)
    with platform.database.writing() as elsewhere:
        other = elsewhere.get(Need, need.id)
        editor = elsewhere.get(User, author.id)
        assert other is not None
        assert editor is not None
        update_posting(elsewhere, editor, other, {"indicators": "甲写的"}, content_hash(other))
    # This session still holds the need as it was before: only the database knows better.
    with pytest.raises(EditConflict) as caught:
        update_posting(session, author, need, {"indicators": "乙写的"}, content_hash(need))
    assert isinstance(caught.value.posting, Need)
    assert caught.value.posting.indicators == "甲写的"
    with pytest.raises(EditConflict):
        publish(session, make_user(session, Role.ORGANIZER), need, need.version - 1)


def test_the_log_says_what_was_changed(session: Session, author: User) -> None:
    need = draft(session, author)
    update_posting(session, author, need, dict(ENOUGH, indicators="寿命 2000 h"), content_hash(need))
    version = need.version
    update_posting(session, author, need, dict(ENOUGH, indicators="寿命 2000 h"), content_hash(need))
    assert need.version == version, "saving without a change is no edit"
    edits = [line.detail for line in history(session, "need", need.id) if line.action == "edited"]
    assert edits == ["indicators"]


def test_unknown_and_foreign_ids_are_not_told_apart(session: Session, author: User, organizer: User) -> None:
    foreign = make_need(session, status=PostingStatus.DRAFT)
    for posting_id in (foreign.id, 999_999, 0, -1):
        with pytest.raises(NotFound) as own:
            get_own_posting(session, author, Side.NEED, posting_id)
        with pytest.raises(NotFound) as any_one:
            get_posting(session, author, Side.NEED, posting_id)
        assert "无权" in own.value.text()
        assert "无权" in any_one.value.text()
    assert get_own_posting(session, organizer, Side.NEED, foreign.id) is foreign


@pytest.mark.parametrize("role", [Role.BROKER, Role.ORGANIZER])
def test_nothing_is_posted_in_nobodys_name(session: Session, role: Role) -> None:
    with pytest.raises(NotAllowed, match="加入一个单位"):
        create_posting(session, make_user(session, role), Side.NEED, ENOUGH)


def test_an_offer_names_its_team(session: Session) -> None:
    researcher = make_user(session, Role.RESEARCHER)
    values = {"title": "滑靴副涂层", "team": " 摩擦学团队 "}
    offer = create_posting(session, researcher, Side.OFFER, values, OfferKind.OUTCOME)
    again = create_posting(session, researcher, Side.OFFER, values, OfferKind.CAPABILITY)
    assert isinstance(offer, Offer)
    assert isinstance(again, Offer)
    assert offer.team is not None
    assert (offer.team.name, offer.team) == ("摩擦学团队", again.team)
    update_posting(session, researcher, offer, {"team": ""}, content_hash(offer))
    assert offer.team is None
    assert history(session, "offer", offer.id)[-1].detail == "team"
    with pytest.raises(InvalidInput):
        create_posting(session, researcher, Side.OFFER, values)


def test_ones_own_postings_the_last_changed_first(session: Session, author: User) -> None:
    first, second = draft(session, author), draft(session, author)
    make_need(session)
    update_posting(session, author, first, {"indicators": "新"}, content_hash(first))
    assert list(own_postings(session, author, Side.NEED)) == [first, second]


REWORDED = [
    ("牵引电机轴承电蚀搓板纹的防护", "牵引电机轴承防电蚀"),
    ("圆锥滚子对数凸度超精加工的一致性差", "圆锥滚子凸度超精一致性提升"),
    ("湿式多片离合器摩擦片烧蚀翘曲", "湿式离合器摩擦片烧蚀"),
]


OTHERS = ["轴承防锈油改进", "拖拉机电控液压悬挂耕深不稳", "牵引齿轮箱啸叫噪声"]


@pytest.mark.parametrize("side", list(Side))
def test_titles_that_say_the_same_are_noticed(platform: Platform, session: Session, side: Side) -> None:
    kind = OrganizationKind.ENTERPRISE if side is Side.NEED else OrganizationKind.UNIVERSITY
    author = make_user(session, organization=make_organization(session, kind))
    for title, _ in REWORDED:
        create_posting(session, author, side, {"title": title}, OfferKind.OUTCOME)
    for title, reworded in REWORDED:
        found = similar_own(session, platform.search_index, author, side, reworded)
        assert [posting.title for posting in found] == [title]
    for title in (*OTHERS, "", "  "):
        assert similar_own(session, platform.search_index, author, side, title) == []
    stranger = make_user(session, organization=make_organization(session, kind))
    assert similar_own(session, platform.search_index, stranger, side, REWORDED[0][0]) == []
