"""The organizer's pages: reviews, imports, events. Importing a module registers its views."""

from matchmaker.web.access import Audience, audience_blueprint

blueprint = audience_blueprint("organizer", __name__, Audience.ORGANIZERS, "/organizer")

from matchmaker.web.organizer import (  # noqa: E402, F401
    cooperations,
    judging,
    mail,
    people,
    review,
    transfer,
)
from matchmaker.web.organizer.events import (  # noqa: E402, F401
    agenda,
    editing,
    halls,
    printing,
)
from matchmaker.web.organizer.events.onsite import (  # noqa: E402, F401
    check_in,
    day,
    follow_ups,
    hall_screen,
)
from matchmaker.web.organizer.events.participation import (  # noqa: E402, F401
    participants,
    progress,
    registration,
)
from matchmaker.web.organizer.events.requests import overview  # noqa: E402, F401
from matchmaker.web.organizer.events.scheduling import (  # noqa: E402, F401
    board,
    match_list,
    partnerships,
    schedule,
)
