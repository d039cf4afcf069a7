"""Security headers of every response."""

from flask import Response, request

_POLICY = "; ".join(
    (
        "default-src 'self'",
        # Bootstrap's own stylesheet draws its icons from data: addresses.
        "img-src 'self' data:",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)


def add_security_headers(response: Response) -> Response:
    """Forbid foreign scripts, styles and frames, content-type guessing, and URLs leaking to other sites.

    Pages differ from reader to reader, so no cache between us and the reader may keep them.
    """
    response.headers.setdefault("Content-Security-Policy", _POLICY)
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "same-origin")
    response.headers.setdefault("X-Frame-Options", "DENY")
    response.headers.setdefault("Cache-Control", "private, no-cache")
    if request.is_secure:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    return response
