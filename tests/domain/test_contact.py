"""A contact written in one line."""

import pytest

from matchmaker.domain.contact import read_contact
from matchmaker.domain.errors import InvalidInput


@pytest.mark.parametrize(
    ("line", "name", "phone", "email"),
    [
        ("张工 138-0000-0000", "张工", "138-0000-0000", ""),
        ("zhang@example.com", "", "", "zhang@example.com"),
        ("李主任，０３７９-６０００００００，li＠example.com", "李主任", "0379-60000000", "li@example.com"),
        ("电话 +86 379 6000 0000 张 三", "电话 张 三", "+86 379 6000 0000", ""),
        ("王五", "王五", "", ""),
        ("", "", "", ""),
        ("\x00\u202e 王五", "王五", "", ""),
    ],
)
def test_name_number_and_address_are_told_apart(line: str, name: str, phone: str, email: str) -> None:
    assert read_contact(line) == {"contact_name": name, "contact_phone": phone, "contact_email": email}


@pytest.mark.parametrize("line", ["张工 zhang@example", "张" * 61, "1" * 61])
def test_what_does_not_fit_is_refused_beside_the_line(line: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        read_contact(line)
    assert caught.value.field == "contact"
