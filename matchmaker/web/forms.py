"""Helpers for all forms."""

from flask_wtf import FlaskForm
from wtforms import Field

from matchmaker.domain.errors import InvalidInput
from matchmaker.web.language import current_language


def show_error(form: FlaskForm, error: InvalidInput) -> None:
    """Show a service's error beside its field, or above the form when it names none."""
    text = error.text(current_language())
    if error.field is not None and error.field in form:
        form[error.field].errors = [*form[error.field].errors, text]
    else:
        form.form_errors.append(text)


def typed(field: Field) -> str:
    """The text typed into the field; empty when the browser did not send it."""
    return str(field.data or "")
