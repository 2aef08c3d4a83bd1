"""Packed payloads and batch files to single messages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers import encodings
from parsers.containers import unpack

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
    assert [item.body for item in unpack(payload)] == items


HEAD = b"<AppHdr xmlns='h'><a/></AppHdr>"
FIELDS = b":20:A\r\n:62F:C1\r\n"


@pytest.mark.parametrize(
    "payload, kinds",
    [
        (ONE, [("fin", "plain")]),
        (ONE + b"$" + ACK + SENT, [("fin", "rje"), ("answered", "rje")]),
        (b"\x01" + ONE + b"\x03", [("fin", "dos-pcc")]),
        (b"\x1f000100" + b"A" * 24 + PDU, [("datapdu", "framed")]),
        (HEAD + b"\n<?xml version='1.0'?>\n" + DOC[DOC.index(b"<Document") :], [("business", "plain")]),
        (HEAD + PDU, [("xml", "plain"), ("datapdu", "plain")]),
        (FIELDS, [("fields", "plain")]),
        (b"ABNANL2A\n940\n" + FIELDS + b"-\n", [("other", "plain"), ("fields", "plain")]),
        (ONE + b"\r\nnoise\r\nmore\r\n" + TWO,
         [("fin", "plain"), ("other", "plain"), ("fin", "plain")]),
        (b"{2:O548X}{4:\r\n:20:A\r\n-}", [("fin", "plain")]),
        (b"{1:F01A}{3:{108:M}}{2:I541X}{4:\r\n:20:A\r\n-}{5:{PDE:}}{S:{SAC:}}", [("fin", "plain")]),
    ],
)  # fmt: skip
def test_an_item_says_what_it_is_and_how_it_was_packed(payload, kinds):
    assert [(item.kind, item.container) for item in unpack(payload)] == kinds


@pytest.mark.parametrize("size, sectors", [(510, 1), (511, 2)])
def test_a_sector_is_padded_to_512_bytes(size, sectors):
    message = ONE[:-1] + b"2" * (size - len(ONE)) + b"}"
    cell = (b"\x01" + message + b"\x03").ljust(512 * sectors)
    assert [(i.body, i.offset) for i in unpack(cell * 2)] == [
        (message, 1),
        (message, len(cell) + 1),
    ]


@pytest.mark.parametrize(
    "inside", [b"{1:F01X}{2:O548X}{4:", b":70:COSTS $\r\n:20:B", b"<Document>"]
)
def test_what_looks_like_a_message_inside_a_text_begins_none(inside):
    whole = b"{1:F01A}{2:O548X}{4:\r\n:79:" + inside + b"\r\n-}"
    assert [item.body for item in unpack(whole + ONE)] == [whole, ONE]


def test_a_second_reference_begins_no_message_before_the_statement_is_closed():
    assert len(unpack(b":20:A\n:70:PAY\n:20:B\n:32A:1\n")) == 1
    assert [item.body for item in unpack(FIELDS + b":86:X\r\n:20:B\r\n")] == [
        FIELDS + b":86:X", b":20:B"]  # fmt: skip


@pytest.mark.parametrize("end", range(1, 22))
def test_a_trailer_that_is_cut_stays_with_its_message(end):
    whole = ONE[: ONE.index(b"-}") + 2] + b"\r\n{5:{CHK:1}{PDE:12}}"
    cut = whole[: -22 + end]
    assert [item.body for item in unpack(cut + b"\r\n" + TWO)] == [cut.strip(), TWO]


@pytest.mark.parametrize(
    "inside",
    [b"<![CDATA[</Saa:DataPDU>]]>", b"<!-- </Saa:DataPDU> -->", b"<a b='</Saa:DataPDU>'/>"],
)
def test_a_tag_that_is_only_text_ends_no_document(inside):
    odd = PDU.replace(b"<a/>", inside)
    if b"b='" in inside:
        odd = odd.replace(b"</Saa:DataPDU>'", b"&lt;/Saa:DataPDU>'")
    assert [item.body for item in unpack(odd + PDU)] == [odd, PDU]


@pytest.mark.parametrize("next_", [PDU, b"<?xml version='1.0'?>" + PDU])
def test_a_document_that_is_cut_takes_none_of_the_next(next_):
    assert [item.body for item in unpack(PDU[:40] + next_ + next_)] == [PDU[:40], next_, next_]


@pytest.mark.parametrize("codec", ["utf-16", "utf-16-le", "utf-16-be", "cp500"])
@pytest.mark.parametrize("first", [ONE, DOC])
def test_items_of_a_wide_text_point_into_its_bytes(codec, first):
    text = (first + b"\r\n$\r\n" + TWO).decode() + "\r\n"
    payload = text.encode(codec)
    items = unpack(payload)
    assert [encodings.plain(item.body) for item in items] == [first, TWO]
    assert all(payload[item.offset : item.end] == item.body for item in items)


def test_what_lies_beyond_the_first_plane_shifts_no_place():
    payload = (PDU.decode().replace("<a/>", "<a>\U0001f4b6\u00e9</a>") + TWO.decode()).encode(
        "utf-16-be"
    )
    assert encodings.plain(unpack(payload)[1].body) == TWO


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n", "\r\r\n"])
def test_any_line_end_ends_a_line(end):
    whole = ONE.decode().replace("\r\n", end).encode()
    assert [item.body for item in unpack(whole + TWO)] == [whole, TWO]
    assert encodings.fin_text(whole) == ONE.decode().replace("\r\n", "\n")


@pytest.mark.parametrize("name, codec", [("ISO-8859-1", "latin-1"), ("windows-1252", "cp1252")])
def test_a_document_of_another_alphabet_is_read_in_it(name, codec):
    document = f'<?xml version="1.0" encoding="{name}"?><a>M\u00fcller</a>'
    assert encodings.plain(document.encode(codec)) == document.encode()


def test_many_documents_take_time_in_proportion():
    assert len(unpack(PDU * 5_000)) == 5_000


BOMBS = [
    b"<D " * 200_000, b"<!--a-->" * 100_000, b"{1:" * 1_000_000, b"{1:F01" * 100_000,
    b"{" * 1_000_000, b"{1:F01A}{4:{" * 50_000, b"{1:F01A}{4:\n" * 50_000,
    b"{1:F01A}{4:\n:20:A$" * 50_000 + b"\n-}", b"{1:F01A}{4:\n-}{5:" * 50_000,
    b"<a><![CDATA[" * 50_000, b"<a x='" * 50_000, b"<?xml " * 100_000, b"$ " * 200_000,
    b"\x01" * 200_000, b":20:A\n:62F:\n" * 50_000, b"<a>" * 100_000, b"<\0" * 200_000,
    b"{5:{" * 50_000, b"x\n<a" * 50_000, b"\x1f000000" * 50_000,
    b"".join(b"<a%d/>" % n for n in range(50_000)), b"".join(b"<a%d></a%d>" % (n, n) for n in range(50_000)),
]  # fmt: skip


@pytest.mark.parametrize("bomb", BOMBS, ids=range(len(BOMBS)))
def test_hostile_payloads_end_and_nothing_of_them_is_lost(bomb):
    assert_accounted(bomb)


PIECES = st.sampled_from(
    [ONE, TWO, ACK, PDU, DOC, HEAD, FIELDS, b"$", b"\r\n", b"-}", b"{5:", b"{1:", b"{4:", b"}",
     b"\x01", b"\x03", b"\x1a", b"\0", b"\xef\xbb\xbf", b"noise", b"<a>", b"<!--", b"\x1f000000" + b"x" * 24]
)  # fmt: skip


@given(st.one_of(st.binary(max_size=300), st.lists(PIECES, max_size=12).map(b"".join)))
def test_items_and_separators_give_back_the_payload(payload):
    assert_accounted(payload)


@given(st.text(max_size=100), st.sampled_from(["utf-16", "utf-16-le", "utf-16-be", "cp500"]))
def test_any_wide_text_is_accounted_for(text, codec):
    payload = (ONE.decode() + text).encode(codec, "ignore")
    position = 0
    for item in unpack(payload):
        assert item.offset >= position and payload[item.offset : item.end] == item.body
        position = item.end


def assert_accounted(payload: bytes) -> None:
    """Items are slices in order, and between them lie only separators and framing."""
    position, gaps = 0, b""
    for item in unpack(payload):
        assert item.offset >= position and item.body
        assert payload[item.offset : item.end] == item.body
        gaps += payload[position : item.offset] + b"|"
        position = item.end
    gaps += payload[position:]
    if encodings.wide(payload) is None:
        assert GAPS.fullmatch(gaps), gaps[:200]


GAPS = re.compile(rb"(?:[ \t\r\n\x00\x1a$\x01\x03|]|\xef\xbb\xbf|\x1f[0-9]{6}[^<]{24}\|)*+")

CORPUS = Path(__file__).parents[4] / "shared" / "corpus"
FOREIGN = sorted(p for p in CORPUS.glob("*/*/*") if p.suffix in (".fin", ".xml"))


@pytest.mark.skipif(not FOREIGN, reason="the samples of others are not on this machine")
def test_every_file_of_others_unpacks():
    for path in FOREIGN:
        payload = path.read_bytes()
        assert_accounted(payload)
        assert any(item.kind != "other" for item in unpack(payload)), path
