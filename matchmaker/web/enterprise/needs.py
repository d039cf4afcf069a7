"""The enterprise's own needs: posting, editing, submitting."""

from werkzeug.wrappers import Response

from matchmaker.domain.vocabulary import Side
from matchmaker.web.enterprise import blueprint
from matchmaker.web.posting.layout import LAYOUTS
from matchmaker.web.posting.pages import NEED_PAGES, Page, act, create, create_quickly, edit, list_own
from matchmaker.web.posting.pages import similar as similar_postings


@blueprint.get("/needs")
def needs() -> str:
    """Show the enterprise's needs with their status."""
    return list_own(NEED_PAGES)


@blueprint.route("/needs/quick", methods=["GET", "POST"])
def quick_need() -> Page:
    """Show and save the quick form: three fields and one button."""
    return create_quickly(NEED_PAGES)


@blueprint.route("/needs/new", methods=["GET", "POST"])
def new_need() -> Page:
    """Show and save the full form of a new need."""
    return create(NEED_PAGES, LAYOUTS[Side.NEED])


@blueprint.route("/needs/<int:need_id>/edit", methods=["GET", "POST"])
def edit_need(need_id: int) -> Page:
    """Show and save the full form of a stored need, with its history."""
    return edit(NEED_PAGES, need_id)


@blueprint.post("/needs/<int:need_id>/<any(submit, withdraw, close):action>")
def need_action(need_id: int, action: str) -> Response:
    """Submit, withdraw or close a need."""
    return act(NEED_PAGES, need_id, action)


@blueprint.get("/needs/similar")
def similar_needs() -> str:
    """An HTML fragment: own needs similar to the title being typed."""
    return similar_postings(NEED_PAGES)
