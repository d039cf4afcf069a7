"""Enterprises worth contacting this week, each with all its needs that fit the organization's offers."""

from flask import render_template, request

from matchmaker.domain.vocabulary import Side
from matchmaker.services.finding.recommendations import MUTUAL_PLACES, published_teams, recommended_partners, seeker
from matchmaker.web.access import person
from matchmaker.web.request_context import db, platform
from matchmaker.web.research import blueprint


@blueprint.get("/firms")
def firms() -> str:
    """Show the enterprises, best first, with reasons; for the whole organization or one of its teams."""
    organization = seeker(db(), person(), Side.OFFER, request.args.get("organization", type=int))
    if organization is None:
        return render_template("research/firms.html", organization=None, teams=[], team=None, partners=[])
    teams = published_teams(db(), organization)
    wanted = request.args.get("team", type=int)
    team = next((known for known in teams if known.id == wanted), None)
    partners = recommended_partners(db(), platform().search_index, person(), organization, team)
    return render_template(
        "research/firms.html",
        organization=organization,
        teams=teams,
        team=team,
        partners=partners,
        places=MUTUAL_PLACES,
    )
