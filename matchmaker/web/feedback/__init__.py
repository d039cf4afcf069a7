"""What people say about matches and whom they ask to be put in touch with; for both sides."""

from matchmaker.web.access import Audience, audience_blueprint

blueprint = audience_blueprint("feedback", __name__, Audience.ACCOUNTS, "/feedback")

from matchmaker.web.feedback import (  # noqa: E402 - views register themselves on the blueprint
    interests,  # noqa: F401
    said,  # noqa: F401
)
