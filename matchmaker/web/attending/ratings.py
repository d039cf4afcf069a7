"""Rating a meeting and choosing its next step, with one tap each."""

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from matchmaker.domain.errors import Conflict, InvalidInput, NotFound
from matchmaker.domain.learning.feedback import HIGHEST_RATING
from matchmaker.domain.vocabulary import NextStep, Side
from matchmaker.i18n import N_
from matchmaker.services.cooperation.lists import cooperations_about
from matchmaker.services.events.editing import get_event
from matchmaker.services.events.onsite.ratings import (
    MeetingRating,
    choose_next_step,
    own_ratings,
    rate_meeting,
    ratings_of,
    withdraw_rating,
)
from matchmaker.web.access import person
from matchmaker.web.account.landing import own_page
from matchmaker.web.attending import blueprint
from matchmaker.web.language import current_language
from matchmaker.web.request_context import db


@blueprint.get("/events/<int:event_id>/ratings")
def ratings(event_id: int) -> str:
    """Show the past meetings of the reader's participants, to be rated."""
    event = get_event(db(), event_id)
    return _page(own_ratings(db(), person(), event), url_for(".ratings", event_id=event_id))


@blueprint.get("/meetings/<int:meeting_id>/rating")
def rating(meeting_id: int) -> str:
    """Show one meeting with the form for the reader's side, or for both sides to organizers, who enter paper forms."""
    return _page(ratings_of(db(), person(), meeting_id), url_for(".rating", meeting_id=meeting_id))


@blueprint.post("/meetings/<int:meeting_id>/rating")
def rate(meeting_id: int) -> Response:
    """Save a rating or a next step, or withdraw them."""
    back = own_page(request.form.get("next")) or url_for(".rating", meeting_id=meeting_id)
    try:
        word = _say(meeting_id)
    except Conflict as error:
        flash(error.text(current_language()), "danger")
        return redirect(back, 303)
    if word.rating is not None and word.next_step is not None:
        flash(gettext("已记下，谢谢"), "success")
    return redirect(f"{back}#word-{meeting_id}-{word.side.value}", 303)


def _say(meeting_id: int) -> MeetingRating:
    side = _side()
    if "withdraw" in request.form:
        return withdraw_rating(db(), person(), meeting_id, side)
    if "step" in request.form:
        return choose_next_step(db(), person(), meeting_id, side, NextStep.parse(request.form["step"]))
    stars = request.form.get("rating", "")
    if stars not in {str(figure) for figure in range(1, HIGHEST_RATING + 1)}:
        raise InvalidInput(N_("评分应为 1 到 %(highest)d"), field="rating", highest=HIGHEST_RATING)
    return rate_meeting(db(), person(), meeting_id, side, int(stars))


def _side() -> Side:
    text = request.form.get("side", "")
    if text not in {side.value for side in Side}:
        raise NotFound(N_("没有您可以评价的洽谈"))
    return Side.parse(text)


def _page(words: list[MeetingRating], address: str) -> str:
    return render_template(
        "attending/ratings.html",
        words=words,
        event=words[0].meeting.event if words else None,
        address=address,
        stars=range(1, HIGHEST_RATING + 1),
        steps=list(NextStep),
        changing=request.args.get("change"),
        cooperations=cooperations_about(db(), person(), [word.meeting for word in words]),
    )
