"""Packed payloads and batch files to single messages."""

from __future__ import annotations

import pytest

from parsers.containers import split

ONE = b"{1:F01A}{2:O548X}{4:\r\n:20:A\r\n-}{5:{CHK:1}}"
TWO = b"{1:F01B}{2:O548X}{4:\r\n:20:B\r\n-}"
SENT = b"{1:F01C}{2:I541X}{4:\r\n:20:C\r\n-}"
ACK = b"{1:F21A}{4:{177:2611231402}{451:0}{108:M}}"
PDU = b"<Saa:DataPDU xmlns:Saa='u'><Saa:Body><Document><a/></Document></Saa:Body></Saa:DataPDU>"
DOC = b"<?xml version='1.0'?>\n<!-- x --><Document xmlns='u'><E><Document/></E></Document>"


@pytest.mark.parametrize(
    "payload, items",
    [
        (ONE, [ONE]),
        (ONE + b"$" + TWO, [ONE, TWO]),
        (ONE + b"\r\n$\r\n" + TWO + b"\r\n$\r\n", [ONE, TWO]),
        (ONE + TWO, [ONE, TWO]),
        (ONE + b"\n" + TWO + b"\n", [ONE, TWO]),
        (ACK + SENT, [ACK + SENT]),
        (ACK + b"\r\n" + SENT + ACK + SENT, [ACK + b"\r\n" + SENT, ACK + SENT]),
        (ACK + ONE, [ACK, ONE]),
        (ACK + b"$" + SENT, [ACK, SENT]),
        (ACK + ACK + TWO, [ACK, ACK, TWO]),
        (b":20:A\n:21:B\n-}$:20:C\n", [b":20:A\n:21:B\n-}", b":20:C"]),
        (b"{1:F01A}{4:\n:70:COSTS $5\n-}", [b"{1:F01A}{4:\n:70:COSTS $5\n-}"]),
        (PDU + PDU, [PDU, PDU]),
        (DOC + b"\n" + DOC + b"\n", [DOC, DOC]),
        (PDU + b"\n$\n" + ONE, [PDU, ONE]),
        (b"\xef\xbb\xbf" + DOC, [DOC]),
        (b"\x01" + ONE + b"\x03" + b" " * 40 + b"\x01" + TWO + b"\x03", [ONE, TWO]),
        (b"garbage", [b"garbage"]),
        (b"noise " + ONE, [b"noise", ONE]),
        (b"<open><never>", [b"<open><never>"]),
        (PDU + b"<Saa:DataPDU><cut", [PDU, b"<Saa:DataPDU><cut"]),
        (b"", []),
        (b" \r\n$\r\n", []),
    ],
)
def test_a_payload_gives_its_messages_in_order(payload, items):
    assert split(payload) == items


def test_many_documents_take_time_in_proportion():
    assert len(split(PDU * 5_000)) == 5_000


@pytest.mark.parametrize("bomb", [b"<D " * 200_000, b"<!--a-->" * 100_000, b"{1:" * 100_000])
def test_hostile_payloads_end(bomb):
    assert b"".join(split(bomb)).replace(b" ", b"") == bomb.replace(b" ", b"")
