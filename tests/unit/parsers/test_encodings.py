"""Text in other alphabets comes as plain bytes; what only looks like it is left for the reader."""

from __future__ import annotations

import pytest

from parsers import encodings


def test_ebcdic_is_turned_byte_for_byte_even_where_it_is_no_ascii():
    assert encodings.plain(b"\xc0\xf1\x7a\x81\x45") == b"{1:a\xe1"


@pytest.mark.parametrize("codec", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf_16_is_turned_into_ascii(codec):
    assert encodings.plain("{1:F01}".encode(codec)) == b"{1:F01}"


def test_what_is_plain_comes_back_as_it_is():
    raw = b"{1:F01\xff}"
    assert encodings.plain(raw) is raw
