"""The organizations that a person's organization refuses to meet. Only its members see the list."""

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from matchmaker.domain.errors import Conflict, InvalidInput
from matchmaker.services.organizations import blocks as service
from matchmaker.web.access import Audience, only_for, person
from matchmaker.web.account import blueprint
from matchmaker.web.language import current_language
from matchmaker.web.request_context import db


@blueprint.get("/blocks")
@only_for(Audience.ACCOUNTS)
def blocks() -> str | Response:
    """Show the refused organizations, and search for one to add."""
    if person().organization is None:
        return redirect(url_for("account.members"), 303)
    return _page()


@blueprint.post("/blocks")
@only_for(Audience.ACCOUNTS)
def block() -> Response | tuple[str, int]:
    """Refuse to meet an organization."""
    chosen = request.form.get("organization", "")
    try:
        made = service.block(
            db(), person(), int(chosen) if chosen.isdecimal() and len(chosen) < 10 else 0, request.form.get("note", "")
        )
    except InvalidInput as error:
        return _page(error.text(current_language())), 400
    except Conflict as error:
        flash(error.text(current_language()), "warning")
        return redirect(url_for("account.blocks"), 303)
    flash(gettext("以后的活动不会再把本单位与“%(name)s”配对", name=made.blocked.name), "success")
    planned = service.planned_with(db(), made)
    if planned:
        flash(
            gettext("已排定的 %(count)d 场洽谈不会自动取消，以免对方察觉；如要取消，请联系组织方", count=planned),
            "warning",
        )
    return redirect(url_for("account.blocks"), 303)


@blueprint.post("/blocks/<int:block_id>/remove")
@only_for(Audience.ACCOUNTS)
def unblock(block_id: int) -> Response:
    """Stop refusing to meet an organization."""
    name = service.unblock(db(), person(), block_id)
    flash(gettext("已把“%(name)s”移出不见名单", name=name), "success")
    return redirect(url_for("account.blocks"), 303)


def _page(error: str = "") -> str:
    text = request.values.get("text", "")
    return render_template(
        "account/blocks.html",
        organization=person().organization,
        blocks=service.blocks_of(db(), person()),
        text=text,
        found=service.blockable(db(), person(), text),
        note_length=service.NOTE_LENGTH,
        error=error,
    )
