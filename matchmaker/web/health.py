"""Health checks for load balancers and operators."""

from flask import Blueprint, Response, jsonify
from sqlalchemy import text

from matchmaker.web.request_context import db, platform

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
def alive() -> Response:
    """Answer that the process is alive."""
    return jsonify(status="ok")


@blueprint.get("/readyz")
def ready() -> tuple[Response, int]:
    """Answer whether the database, the encoder and the index work."""
    parts = {"database": False, "schema": False, "encoder": False, "index": False}
    try:
        db().execute(text("SELECT 1"))
        parts["database"] = True
        parts["schema"] = platform().database.is_current()
        parts["encoder"] = bool(platform().search_index.encoder.encode_queries(["ready"]).any())
        platform().search_index.refresh()
        status = platform().search_index.status()
        parts["index"] = status.revision >= 0
    except Exception as error:
        return jsonify(status="unavailable", parts=parts, error=type(error).__name__), 503
    everything = all(parts.values())
    return jsonify(status="ok" if everything else "unavailable", parts=parts), 200 if everything else 503
