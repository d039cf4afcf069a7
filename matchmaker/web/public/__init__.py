"""Public pages, readable without an account."""

from matchmaker.web.access import Audience, audience_blueprint

blueprint = audience_blueprint("public", __name__, Audience.EVERYONE)

from matchmaker.web.public import (  # noqa: E402 - views register themselves on the blueprint
    events,  # noqa: F401
    expo,  # noqa: F401
    home,  # noqa: F401
    language,  # noqa: F401
    organizations,  # noqa: F401
    plan,  # noqa: F401
    postings,  # noqa: F401
)
