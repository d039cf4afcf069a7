"""Firms worth a call this week: enterprises with all their needs that fit what we offer."""

from flask import render_template, request

from matchmaker.domain.vocabulary import Side
from matchmaker.services.finding.recommendations import MUTUAL_PLACES, published_teams, recommended_partners, seeker
from matchmaker.web.access import person
from matchmaker.web.request_context import db, platform
from matchmaker.web.research import blueprint


@blueprint.get("/firms")
def firms() -> str:
    """Whom to call, best first, and why; for the whole organization or one team of it."""
    organization = seeker(db(), person(), Side.OFFER, request.args.get("organization", type=int))
    if organization is None:
        return render_template("research/firms.html", organization=None, teams=[], team=None, partners=[])
    teams = published_teams(db(), organization)
    wanted = request.args.get("team", type=int)
    team = next((each for each in teams if each.id == wanted), None)
    partners = recommended_partners(db(), platform().search_index, person(), organization, team)
    return render_template(
        "research/firms.html",
        organization=organization,
        teams=teams,
        team=team,
        partners=partners,
        places=MUTUAL_PLACES,
    )
