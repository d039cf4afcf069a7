"""Organizations without an owner: the organizers say who acts for them."""

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from matchmaker.domain.vocabulary import MembershipStatus
from matchmaker.services.organizations import members
from matchmaker.web.access import person
from matchmaker.web.organizer import blueprint
from matchmaker.web.request_context import db, platform


@blueprint.get("/people")
def people() -> str:
    """Who waits to join an organization without an owner, and who is a member of one."""
    return render_template(
        "organizer/people.html",
        organizations=members.ownerless_organizations(db()),
        MembershipStatus=MembershipStatus,
    )


@blueprint.post("/people/<int:membership_id>/<any(accept,refuse,owner):action>")
def people_action(membership_id: int, action: str) -> Response:
    """Accept a person, who becomes the owner; refuse them; or make a member the owner."""
    if action == "owner":
        membership = members.transfer_ownership(db(), person(), membership_id)
    else:
        membership = members.decide_membership(
            db(), platform().mailer, person(), membership_id, accept=action == "accept"
        )
    name = membership.user.name
    flash(
        gettext("%(name)s 已是负责人", name=name) if membership.owner else gettext("已拒绝 %(name)s", name=name),
        "success",
    )
    return redirect(url_for("organizer.people"), 303)
