"""The page of an organization."""

from flask import render_template

from matchmaker.services.finding.browsing import profile
from matchmaker.web.access import viewer
from matchmaker.web.public import blueprint
from matchmaker.web.request_context import db


@blueprint.get("/organizations/<int:organization_id>")
def organization(organization_id: int) -> str:
    """Show an organization, its teams, and its needs or offers."""
    return render_template("public/organization.html", profile=profile(db(), viewer(), organization_id))
