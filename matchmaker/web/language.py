"""The reader's language: the one chosen on the page, else the account's, else the browser's, else Chinese."""

from flask import has_request_context, request, session
from flask_login import current_user

from matchmaker.i18n import LANGUAGES


def current_language() -> str:
    """``zh`` or ``en``."""
    if not has_request_context():
        return "zh"
    chosen = session.get("language")
    if chosen in LANGUAGES:
        return str(chosen)
    if current_user and current_user.is_authenticated:
        return str(current_user.account.language)
    return request.accept_languages.best_match(LANGUAGES) or "zh"
