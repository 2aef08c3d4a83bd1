"""How text came to be bytes: byte order marks, UTF-16, EBCDIC, Latin-1, and line ends.

Bytes are stored as they came. A reader asks here for the same text in bytes that begin with ASCII.
"""

from __future__ import annotations

import re

BOM = b"\xef\xbb\xbf"
_BLANK = b" \t\r\n\x00"
_STARTS = b"<{:$\r\n\t \x01"  # what a payload may begin with
_EBCDIC = (b"\xc0\xf1\x7a", b"\x4c\x6f\xa7\x94\x93", b"\x7a\xf2\xf0\x7a")  # `{1:` `<?xml` `:20:`
_DECLARED = re.compile(rb"""<\?xml[^>]{0,100}?encoding\s*=\s*["']([A-Za-z0-9._-]{1,20})["']""")
# one byte a character; what else a document may declare is read as UTF-8 all the same
_SINGLE_BYTE = {
    "iso-8859-1": "latin-1", "latin-1": "latin-1", "latin1": "latin-1", "iso8859-1": "latin-1",
    "windows-1252": "cp1252", "cp1252": "cp1252", "iso-8859-15": "iso8859-15",
    "iso-8859-2": "iso8859-2", "windows-1250": "cp1250",
}  # fmt: skip


def wide(raw: bytes) -> str | None:
    """The codec of a text that is no ASCII from its first byte on; None where it is."""
    first = raw[:1]
    if first in b"<{:" and raw[1:2] != b"\0":
        return None
    if raw[:4] in (b"\xff\xfe\0\0", b"\0\0\xfe\xff"):
        return None  # UTF-32: nobody sends it
    if raw[:2] == b"\xff\xfe" or (first in _STARTS and raw[1:4:2] == b"\0\0" != raw[2:4]):
        return "utf-16-le"
    if raw[:2] == b"\xfe\xff" or (raw[1:2] in _STARTS and raw[0:3:2] == b"\0\0" != raw[2:4]):
        return "utf-16-be"
    return "cp500" if raw.startswith(_EBCDIC) else None


def narrow(raw: bytes, codec: str) -> bytes | None:
    """Wide text as UTF-8 without its byte order mark, a byte for a byte from EBCDIC; None if it is none."""
    try:
        text = raw.decode(codec)
    except UnicodeDecodeError:
        return None
    if codec == "cp500":
        return text.replace("\x85", "\n").encode("latin-1")
    return text.removeprefix("\ufeff").encode()


def plain(raw: bytes) -> bytes:
    """The same text in bytes that begin with ASCII: FIN as Latin-1, XML as UTF-8, no byte order mark.

    Bytes that are so already come back as they are; so do bytes that are no text, for the reader
    to refuse.
    """
    if raw[:1] == b"{" and raw[1:2] != b"\0":
        return raw
    if (codec := wide(raw)) is not None:
        found = narrow(raw, codec)
        if found is None:
            return raw
        return found if codec == "cp500" else _plain_fin(found)  # a byte for a byte as it is
    raw = raw.removeprefix(BOM)
    codec = declared(raw)
    return raw if codec is None else _as_utf8(raw, codec)


def declared(raw: bytes) -> str | None:
    """The codec of one byte a character that an XML document declares; None where it is UTF-8."""
    if raw[:1000].lstrip(_BLANK)[:5] != b"<?xml":
        return None
    found = _DECLARED.search(raw[:1200])
    return _SINGLE_BYTE.get(found[1].decode().lower().replace("_", "-")) if found else None


def _plain_fin(found: bytes) -> bytes:
    """FIN is one byte a character; what has no such byte stays UTF-8, which no character set allows."""
    if found.isascii() or found.lstrip(_BLANK)[:1] == b"<":
        return found
    try:
        return found.decode().encode("latin-1")
    except UnicodeEncodeError:
        return found


def _as_utf8(raw: bytes, codec: str) -> bytes:
    try:
        return raw.decode(codec).encode()
    except UnicodeDecodeError:
        return raw


def fin_text(raw: bytes) -> str:
    """FIN bytes as text with `\\n` line ends."""
    return lines(plain(raw).decode("latin-1"))


def lines(text: str) -> str:
    """Text with `\\n` line ends, whatever mixture of CRLF, LF and CR it came with."""
    if "\r" not in text:
        return text
    return text.replace("\r\r\n", "\n").replace("\r\n", "\n").replace("\r", "\n")
