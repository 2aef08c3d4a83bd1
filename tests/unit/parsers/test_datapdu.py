"""A FIN message in the interface's XML envelope."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mx_samples import MATCHED_BUT_FAILING, SCHEMAS, document

import parsers
from parsers import datapdu, fin, mx
from schemas.answer import NetworkAnswer, StatusAdvice
from schemas.problem import MessageError

TEXT = (
    ":16R:GENL\r\n:20C::SEME//C1\r\n:23G:INST\r\n:16R:LINK\r\n:20C::RELA//SI1\r\n:16S:LINK\r\n"
    ":16R:STAT\r\n:25D::MTCH//MACH\r\n:16S:STAT\r\n:16S:GENL"
)
PDU = """<?xml version="1.0" encoding="UTF-8"?>
<Saa:DataPDU xmlns:Saa="urn:swift:saa:xsd:saa.2.0"><Saa:Revision>2.0.14</Saa:Revision>
<Saa:Header><Saa:Message><Saa:SenderReference>OC1</Saa:SenderReference>
<Saa:MessageIdentifier>fin.548</Saa:MessageIdentifier><Saa:Format>MT</Saa:Format>
<Saa:Sender><Saa:FullName><Saa:X1>CUSTUS33XXX</Saa:X1></Saa:FullName></Saa:Sender>
<Saa:Receiver><Saa:FullName><Saa:X1>FUNDUS33XXX</Saa:X1></Saa:FullName></Saa:Receiver>
<Saa:InterfaceInfo><Saa:UserReference>MUR1</Saa:UserReference></Saa:InterfaceInfo>
<Saa:NetworkInfo><Saa:IsPossibleDuplicate>{duplicate}</Saa:IsPossibleDuplicate></Saa:NetworkInfo>
</Saa:Message></Saa:Header><Saa:Body>{body}</Saa:Body></Saa:DataPDU>"""


def pdu(body: str, duplicate: str = "false") -> bytes:
    return PDU.format(body=body, duplicate=duplicate).encode()


def packed(text: str) -> str:
    return base64.encodebytes(text.encode("latin-1")).decode()


@pytest.mark.parametrize(
    "body",
    [
        packed("\r\n" + TEXT + "\r\n-"),
        packed("{4:\r\n" + TEXT + "\r\n-}"),
        packed(TEXT),
        f"<![CDATA[\n{TEXT}\n-}}]]>",
        "\n" + TEXT.replace("\r", ""),
        packed("{1:F01CUSTUS33AXXX0000000000}{2:I548FUNDUS33XXXXN}{3:{108:MUR1}}{4:\r\n" + TEXT + "\r\n-}"),
    ],
    ids=["block 4", "with braces", "bare", "CDATA", "as text", "whole"],
)  # fmt: skip
def test_a_message_is_read_however_the_body_carries_it(body):
    answer = parsers.answer(pdu(body), SCHEMAS)
    assert isinstance(answer, StatusAdvice)
    assert answer.related == "SI1"
    assert (answer.header.type, answer.header.sender) == ("MT548", "CUSTUS33XXX")
    assert answer.header.receiver == "FUNDUS33XXX"
    assert not answer.header.possible_duplicate
    assert fin.read(datapdu.opened(pdu(body))).header == {"108": "MUR1"}


def test_the_envelope_says_possible_duplicate():
    assert parsers.answer(pdu(packed(TEXT), "true"), SCHEMAS).header.possible_duplicate


def test_the_same_text_has_the_same_hash_in_and_out_of_the_envelope():
    alone = b"{1:F01CUSTUS33AXXX0000000000}{2:I548FUNDUS33XXXXN}{4:\r\n" + TEXT.encode() + b"\r\n-}"
    inside = parsers.answer(pdu(packed(TEXT)), SCHEMAS)
    assert inside.header.content_hash == parsers.answer(alone, SCHEMAS).header.content_hash


def test_an_identifier_with_a_flag_sets_the_validation_flag():
    raw = pdu(packed(TEXT)).replace(b"fin.548", b"fin.202.COV")
    message = fin.read(datapdu.opened(raw))
    assert (message.type, message.header["119"]) == ("202", "COV")


def test_a_report_that_carries_a_copy_is_a_report():
    raw = pdu(packed(TEXT)).replace(b"<Saa:Message>", b"<Saa:TransmissionReport>"
        b"<Saa:SenderReference>OC1</Saa:SenderReference>"
        b"<Saa:NetworkDeliveryStatus>NetworkAcked</Saa:NetworkDeliveryStatus><Saa:Message>"
    ).replace(b"</Saa:Message>", b"</Saa:Message></Saa:TransmissionReport>")  # fmt: skip
    assert isinstance(parsers.answer(raw, SCHEMAS), NetworkAnswer)


@pytest.mark.parametrize("body", ["", "garbage", packed("garbage"), "QUJD=", "<a/>", packed("")])
def test_a_body_that_holds_no_message_is_refused_with_its_line(body):
    with pytest.raises(MessageError) as caught:
        parsers.answer(pdu(body), SCHEMAS)
    assert caught.value.problems[0].path.startswith("Body line")
    assert parsers.check(pdu(body), SCHEMAS)


def test_what_no_byte_holds_is_not_smoothed_over():
    assert "\u20ac".encode() in datapdu.opened(pdu(TEXT.replace("C1", "C\u20ac")))


def test_a_user_reference_writes_no_block():
    raw = pdu(packed(TEXT)).replace(b"MUR1", b"X}}{4:{451:0}}")
    assert fin.read(datapdu.opened(raw)).header == {}


def test_a_huge_body_is_refused():
    with pytest.raises(MessageError):
        parsers.answer(pdu("A" * (mx.SIZE_MAX + 1)), SCHEMAS)


@given(st.text(max_size=200))
def test_any_body_is_read_or_refused(body):
    for each in (packed(body.encode().decode("latin-1")), body.replace("<", "").replace("&", "")):
        parsers.check(pdu(each), SCHEMAS)


def test_the_header_is_typed():
    said = datapdu.header(mx.parse(pdu(packed(TEXT), "true")))
    assert said is not None
    assert (said.reference, said.identifier, said.format) == ("OC1", "fin.548", "MT")
    assert (said.sender, said.receiver) == ("CUSTUS33XXX", "FUNDUS33XXX")
    assert (said.user_reference, said.possible_duplicate, said.authenticated) == (
        "MUR1",
        True,
        False,
    )
    assert datapdu.header(mx.parse(b"<Document/>")) is None


AN_MX = (
    '<AppHdr xmlns="urn:iso:std:iso:20022:tech:xsd:head.001.001.02"><Fr><FIId><FinInstnId>'
    "<BICFI>CUSTUS33</BICFI></FinInstnId></FIId></Fr></AppHdr>"
    '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:sese.024.001.12"><a/></Document>'
)


@pytest.mark.parametrize(
    "before, after, expected",
    [
        ("", "", []),
        ("sese.024.001.12</Saa", "sese.025.001.11</Saa", ["pdu_identifier"]),
        (">MX<", ">XML<", ["pdu_format"]),
        ("<Document xmlns", "<Paper xmlns", ["pdu_body"]),
        (">CUSTUS33XXX<", ">BANKUS33XXX<", ["pdu_party"]),
        (">CUSTUS33XXX<", "><", []),
    ],
)
def test_an_envelope_that_says_otherwise_than_its_message_is_told(before, after, expected):
    raw = pdu(AN_MX).decode().replace("fin.548", "sese.024.001.12").replace(">MT<", ">MX<")
    raw = raw.replace(before, after, 1).replace(
        "</Document>", "</Paper>" if "Paper" in after else "</Document>"
    )
    found = datapdu.check(raw.encode())
    assert [each.rule for each in found] == expected
    assert all(each.severity == "warning" and each.line == 3 and each.right for each in found)
    assert [f for f in parsers.check(raw.encode(), SCHEMAS) if f.rule in expected] == found


SAMPLE = document("sese.024.001.12", MATCHED_BUT_FAILING)


@pytest.mark.parametrize(
    "many",
    [
        b"<Batch>" + SAMPLE + SAMPLE + b"</Batch>",
        b"<Batch><M>" + SAMPLE + b"</M><M>" + SAMPLE + b"</M></Batch>",
    ],
)
def test_an_envelope_of_two_messages_is_refused_not_half_read(many):
    with pytest.raises(MessageError, match="more than one Document"):
        parsers.answer(many, SCHEMAS)
