"""Big FIN files in chunks: the same messages as at once, and memory that does not grow."""

from __future__ import annotations

import io
import subprocess
import sys
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers import (
    containers,
    encodings,
    fin,
    fin_entries,
    fin_stream,
    fin_stream_verdict,
    fin_text,
)
from parsers.fin_entries import Balance, Entry, Held, Holding
from parsers.fin_stream import Field, Message, Other, messages
from schemas.problem import MessageError, Problem

HEAD = b"{1:F01CUSTUS33AXXX0000000000}{2:I940FUNDUS33XXXXN}{3:{108:M1}}{4:"
STATEMENT = (
    b"\r\n:20:REF1\r\n:25:ACC\r\n:28C:1/1\r\n:60F:C261120USD100,00\r\n"
    b":61:2611231123D20,50NTRFOURS1//THEIRS\r\nDETAIL\r\n:86:PAID TO\r\nSOMEBODY\r\n"
    b":61:2612310102RC10,NMSCNONREF\r\n:61:261123C0,50NINTX\r\n:62F:C261123USD70,\r\n:86:END"
)
WHOLE = HEAD + STATEMENT + b"\r\n-}{5:{CHK:123456789ABC}{PDM:}}"
BARE = STATEMENT.lstrip()
ACK = b"{1:F21FUNDUS33AXXX0001000123}{4:{177:2611231402}{451:0}{108:M}}"


def told(raw: bytes, chunk: int = fin_stream.CHUNK) -> list[object]:
    """All there is to say of a file, in values."""
    found: list[object] = []
    for each in messages(io.BytesIO(raw), chunk):
        if isinstance(each, Other):
            found.append(each)
            continue
        fields = list(each.fields)
        found.append(
            (each.type, each.line, fields, each.service, each.trailer, each.length, each.faults)
        )
    return found


def statement(raw: bytes) -> list[Balance | Entry | Problem]:
    message = next(messages(io.BytesIO(raw)))
    assert isinstance(message, Message)
    return list(fin_entries.statement(message.fields))


def test_a_message_comes_with_its_fields_lines_and_trailer():
    message = next(messages(io.BytesIO(b"\r\n" + WHOLE)))
    assert isinstance(message, Message) and message.head is not None
    assert (message.type, message.head.sender, message.head.header) == (
        "940",
        "CUSTUS33XXX",
        {"108": "M1"},
    )
    fields = list(message.fields)
    assert fields[0] == Field("20", "REF1", 3, "")
    assert fields[5] == Field("86", "PAID TO\nSOMEBODY", 9, "")
    assert message.trailer == {"CHK": "123456789ABC", "PDM": ""}
    assert message.faults == [] and message.length == len(STATEMENT)


@pytest.mark.parametrize("raw", [WHOLE, BARE, BARE.replace(b"\r\n", b"\n") + b"\n-\n"])
def test_the_entries_of_a_statement_are_typed(raw):
    first, paid, back, interest, last = statement(raw)
    assert isinstance(first, Balance) and first.amount == 100 and first.tag == "60F"
    assert isinstance(paid, Entry) and isinstance(back, Entry) and isinstance(interest, Entry)
    assert (paid.mark, paid.amount, paid.code) == ("D", Decimal("20.50"), "NTRF")
    assert (paid.reference, paid.servicer_reference) == ("OURS1", "THEIRS")
    assert (paid.details, paid.text) == ("DETAIL", "PAID TO\nSOMEBODY")
    assert back.booked_on == date(2027, 1, 2) and back.mark == "RC"
    assert interest.text is None and interest.booked_on is None
    assert isinstance(last, Balance) and last.amount == Decimal("70")


def test_a_balance_that_does_not_add_up_and_an_entry_that_is_none_are_said():
    *_, wrong = statement(WHOLE.replace(b"USD70,", b"USD71,"))
    assert isinstance(wrong, Problem) and (wrong.rule, wrong.value) == ("balance", "71")
    found = statement(WHOLE.replace(b"D20,50", b"D20.50").replace(b"USD70,", b"USD71,"))
    assert [p.rule for p in found if isinstance(p, Problem)] == ["T12"]
    assert len(found) == 5


