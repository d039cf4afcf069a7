"""Error pages: what went wrong, in the reader's language, and where to go from here."""

from flask import Flask, render_template
from flask_babel import gettext
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from matchmaker.domain.errors import Conflict, InvalidInput, MatchmakerError, NotAllowed, NotFound
from matchmaker.web.language import current_language

_STATUS: dict[type[MatchmakerError], int] = {NotFound: 404, NotAllowed: 403, Conflict: 409, InvalidInput: 400}
"""The one table of error classes and the HTTP status that answers each."""


def register(app: Flask) -> None:
    """Make the application answer errors with pages."""
    app.register_error_handler(MatchmakerError, _our_error)
    app.register_error_handler(HTTPException, _http_error)


def status_of(error: MatchmakerError) -> int:
    """The HTTP status of a response about this error: an error page, a form or JSON."""
    return next((code for kind, code in _STATUS.items() if isinstance(error, kind)), 400)


def _our_error(error: MatchmakerError) -> tuple[str, int]:
    status = status_of(error)
    return render_template("errors/error.html", message=error.text(current_language()), status=status), status


def _http_error(error: HTTPException) -> tuple[str, int]:
    status = error.code or 500
    return render_template("errors/error.html", message=_explain(error), status=status), status


def _explain(error: HTTPException) -> str:
    if isinstance(error, CSRFError):
        return str(gettext("页面已过期，请返回上一页刷新后再提交；填写的内容不会丢失"))
    if isinstance(error, RequestEntityTooLarge):
        return str(gettext("文件太大：最多 16 MB。请去掉图片，或拆成几个文件"))
    if error.code == 404:
        return str(gettext("没有这个页面"))
    if error.code == 429:
        return str(gettext("操作太频繁，请过几分钟再试"))
    if error.code is not None and error.code >= 500:
        return str(gettext("系统出错了，已记录。请稍后再试"))
    return error.description or error.name
