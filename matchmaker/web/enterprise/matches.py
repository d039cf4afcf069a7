"""The ranked offers for one of the enterprise's needs."""

from flask import render_template

from matchmaker.domain.postings.posting import Need
from matchmaker.domain.vocabulary import Side
from matchmaker.services.finding.coaching import coach
from matchmaker.services.finding.recommendations import matches_for
from matchmaker.services.posting.postings import get_own_posting
from matchmaker.web.access import person
from matchmaker.web.enterprise import blueprint
from matchmaker.web.feedback.marking import with_feedback
from matchmaker.web.request_context import db, platform


@blueprint.get("/needs/<int:need_id>/matches")
def matches(need_id: int) -> str:
    """Show the offers that fit a need, best first, with reasons."""
    need = get_own_posting(db(), person(), Side.NEED, need_id)
    found = matches_for(db(), platform().search_index, person(), need)
    assert isinstance(need, Need)
    coaching = coach(platform().database, platform().search_index, need)
    return render_template("enterprise/matches.html", posting=need, coaching=coaching, **with_feedback(need, found))