def test_holdings_are_typed():
    fields = (
        b":16R:SUBSAFE\n:97A::SAFE//ACC1\n:16R:FIN\n:35B:ISIN US0378331005\nAPPLE\n"
        b":93B::AGGR//UNIT/100,\n:93B::AVAI//UNIT/N5,5\n:16R:SUBBAL\n:93B::XXXX//UNIT/1,\n:16S:SUBBAL\n"
        b":16S:FIN\n:16R:FIN\n:35B:ISIN US5949181045\n:93B::AGGR//UNIT/1\n:16S:FIN\n:16S:SUBSAFE"
    )
    raw = HEAD.replace(b"I940", b"I535") + b"\n" + fields + b"\n-}"
    message = next(messages(io.BytesIO(raw)))
    assert isinstance(message, Message)
    apple, wrong, microsoft = fin_entries.holdings(message.fields)
    assert apple == Holding("ACC1", "US0378331005", "APPLE", (
        Held("AGGR", "UNIT", Decimal(100)), Held("AVAI", "UNIT", Decimal("-5.5"))), 4)  # fmt: skip
    assert isinstance(wrong, Problem) and wrong.path == "SUBSAFE/FIN/93B line 15"
    assert isinstance(microsoft, Holding) and microsoft.held == ()


MANY = b"\r\n$\r\n".join([WHOLE, ACK, WHOLE])
FILES = [
    MANY,
    WHOLE + ACK + WHOLE,
    BARE + b"\r\n" + BARE,
    BARE + b"\r\n-\r\nBANK\r\n940\r\n" + BARE + b"\r\n-}",
    b"\x01" + WHOLE + b"\x03   " + b"\x01" + ACK + b"\x03",
    b"noise\r\n" + WHOLE,
    HEAD + STATEMENT + b"\r\n$\r\n" + WHOLE,
    WHOLE.decode().encode("utf-16"),
    encodings.BOM + WHOLE.replace(b"\r\n", b"\r"),
    HEAD + STATEMENT,
]


@pytest.mark.parametrize("raw", FILES, ids=range(len(FILES)))
def test_the_size_of_the_chunks_changes_nothing(raw):
    whole = told(raw)
    for chunk in (16, 17, 31, 64, 100, 257):
        assert told(raw, chunk) == whole, chunk


def test_messages_are_told_apart():
    types = [each[0] if isinstance(each, tuple) else "" for each in told(MANY)]
    assert types == ["940", "F21", "940"]
    assert told(MANY)[1][3] == (("177", "2611231402"), ("451", "0"), ("108", "M"))  # type: ignore[index]
    assert len(told(BARE + b"\r\n" + BARE)) == 2
    assert told(b"noise\r\n" + WHOLE)[0] == Other(1, "noise\n{1:F01CUSTUS33AXXX0000000000}{2:I9")


def test_a_message_whose_fields_nobody_takes_is_passed_over():
    assert [each.type for each in messages(io.BytesIO(MANY)) if isinstance(each, Message)] == [
        "940", "F21", "940"]  # fmt: skip


def rules(raw: bytes) -> list[str]:
    return [p.rule for each in told(raw) if isinstance(each, tuple) for p in each[6]]


@pytest.mark.parametrize(
    "raw, expected",
    [
        (WHOLE, []),
        (HEAD + STATEMENT, ["T31"]),
        (HEAD + STATEMENT + b"\r\n$\r\n" + WHOLE, ["T31"]),
        (WHOLE.replace(b":25:", b":2X:"), ["T13"]),
        (HEAD + b"\r\n:16R:A\r\n:16S:B\r\n-}", ["T92"]),
        (HEAD + b"\r\n:16R:A\r\n-}", ["T92"]),
        (HEAD + b"\r\n:20:A" + b"\r\n:86:X" * 400 + b"\r\n-}", ["M50"]),
        (b"{1:F01FUNDUS}{2:I940}{4:\r\n:20:A\r\n-}", ["H01", "H50"]),
        (ACK[:-1], ["T31"]),
    ],
)
def test_what_is_wrong_is_said_with_the_message(raw, expected):
    assert rules(raw) == expected


def test_a_field_without_end_is_refused():
    raw = HEAD + b"\r\n:86:" + b"A" * (fin_stream.FIELD_MAX + fin_stream.CHUNK * 3)
    with pytest.raises(MessageError, match="too_large"):
        told(raw)


CORPUS = Path(__file__).parents[4] / "shared" / "corpus"
FOREIGN = sorted(CORPUS.glob("*/*/*.fin"))
GOLDEN = sorted((Path(__file__).parents[2] / "golden").glob("mt*/*.fin"))


@pytest.mark.skipif(not FOREIGN, reason="the samples of others are not on this machine")
def test_streamed_messages_of_others_are_those_read_at_once():
    for path in FOREIGN + GOLDEN:
        at_once = []
        for item in containers.unpack(path.read_bytes()):
            try:
                read = fin_text.read(item.body)
            except MessageError:
                at_once = []
                break
            at_once.append([(f.tag, f.value.rstrip("\n")) for f in read.fields])
        if at_once:
            alone = [
                f.rule
                for item in containers.unpack(path.read_bytes())
                for f in fin.check_bytes(item.body)
            ]
            passing = fin_stream_verdict.verdict(io.BytesIO(path.read_bytes()))
            assert [f.rule for f in passing] == alone, path
            streamed = [
                [(f.tag, f.value.rstrip("\n")) for f in each.fields]
                for each in messages(io.BytesIO(path.read_bytes()), 300)
                if isinstance(each, Message)
            ]
            assert streamed == at_once, path


