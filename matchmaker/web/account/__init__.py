"""Logging in and one's own account."""

from matchmaker.web.access import Audience, audience_blueprint

blueprint = audience_blueprint("account", __name__, Audience.EVERYONE, "/account")

from matchmaker.web.account import organization, views  # noqa: E402, F401 - views register themselves on the blueprint
