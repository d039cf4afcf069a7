"""The city's action plan: its targets, and what has been posted so far."""

from flask import render_template

from matchmaker.services.finding.browsing import city_targets, district_activity
from matchmaker.web.access import viewer
from matchmaker.web.public import blueprint
from matchmaker.web.request_context import db


@blueprint.get("/plan")
def plan() -> str:
    """Show the targets of the city and of each district, with counts of needs, offers and organizations."""
    session = db()
    return render_template(
        "public/plan.html", targets=city_targets(session), districts=district_activity(session, viewer())
    )
