"""The queue of postings that wait for an organizer's review."""

from dataclasses import dataclass

from flask import flash, render_template, request, url_for
from flask_babel import gettext
from werkzeug.utils import redirect
from werkzeug.wrappers import Response

from matchmaker.domain.errors import InvalidInput
from matchmaker.domain.postings.fields import Field
from matchmaker.domain.postings.posting import Posting
from matchmaker.domain.vocabulary import PostingStatus, Side
from matchmaker.services.posting.postings import (
    REASON_LENGTH,
    EditConflict,
    awaiting_review,
    get_own_posting,
    publish,
    return_posting,
)
from matchmaker.web.access import person
from matchmaker.web.language import current_language
from matchmaker.web.organizer import blueprint
from matchmaker.web.posting.expiry import expire_once_a_day
from matchmaker.web.posting.form import stored_words
from matchmaker.web.posting.layout import layout_of
from matchmaker.web.posting.pages import PAGES_OF
from matchmaker.web.request_context import db, platform

SHOWN_AT_ONCE = 10

blueprint.before_app_request(expire_once_a_day)


@dataclass(frozen=True, slots=True)
class Case:
    """One posting to decide on with its texts; ``reason`` and ``error`` belong to a decision that failed."""

    posting: Posting
    texts: list[tuple[Field, str]]
    edit_url: str
    reason: str = ""
    error: str = ""


@blueprint.get("/review")
def review() -> str:
    """Show the submitted postings, longest waiting first."""
    return _queue()


@blueprint.post("/review/<any(need, offer):side>/<int:posting_id>")
def review_posting(side: str, posting_id: int) -> Response | tuple[str, int]:
    """Publish a posting, or return it with a reason. One that changed since it was read is shown again first."""
    posting = get_own_posting(db(), person(), Side.parse(side), posting_id)
    version = request.form.get("version", type=int)
    reason = request.form.get("reason", "")
    try:
        if request.form.get("decision") == "return":
            return_posting(db(), person(), posting, reason, version or 0)
            flash(gettext("“%(title)s”已退回，作者会看到原因", title=posting.title), "success")
        else:
            publish(db(), person(), posting, version or 0)
            flash(gettext("“%(title)s”已发布", title=posting.title), "success")
    except EditConflict:
        return _changed_meanwhile(posting, reason)
    except InvalidInput as error:
        return _queue(posting, reason, error.text(current_language())), 400
    return redirect(url_for("organizer.review"), 303)


def _changed_meanwhile(posting: Posting, reason: str) -> Response | tuple[str, int]:
    if posting.status is PostingStatus.SUBMITTED:
        return _queue(posting, reason, gettext("您阅读期间内容又改过，请按现在的内容再决定")), 409
    flash(gettext("“%(title)s”已经有人处理过了", title=posting.title), "warning")
    return redirect(url_for("organizer.review"), 303)


def _queue(failed: Posting | None = None, reason: str = "", error: str = "") -> str:
    waiting = awaiting_review(db())
    cases = [
        Case(
            posting,
            stored_words(layout_of(posting), posting),
            PAGES_OF[posting.side].edit_url(posting),
            *((reason, error) if posting is failed else ()),
        )
        for posting in waiting[:SHOWN_AT_ONCE]
    ]
    return render_template(
        "organizer/review.html",
        cases=cases,
        waiting=len(waiting),
        longest_reason=REASON_LENGTH,
        reviewing=platform().settings.review,
    )