PIECES = st.sampled_from(
    [WHOLE, HEAD, BARE, ACK, b"\r\n:20:A", b"\r\n-}", b"\r\n-\r\n", b"$", b"{5:{PDE:", b"{1:", b"}", b"{4:{",
     b":62F:", b"\r\n:62F:", b"\r", b"\n", b"\0", b"noise", b"\x01", b"\r\n:16R:A"]
)  # fmt: skip


@given(
    st.one_of(st.binary(max_size=300), st.lists(PIECES, max_size=8).map(b"".join)),
    st.integers(16, 200),
)
def test_any_bytes_in_any_chunks_give_the_same_messages(raw, chunk):
    whole = told(raw)
    if encodings.wide(raw) is None:
        assert told(raw, chunk) == whole
    for each in messages(io.BytesIO(raw)):
        if isinstance(each, Message):
            list(fin_entries.statement(each.fields))
            list(fin_entries.holdings(each.fields))
    list(fin_stream_verdict.verdict(io.BytesIO(raw)))


BOMBS = [b"{1:" * 300_000, b"{1:F01A}" * 50_000, b"{" * 500_000, b"\n:" * 300_000, b"\n:20:" * 100_000,
         b":20:A\n:62F:\n" * 10_000, b"{1:F01A}{4:\n" * 30_000, b"{1:F01A}{4:\n:20:A$" * 8_000,
         b"{1:F01A}{4:{" * 8_000, b"{1:F01A}{4:\n-}{5:" * 8_000, b"$ " * 300_000, b"-" * 500_000,
         b"{1:F01A}{4:\n:16R:A" + b"\n:16R:A" * 50_000, b"\0" * 500_000]  # fmt: skip


@pytest.mark.parametrize("bomb", BOMBS, ids=range(len(BOMBS)))
def test_hostile_files_end(bomb):
    try:
        told(bomb)
    except MessageError:
        pass


GROWTH = '''
import io, resource, sys
from parsers import fin_entries, fin_stream

class Made(io.RawIOBase):
    """A file that is made while it is read."""
    def __init__(self, pieces):
        self.pieces, self.left = pieces, b""
    def read(self, count=-1):
        while len(self.left) < count:
            piece = next(self.pieces, None)
            if piece is None:
                break
            self.left += piece
        out, self.left = self.left[:count], self.left[count:]
        return out

HEAD = b"{1:F01CUSTUS33AXXX0000000000}{2:I%sFUNDUS33XXXXN}{4:"
def giant(entries):
    yield HEAD % b"940" + b"\\r\\n:20:R\\r\\n:25:A\\r\\n:28C:1/1\\r\\n:60F:C261120USD0,"
    for n in range(entries // 100):
        yield b"\\r\\n:61:2611231123C1,00NTRFREF//X\\r\\n:86:SOMEBODY PAID SOMETHING" * 100
    yield b"\\r\\n:62F:C261123USD%d,\\r\\n-}" % (entries // 100 * 100)
def holdings(entries):
    yield HEAD % b"535" + b"\\r\\n:16R:SUBSAFE\\r\\n:97A::SAFE//A"
    for n in range(entries // 100):
        yield b"\\r\\n:16R:FIN\\r\\n:35B:ISIN US0378331005\\r\\n:93B::AGGR//UNIT/1,\\r\\n:16S:FIN" * 100
    yield b"\\r\\n:16S:SUBSAFE\\r\\n-}"
def pages(entries):
    for n in range(entries // 10):
        entries_of_ten = b"\\r\\n:61:2611231123C0,NTRFREF" * 10
        yield b"".join(giant(0)).replace(b"\\r\\n:62F", entries_of_ten + b"\\r\\n:62F")

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

def run(make, entries):
    seen = 0
    for message in fin_stream.messages(Made(make(entries))):
        reads = fin_entries.holdings if message.type == "535" else fin_entries.statement
        for each in reads(message.fields):
            assert type(each).__name__ != "Problem", each
            seen += type(each).__name__ in ("Entry", "Holding")
    assert seen == entries, (seen, entries)
    return peak()

for make in (giant, holdings, pages):
    run(make, 3_000)
before = peak()
for make in (giant, holdings, pages):
    run(make, 24_000)
print(peak() - before)
'''


def test_memory_does_not_grow_with_the_file():
    grown = subprocess.run(
        [sys.executable, "-c", GROWTH],
        capture_output=True, text=True, check=True, cwd=Path(__file__).parents[3],
    ).stdout  # fmt: skip
    assert int(grown) < 4_096  # KiB, of files that are eight times as long
