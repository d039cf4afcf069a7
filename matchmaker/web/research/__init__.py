"""The researcher's pages: offers and the enterprises worth contacting."""

from matchmaker.web.access import Audience, audience_blueprint

blueprint = audience_blueprint("research", __name__, Audience.OFFER_SIDE, "/research")

from matchmaker.web.research import (  # noqa: E402 - views register themselves on the blueprint
    firms,  # noqa: F401
    matches,  # noqa: F401
    offers,  # noqa: F401
)
