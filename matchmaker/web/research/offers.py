"""The supplier's own outcomes and capabilities: posting, editing, submitting."""

from werkzeug.wrappers import Response

from matchmaker.domain.vocabulary import OfferKind
from matchmaker.web.posting.layout import LAYOUTS
from matchmaker.web.posting.pages import OFFER_PAGES, Page, act, create, edit, list_own
from matchmaker.web.posting.pages import similar as similar_postings
from matchmaker.web.research import blueprint


@blueprint.get("/offers")
def offers() -> str:
    """Show the organization's outcomes and capabilities with their status."""
    return list_own(OFFER_PAGES)


@blueprint.route(f"/offers/new/<any({', '.join(OfferKind)}):kind>", methods=["GET", "POST"])
def new_offer(kind: str) -> Page:
    """Show and save the form of a new offer of that kind."""
    wanted = OfferKind.parse(kind)
    return create(OFFER_PAGES, LAYOUTS[wanted], wanted)


@blueprint.route("/offers/<int:offer_id>/edit", methods=["GET", "POST"])
def edit_offer(offer_id: int) -> Page:
    """Show and save the form of a stored offer, with its history."""
    return edit(OFFER_PAGES, offer_id)


@blueprint.post("/offers/<int:offer_id>/<any(submit, withdraw, close):action>")
def offer_action(offer_id: int, action: str) -> Response:
    """Submit, withdraw or close an offer."""
    return act(OFFER_PAGES, offer_id, action)


@blueprint.get("/offers/similar")
def similar_offers() -> str:
    """An HTML fragment: own offers similar to the title being typed."""
    return similar_postings(OFFER_PAGES)
