"""Requests to be put in touch: asking and answering."""

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from matchmaker.domain.errors import Conflict, InvalidInput
from matchmaker.domain.interest import WORDS_LENGTH, InterestAction
from matchmaker.domain.postings.visibility import VisiblePosting
from matchmaker.domain.vocabulary import Side
from matchmaker.i18n import N_
from matchmaker.services.cooperation import interests as service
from matchmaker.services.cooperation.lists import cooperations_about
from matchmaker.services.learning.feedback import Pair, Shown, detail_of
from matchmaker.web.access import person
from matchmaker.web.feedback import blueprint
from matchmaker.web.language import current_language
from matchmaker.web.request_context import db, platform

Page = Response | str | tuple[str, int]

_DONE = {
    InterestAction.ACCEPT: N_("已同意，双方现在都能看到联系方式"),
    InterestAction.DECLINE: N_("已婉拒，对方会看到理由"),
    InterestAction.QUESTION: N_("问题已发给对方"),
    InterestAction.ANSWER: N_("已回复"),
    InterestAction.WITHDRAW: N_("已撤回"),
}


@blueprint.get("/interests")
def interests() -> str:
    """Show the organization's received and sent requests."""
    return _interests_page()


@blueprint.route("/interests/<any(need, offer):side>/<int:posting_id>/<int:other_id>", methods=["GET", "POST"])
def ask(side: str, posting_id: int, other_id: int) -> Page:
    """Ask to be put in touch about a match of one of the organization's postings."""
    try:
        pair = service.get_contactable_pair(db(), person(), Side.parse(side), posting_id, other_id)
    except (Conflict, InvalidInput) as error:
        flash(error.text(current_language()), "warning")
        return redirect(url_for("feedback.interests"), 303)
    shown = Shown.claimed(request.values.get("position"), request.values.get("score"))
    if request.method == "GET":
        return _ask_page(pair, shown)
    message = request.form.get("words", "")
    try:
        service.ask(db(), person(), pair, message, _address(), shown)
    except InvalidInput as error:
        return _ask_page(pair, shown, message, error.text(current_language())), 400
    flash(gettext("已发给对方，有答复时会给您发邮件"), "success")
    return redirect(url_for("feedback.interests"), 303)


@blueprint.post("/interests/<int:interest_id>/<any(accept, decline, question, answer, withdraw):action>")
def interest_action(interest_id: int, action: str) -> Page:
    """Answer a received request, or withdraw a sent one."""
    wanted, words = InterestAction.parse(action), request.form.get("words", "")
    try:
        service.act(db(), person(), interest_id, wanted, words, _address())
    except InvalidInput as error:
        return _interests_page(interest_id, words, error.text(current_language())), 400
    flash(gettext(_DONE[wanted]), "success")
    return redirect(url_for("feedback.interests"), 303)


def _interests_page(failed: int | None = None, words: str = "", error: str = "") -> str:
    received, sent = service.received(db(), person()), service.sent(db(), person())
    postings = {posting for case in (*received, *sent) for posting in (case.own, case.other)}
    return render_template(
        "feedback/interests.html",
        received=received,
        sent=sent,
        can_see={posting for posting in postings if VisiblePosting(posting, detail_of(person(), posting)).known},
        cooperations=cooperations_about(db(), person(), [case.interest for case in (*received, *sent)]),
        failed=failed,
        words=words,
        error=error,
        longest=WORDS_LENGTH,
        InterestAction=InterestAction,
    )


def _ask_page(pair: Pair, shown: Shown, words: str = "", error: str = "") -> str:
    return render_template("feedback/ask.html", pair=pair, shown=shown, words=words, error=error, longest=WORDS_LENGTH)


def _address() -> str:
    """Where a request is answered, for mails: built from the settings, never from the browser's Host header."""
    return platform().settings.base_url + url_for("feedback.interests")
