"""Organizations without an owner: organizers decide who acts for them."""

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from matchmaker.domain.vocabulary import MembershipStatus
from matchmaker.services.organizations import members
from matchmaker.web.access import person
from matchmaker.web.organizer import blueprint
from matchmaker.web.request_context import db


@blueprint.get("/people")
def people() -> str:
    """Show the applicants and members of organizations without an owner."""
    return render_template(
        "organizer/people.html",
        organizations=members.ownerless_organizations(db()),
        MembershipStatus=MembershipStatus,
    )


@blueprint.post("/people/<int:membership_id>/<any(accept,refuse,owner):action>")
def people_action(membership_id: int, action: str) -> Response:
    """Accept an applicant as the owner, refuse one, or make a member the owner."""
    if action == "owner":
        membership = members.transfer_ownership(db(), person(), membership_id)
    else:
        membership = members.decide_membership(db(), person(), membership_id, accept=action == "accept")
    name = membership.user.name
    flash(
        gettext("%(name)s 已是负责人", name=name) if membership.owner else gettext("已拒绝 %(name)s", name=name),
        "success",
    )
    return redirect(url_for("organizer.people"), 303)
