"""Cooperations that follow from meetings. Both sides and organizers see the same pages."""

from matchmaker.web.access import Audience, audience_blueprint

blueprint = audience_blueprint("cooperation", __name__, Audience.ACCOUNTS, "/cooperations")

from matchmaker.web.cooperation import (  # noqa: E402 - views register themselves on the blueprint
    contracts,  # noqa: F401
    pages,  # noqa: F401
    steps,  # noqa: F401
)
