"""Teams worth contacting: the matches of all of the enterprise's needs, grouped by team."""

from flask import render_template, request

from matchmaker.domain.vocabulary import Side
from matchmaker.services.finding.recommendations import MUTUAL_PLACES, recommended_partners, seeker
from matchmaker.web.access import person
from matchmaker.web.enterprise import blueprint
from matchmaker.web.request_context import db, platform


@blueprint.get("/teams")
def teams() -> str:
    """Show the teams, best first, with reasons. Organizers see those of the organization in the URL."""
    organization = seeker(db(), person(), Side.NEED, request.args.get("organization", type=int))
    partners = (
        [] if organization is None else recommended_partners(db(), platform().search_index, person(), organization)
    )
    return render_template("enterprise/teams.html", organization=organization, partners=partners, places=MUTUAL_PLACES)
