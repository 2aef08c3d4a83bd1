"""Local authentication at its three places, and every way it can be wrong."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

import builders.lau
from parsers import encodings, lau, mx
from schemas.lau import Key, Keys, key
from schemas.mx import signature
from schemas.problem import MessageError, Refused

AT = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
DAY = timedelta(days=1)
LEFT, RIGHT = "Abcdefgh12345678", "Zyxwvuts87654321"
CURRENT = key("current", LEFT, RIGHT, from_at=AT - DAY)
PREVIOUS = key("previous", "Q" * 16, RIGHT, until=AT + DAY)
EXPIRED = key("previous", "Q" * 16, RIGHT, until=AT - DAY)
FIN = b"{1:F01CUSTUS33AXXX0000000000}{2:O5481402}{4:\r\n:20C::SEME//C1\r\n-}{5:{CHK:123456789ABC}}"
PDU = (
    b'<?xml version="1.0" encoding="UTF-8"?>\n<Saa:DataPDU xmlns:Saa="urn:swift:saa:xsd:saa.2.0">'
    b"<Saa:Revision>2.0.14</Saa:Revision>\n<Saa:Body> <Document xmlns='urn:x'><A b='1' a=\"2\"/>"
    b"</Document></Saa:Body>\n</Saa:DataPDU>"
)


def keys(adapter, *given: Key) -> Keys:
    return Keys(adapter, given or (CURRENT, PREVIOUS))


def signed(adapter, with_key: Key = CURRENT) -> tuple[bytes, bytes | None]:
    match adapter:
        case "fin":
            return builders.lau.sign_fin(FIN, with_key), None
        case "xml":
            return builders.lau.sign_xml(PDU, with_key), None
    return FIN, builders.lau.sign_file(FIN, with_key)


def rule(raw: bytes, by: Keys, companion: bytes | None = None, at: datetime = AT) -> str:
    with pytest.raises(MessageError) as caught:
        lau.verify(raw, by, at, companion)
    (problem,) = caught.value.problems
    for each in (LEFT, RIGHT, "QQQQ", CURRENT.secret.decode()):
        assert each not in str(problem)
    return problem.rule


ADAPTERS = ["fin", "file", "xml"]


@pytest.mark.parametrize("adapter", ADAPTERS)
def test_what_is_signed_verifies(adapter):
    raw, companion = signed(adapter)
    assert lau.verify(raw, keys(adapter), AT, companion) == lau.Verified("current", False)


@pytest.mark.parametrize("adapter", ADAPTERS)
def test_the_previous_key_is_taken_and_flagged_while_both_are_in_use(adapter):
    raw, companion = signed(adapter, PREVIOUS)
    assert lau.verify(raw, keys(adapter), AT, companion) == lau.Verified("previous", True)


@pytest.mark.parametrize("adapter", ADAPTERS)
def test_a_key_whose_time_is_over_is_stale(adapter):
    raw, companion = signed(adapter, EXPIRED)
    assert rule(raw, keys(adapter, CURRENT, EXPIRED), companion) == "lau_stale"


@pytest.mark.parametrize("adapter", ADAPTERS)
def test_a_key_whose_time_has_not_come_is_stale(adapter):
    raw, companion = signed(adapter)
    assert rule(raw, keys(adapter), companion, AT - 2 * DAY) == "lau_stale"


@pytest.mark.parametrize("adapter", ADAPTERS)
def test_swapped_halves_are_wrong(adapter):
    raw, companion = signed(adapter, key("current", RIGHT, LEFT))
    assert rule(raw, keys(adapter), companion) == "lau_wrong"


@pytest.mark.parametrize("adapter", ADAPTERS)
def test_without_a_signature_it_is_refused(adapter):
    assert rule(PDU if adapter == "xml" else FIN, keys(adapter)) == "lau_missing"


@pytest.mark.parametrize("adapter", ADAPTERS)
def test_without_keys_nothing_is_right(adapter):
    raw, companion = signed(adapter)
    assert rule(raw, Keys(adapter, ()), companion) == "lau_wrong"


def meant(raw: bytes) -> bytes:
    """The canonical form of what a document says beside its LAU element."""
    root = mx.parse(raw)
    for node in root.findall("{*}LAU"):
        root.remove(node)
    return signature.canonical(root)


@pytest.mark.parametrize("adapter", ADAPTERS)
@given(st.data())
def test_any_byte_flipped_is_refused(adapter, data):
    raw, companion = signed(adapter)
    at = data.draw(st.integers(0, len(raw) - 1))
    bit = 1 << data.draw(st.integers(0, 6))
    flipped = raw[:at] + bytes([raw[at] ^ bit]) + raw[at + 1 :]
    try:
        lau.verify(flipped, keys(adapter), AT, companion)
    except MessageError:
        return
    # the same digits in the other case, or the same document written otherwise
    assert adapter != "file"
    if adapter == "fin":
        assert flipped.upper() == raw.upper() or flipped.split() == raw.split()
        assert FIN in flipped
    else:
        assert meant(flipped) == meant(raw)


def test_the_digest_of_a_message_is_over_what_stands_before_block_s():
    raw, _ = signed("fin")
    mark = hmac.new((LEFT + RIGHT).encode(), FIN, hashlib.sha256).hexdigest().upper()
    assert raw == FIN + b"{S:{MDG:" + mark.encode() + b"}}"


def test_other_tags_of_block_s_may_stand_beside_it():
    raw, _ = signed("fin")
    assert lau.verify(raw.replace(b"{S:", b"{S:{SAC:}{COP:P}"), keys("fin"), AT).key == "current"


@pytest.mark.parametrize(
    "spoil, expected",
    [
        (lambda raw: raw + raw[raw.index(b"{S:") :], "lau_wrong"),
        (lambda raw: raw + b"{4:\r\n:20:X\r\n-}", "lau_missing"),
        (lambda raw: raw.replace(b"{MDG:", b"{MDG:0"), "lau_malformed"),
        (lambda raw: raw.replace(b"{S:", b"{S:{MDG:" + b"0" * 64 + b"}"), "lau_malformed"),
    ],
)
def test_a_second_mark_or_text_after_it_is_refused(spoil, expected):
    assert rule(spoil(signed("fin")[0]), keys("fin")) == expected


def test_what_reads_as_block_s_inside_a_text_is_part_of_it():
    odd = FIN.replace(b"//C1", b"//C1\r\n:79:{S:{MDG:" + b"0" * 64 + b"}}")
    raw = builders.lau.sign_fin(odd, CURRENT)
    assert raw.startswith(odd + b"{S:") and lau.verify(raw, keys("fin"), AT).key == "current"


def test_signing_again_replaces():
    assert builders.lau.sign_fin(signed("fin", PREVIOUS)[0], CURRENT) == signed("fin")[0]


def test_the_companion_is_the_digest_of_the_whole_file():
    _, companion = signed("file")
    assert base64.b64decode(companion) == hmac.digest((LEFT + RIGHT).encode(), FIN, "sha256")


@pytest.mark.parametrize("companion", [b"QUJD", b"*", b"A" * 100_000, b"\xff"])
def test_a_companion_that_is_no_digest_is_malformed(companion):
    assert rule(FIN, keys("file"), companion) == "lau_malformed"


@pytest.mark.parametrize(
    "before, after, expected",
    [
        (b"<A ", b"<B ", "lau_wrong"),
        (b"hmac-sha256", b"hmac-md5", "lau_malformed"),
        (b'URI=""', b'URI="#x"', "lau_malformed"),
        (b'xmlenc#sha256"/>', b'xmlenc#sha512"/>', "lau_malformed"),
        (b"#enveloped-signature", b"#base64", "lau_malformed"),
        (
            b'hmac-sha256"/>',
            b'hmac-sha256"><ds:HMACOutputLength>8</ds:HMACOutputLength></ds:SignatureMethod>',
            "lau_malformed",
        ),
        (b"<ds:SignatureValue>", b"<ds:SignatureValue>A", "lau_malformed"),
        (b"<Saa:Body>", b"<Saa:LAU/><Saa:Body>", "lau_malformed"),
        (b"Saa:LAU>", b"Saa:LAX>", "lau_missing"),
    ],
)  # fmt: skip
def test_a_signature_of_another_form_or_document_is_refused(before, after, expected):
    raw, _ = signed("xml")
    assert before in raw
    assert rule(raw.replace(before, after), keys("xml")) == expected


def test_a_signature_moved_into_the_body_signs_nothing():
    raw, _ = signed("xml")
    start, end = raw.index(b"<ds:Signature "), raw.index(b"</Saa:LAU>")
    moved = raw[:start] + raw[end:]
    moved = moved.replace(b"<Document", raw[start:end] + b"<Document")
    assert rule(moved, keys("xml")) == "lau_malformed"


def test_a_signed_document_in_another_spelling_is_the_same_document():
    raw, _ = signed("xml")
    other = raw.replace(b"b='1' a=\"2\"", b"a='2'  b='1'")
    assert lau.verify(other, keys("xml"), AT).key == "current"


def test_only_an_unsigned_datapdu_is_signed():
    for raw in (FIN, b"<Document/>", signed("xml")[0]):
        with pytest.raises(MessageError):
            builders.lau.sign_xml(raw, CURRENT)


def test_a_wide_message_is_verified_as_its_text():
    raw, _ = signed("fin")
    assert encodings.plain(raw.decode().encode("utf-16")) == raw
    assert lau.verify(raw.decode().encode("utf-16"), keys("fin"), AT).key == "current"


@pytest.mark.parametrize(
    "left, right, path",
    [("short", RIGHT, "k.left"), (LEFT, "x" * 17, "k.right"), (LEFT, LEFT, "k"),
     ("\u00e4" * 16, RIGHT, "k.left"), (LEFT, " " * 16, "k.right")],
)  # fmt: skip
def test_a_half_that_is_none_is_refused_unseen(left, right, path):
    with pytest.raises(Refused) as caught:
        key("k", left, right)
    assert [p.path for p in caught.value.problems] == [path]
    assert left not in str(caught.value)


def test_the_newest_valid_key_signs():
    assert keys("fin").signing(AT) is CURRENT
    assert keys("fin").signing(AT - 2 * DAY) is PREVIOUS
    with pytest.raises(Refused, match="no key is valid"):
        keys("fin", EXPIRED).signing(AT)


def test_a_key_is_not_shown():
    assert LEFT not in repr(CURRENT) and RIGHT not in repr(keys("fin"))


@given(st.binary(max_size=300))
def test_any_bytes_are_refused(raw):
    for adapter in ADAPTERS:
        with pytest.raises(MessageError):
            lau.verify(raw, keys(adapter), AT, raw)
