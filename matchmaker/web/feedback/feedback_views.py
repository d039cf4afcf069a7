"""Saving and dismissing matches, and the pages that list this feedback and undo it."""

from dataclasses import dataclass

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from matchmaker.domain.errors import InvalidInput
from matchmaker.domain.learning.feedback import DismissalCause, Feedback, FeedbackKind
from matchmaker.domain.postings.visibility import VisiblePosting
from matchmaker.domain.vocabulary import Side
from matchmaker.i18n import N_
from matchmaker.services.learning import feedback
from matchmaker.services.learning.feedback import Shown
from matchmaker.web.access import person
from matchmaker.web.account.landing import own_page
from matchmaker.web.feedback import blueprint
from matchmaker.web.language import current_language
from matchmaker.web.request_context import db, platform


@dataclass(frozen=True, slots=True)
class Line:
    """One piece of feedback, with as much of the two postings as its author may see now."""

    feedback: Feedback
    own: VisiblePosting
    other: VisiblePosting
    can_undo: bool


@blueprint.get("/")
def mine() -> str:
    """Show all feedback that the person has not withdrawn."""
    return render_template("feedback/mine.html", lines=_lines())


@blueprint.get("/saved")
def saved() -> str:
    """Show the matches that the person saved."""
    return render_template("feedback/saved.html", lines=_lines(FeedbackKind.SAVED))


@blueprint.post("/<any(need, offer):side>/<int:posting_id>/<int:other_id>/<any(save, dismiss):action>")
def say(side: str, posting_id: int, other_id: int, action: str) -> Response:
    """Save or dismiss a match of one of the person's postings."""
    pair = feedback.get_pair(db(), person(), Side.parse(side), posting_id, other_id)
    shown = Shown.claimed(request.form.get("position"), request.form.get("score"))
    title = pair.other.title
    try:
        if action == "save":
            feedback.save(db(), person(), pair, shown)
            flash(gettext("“%(title)s”已收藏", title=title), "success")
        else:
            feedback.dismiss(db(), person(), pair, _cause(), request.form.get("note", ""), shown)
            flash(gettext("“%(title)s”已标为不合适，以后的推荐会参考；可在“我的反馈”里撤销", title=title), "success")
    except InvalidInput as error:
        flash(error.text(current_language()), "danger")
    return _back()


@blueprint.post("/<int:feedback_id>/undo")
def undo(feedback_id: int) -> Response:
    """Withdraw one piece of feedback."""
    try:
        feedback.undo(db(), person(), feedback_id)
        flash(gettext("已撤销"), "success")
    except InvalidInput as error:
        flash(error.text(current_language()), "danger")
    return _back()


@blueprint.get("/<any(need, offer):side>/<int:posting_id>/<int:other_id>/open")
def open_match(side: str, posting_id: int, other_id: int) -> Response:
    """Redirect to a match's page, and record that it was opened if it is a match of the organization's own posting."""
    pair = feedback.get_pair(db(), person(), Side.parse(side), posting_id, other_id)
    if pair.own.organization_id == person().organization_id:
        shown = Shown.claimed(request.args.get("position"), request.args.get("score"))
        with platform().database.writing() as session:
            feedback.view(session, person(), pair, shown)
    if pair.other.side is Side.NEED:
        return redirect(url_for("public.need", need_id=other_id), 303)
    return redirect(url_for("public.offer", offer_id=other_id), 303)


def _cause() -> DismissalCause:
    word = request.form.get("cause", "")
    if not word:
        raise InvalidInput(N_("请选择不合适的原因"), field="cause")
    return DismissalCause.parse(word)


def _lines(kind: FeedbackKind | None = None) -> list[Line]:
    return [
        Line(
            given,
            VisiblePosting(given.own, feedback.detail_of(person(), given.own)),
            VisiblePosting(given.other, feedback.detail_of(person(), given.other)),
            given.kind in feedback.SELF_SAID,
        )
        for given in feedback.own_feedback(db(), person(), kind)
    ]


def _back() -> Response:
    return redirect(own_page(request.form.get("next")) or url_for("feedback.mine"), 303)
