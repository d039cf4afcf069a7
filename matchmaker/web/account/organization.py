"""A person's organization: joining it, its members, its data."""

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from matchmaker.domain.errors import InvalidInput
from matchmaker.domain.people import Membership, User
from matchmaker.domain.postings.fields import read_value
from matchmaker.domain.vocabulary import MembershipStatus
from matchmaker.services.organizations import members as organization_members
from matchmaker.services.vocabularies import choices, vocabularies
from matchmaker.web.access import Audience, only_for, person
from matchmaker.web.account import blueprint
from matchmaker.web.account.forms import OrganizationChoice
from matchmaker.web.forms import show_error, typed
from matchmaker.web.language import current_language
from matchmaker.web.request_context import db

Page = Response | str | tuple[str, int]


@blueprint.get("/members")
@only_for(Audience.ACCOUNTS)
def members() -> Page:
    """Show the members of the person's organization, or how to join one."""
    return _joining(OrganizationChoice()) if person().organization is None else _members()


@blueprint.post("/members/join")
@only_for(Audience.ACCOUNTS)
def join() -> Page:
    """Create an organization, or ask the owner of an existing one for membership."""
    form = OrganizationChoice()
    if form.validate_on_submit():
        try:
            membership = organization_members.join(db(), person(), typed(form.organization), form.kind)
        except InvalidInput as error:
            show_error(form, error)
        else:
            flash(_joined(membership), "success")
            return redirect(url_for("account.members"), 303)
    return _joining(form), 400


@blueprint.post("/members/<int:membership_id>/<any(accept,refuse,owner,remove):action>")
@only_for(Audience.ACCOUNTS)
def member_action(membership_id: int, action: str) -> Page:
    """Owners accept, refuse or remove members and transfer ownership; members leave the organization."""
    match action:
        case "accept" | "refuse":
            decided = organization_members.decide_membership(db(), person(), membership_id, accept=action == "accept")
            flash(_decision(decided), "success")
        case "owner":
            owner = organization_members.transfer_ownership(db(), person(), membership_id)
            flash(gettext("单位已转交给 %(name)s", name=owner.user.name), "success")
        case _:
            leaver = organization_members.end_membership(db(), person(), membership_id)
            flash(_left(leaver), "success")
    return redirect(url_for("account.members"), 303)


@blueprint.route("/organization", methods=["GET", "POST"])
@only_for(Audience.ACCOUNTS)
def organization() -> Page:
    """Show and save the organization's data; only its owner may."""
    if not person().owns_organization:
        return redirect(url_for("account.members"), 303)
    if request.method == "GET":
        return _organization_form(_said(), {})
    raw = {field.name: request.form.get(field.name, "") for field in organization_members.EDITABLE_FIELDS}
    known = vocabularies(db())
    values, errors = {}, {}
    for field in organization_members.EDITABLE_FIELDS:
        try:
            values[field.name] = read_value(field, raw[field.name], known)
        except InvalidInput as error:
            errors[field.name] = error.text(current_language())
    if errors:
        return _organization_form(raw, errors), 400
    organization_members.update_organization(db(), person(), values)
    flash(gettext("已保存"), "success")
    return redirect(url_for("account.organization"), 303)


def _members() -> str:
    own = person().organization
    assert own is not None
    return render_template(
        "account/members.html",
        account=person(),
        organization=own,
        waiting=organization_members.pending_members(db(), person()),
        members=organization_members.members_of(db(), own),
    )


def _joining(form: OrganizationChoice) -> str:
    membership = person().membership
    return render_template(
        "account/joining.html",
        form=form,
        account=person(),
        membership=membership,
        has_owner=membership is not None and bool(organization_members.owners_of(membership.organization)),
        names=organization_members.known_names(db()),
    )


def _organization_form(raw: dict[str, str], errors: dict[str, str]) -> str:
    options = {
        field.name: [(term.value, term.label(current_language())) for term in field.term]
        if field.term
        else choices(db(), field.reference, current_language())
        for field in organization_members.EDITABLE_FIELDS
        if field.term or field.reference
    }
    return render_template(
        "account/organization.html",
        organization=person().organization,
        fields=organization_members.EDITABLE_FIELDS,
        typed=raw,
        errors=errors,
        options=options,
    )


def _said() -> dict[str, str]:
    own = person().organization
    assert own is not None
    return {name: value or "" for name, value in organization_members.values_of_organization(own).items()}


def _joined(membership: Membership) -> str:
    if membership.status is MembershipStatus.ACTIVE:
        return str(gettext("已建立单位“%(name)s”，您是负责人", name=membership.organization.name))
    return str(gettext("已申请加入“%(name)s”", name=membership.organization.name))


def _decision(membership: Membership) -> str:
    if membership.status is MembershipStatus.ACTIVE:
        return str(gettext("%(name)s 已加入", name=membership.user.name))
    return str(gettext("已拒绝 %(name)s 的申请", name=membership.user.name))


def _left(leaver: User) -> str:
    if leaver.id == person().id:
        return str(gettext("已退出，您现在不属于任何单位"))
    return str(gettext("%(name)s 已移出单位", name=leaver.name))
