"""The administrator's pages."""

from matchmaker.web.access import Audience, audience_blueprint

blueprint = audience_blueprint("admin", __name__, Audience.ADMINS, "/admin")

from matchmaker.web.admin import views  # noqa: E402, F401 - the views register themselves on the blueprint
