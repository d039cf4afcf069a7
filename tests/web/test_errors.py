"""Which HTTP status answers which error."""

import pytest

from matchmaker.domain.errors import (
    Conflict,
    InvalidInput,
    MatchmakerError,
    NotAllowed,
    NotFound,
    ValidationErrors,
)
from matchmaker.web.errors import status_of


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (InvalidInput("x"), 400),
        (ValidationErrors([InvalidInput("x")]), 400),
        (NotAllowed("x"), 403),
        (NotFound("x"), 404),
        (Conflict("x"), 409),
        (MatchmakerError("x"), 400),
    ],
)
def test_every_error_has_its_status_and_a_special_one_that_of_its_kind(error: MatchmakerError, status: int) -> None:
    assert status_of(error) == status
