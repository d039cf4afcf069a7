"""Rate limits for what can be guessed or abused. For logging in, only failed attempts count."""

from functools import partial

from flask import Response, current_app, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

limiter = Limiter(get_remote_address, storage_uri="memory://")


def _switched_off() -> bool:
    return not current_app.config["RATELIMIT_ENABLED"]


def _address_and_email() -> str:
    """The rate-limit key: address and email, so that people who share an address do not lock each other out."""
    return f"{get_remote_address()} {request.form.get('email', '').strip().casefold()}"


def _refused(response: Response) -> bool:
    return response.status_code != 303


_posts = partial(limiter.limit, methods=["POST"], exempt_when=_switched_off)

guesses_of_one = _posts("10 per 10 minutes", key_func=_address_and_email, deduct_when=_refused)
guesses_of_many = _posts("100 per hour", deduct_when=_refused)
mails_to_one = _posts("5 per hour", key_func=_address_and_email)
mails_to_many = _posts("60 per hour")
registrations = _posts("100 per hour")
typesetting = limiter.limit("60 per 10 minutes", exempt_when=_switched_off)
"""Files that take seconds to make, for anybody who asks."""
