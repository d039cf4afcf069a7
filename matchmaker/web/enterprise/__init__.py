"""The enterprise's pages: its needs, and the matching offers and teams."""

from matchmaker.web.access import Audience, audience_blueprint

blueprint = audience_blueprint("enterprise", __name__, Audience.NEED_SIDE, "/enterprise")

from matchmaker.web.enterprise import (  # noqa: E402 - views register themselves on the blueprint
    matches,  # noqa: F401
    needs,  # noqa: F401
    teams,  # noqa: F401
)
