"""The supplier's own outcomes and capabilities: posting, editing, handing in."""

from werkzeug.wrappers import Response

from matchmaker.domain.vocabulary import OfferKind
from matchmaker.web.posting.layout import OFFER_LAYOUTS
from matchmaker.web.posting.pages import OFFER_PAGES, Page, act, create, edit, list_own
from matchmaker.web.posting.pages import similar as similar_postings
from matchmaker.web.research import blueprint


@blueprint.get("/offers")
def offers() -> str:
    """My outcomes and capabilities and where they stand."""
    return list_own(OFFER_PAGES)


@blueprint.route("/offers/new/<any(outcome, capability):kind>", methods=["GET", "POST"])
def new_offer(kind: str) -> Page:
    """The form of an outcome or of a capability."""
    wanted = OfferKind.parse(kind)
    return create(OFFER_PAGES, OFFER_LAYOUTS[wanted], wanted)


@blueprint.route("/offers/<int:offer_id>/edit", methods=["GET", "POST"])
def edit_offer(offer_id: int) -> Page:
    """The form of a stored offer, and what was done to it."""
    return edit(OFFER_PAGES, offer_id)


@blueprint.post("/offers/<int:offer_id>/<any(submit, withdraw, close):action>")
def offer_action(offer_id: int, action: str) -> Response:
    """Hand in, withdraw or close."""
    return act(OFFER_PAGES, offer_id, action)


@blueprint.get("/offers/similar")
def similar_offers() -> str:
    """A fragment for the page on which a title is being typed."""
    return similar_postings(OFFER_PAGES)
