"""What participants do at events. Organizers may do it on behalf of participants without an account."""

from matchmaker.web.access import Audience, audience_blueprint

blueprint = audience_blueprint("attending", __name__, Audience.ACCOUNTS, "/attending")

from matchmaker.web.attending import (  # noqa: E402 - views register themselves on the blueprint
    agenda,  # noqa: F401
    availability,  # noqa: F401
    delegates,  # noqa: F401
    expo,  # noqa: F401
    ratings,  # noqa: F401
    registration,  # noqa: F401
    requests,  # noqa: F401
    schedule,  # noqa: F401
)
