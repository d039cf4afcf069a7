"""The ranked needs for one of the supplier's offers."""

from flask import render_template

from matchmaker.domain.vocabulary import Side
from matchmaker.services.finding.recommendations import matches_for
from matchmaker.services.posting.postings import get_own_posting
from matchmaker.web.access import person
from matchmaker.web.feedback.marking import with_feedback
from matchmaker.web.request_context import db, platform
from matchmaker.web.research import blueprint


@blueprint.get("/offers/<int:offer_id>/matches")
def matches(offer_id: int) -> str:
    """Show the needs that fit an offer, best first, with reasons."""
    offer = get_own_posting(db(), person(), Side.OFFER, offer_id)
    found = matches_for(db(), platform().search_index, person(), offer)
    return render_template("research/matches.html", posting=offer, **with_feedback(offer, found))
