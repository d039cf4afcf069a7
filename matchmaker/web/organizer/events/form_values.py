"""Values that an event's pages read from a form or a URL."""

from typing import Any

from flask import request

from matchmaker.domain.errors import NotFound
from matchmaker.domain.events.pair import PairKey
from matchmaker.i18n import N_


def kept_arguments(*names: str) -> dict[str, Any]:
    """The URL arguments with these names, to lead back to the same page of a list."""
    return {name: request.args[name] for name in names if name in request.args}


def pair_from_form() -> PairKey:
    """The pair in the form. Raises :class:`NotFound` when there is none."""
    need_side, offer_side = (request.form.get(name, "") for name in ("need_side", "offer_side"))
    if not (is_id(need_side) and is_id(offer_side)):
        raise NotFound(N_("活动里没有这个参会方，请刷新页面"))
    return int(need_side), int(offer_side)


def chosen_ids(name: str) -> set[int]:
    """The ids of the ticked boxes."""
    return {int(text) for text in request.form.getlist(name) if is_id(text)}


def is_id(text: str) -> bool:
    """Whether the text can be a row's id."""
    return text.isdecimal() and len(text) < 19
