"""What makes the constraints of an event impossible: told before anything is planned, with names."""

from matchmaker.domain.errors import Conflict
from matchmaker.i18n import N_
from matchmaker.scheduling.errors import InvalidProblemError
from matchmaker.services.events.scheduling.constraints import Constraints
from matchmaker.services.events.scheduling.fault_messages import fault_message


def check_constraints(constraints: Constraints) -> None:
    """Raise :class:`Conflict` for an event that lacks slots or tables, or a fixed meeting in no slot of the event: the
    scheduler cannot be asked about these.
    """
    if not constraints.slots:
        raise Conflict(N_("活动还没有时段：请先在“资料”里填写场次"))
    if constraints.begun.issuperset(constraints.slots):
        raise Conflict(N_("活动的时段都已过去，不能再排日程"))
    if constraints.tables < 1:
        raise Conflict(N_("活动还没有桌位：请先在“资料”里填写桌数"))
    for meeting in constraints.fixed:
        if meeting.starts_at not in constraints.slots:
            need, offer = constraints.name(meeting.pair)
            raise Conflict(
                N_("“%(need)s”与“%(offer)s”定在 %(time)s，但没有这个时段；请解锁或改时间"),
                need=need,
                offer=offer,
                time=f"{meeting.starts_at:%m-%d %H:%M}",
            )


def contradiction(constraints: Constraints, error: InvalidProblemError) -> Conflict:
    """What the scheduler found, with the names and times of the event."""
    message, values = fault_message(
        error,
        name_of=lambda participant_id: constraints.attendee[int(participant_id)].name,
        time_of=lambda slot: f"{constraints.slots[slot]:%m-%d %H:%M}",
    )
    return Conflict(message, **values)
