"""Pages for logging in and for a person's own account."""

from matchmaker.web.access import Audience, audience_blueprint

blueprint = audience_blueprint("account", __name__, Audience.EVERYONE, "/account")

from matchmaker.web.account import (  # noqa: E402 - views register themselves on the blueprint
    blocks,  # noqa: F401
    organization,  # noqa: F401
    views,  # noqa: F401
)
