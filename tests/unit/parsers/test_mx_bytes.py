from __future__ import annotations

import pytest
from mx_samples import MATCHED_BUT_FAILING, SCHEMAS, document, headed

from parsers import mx, mx_answers
from schemas.problem import MessageError

SAMPLE = document("sese.024.001.12", MATCHED_BUT_FAILING)

BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;">'
    b'<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;">]>'
    b"<Document>&d;</Document>"
)
OUTSIDE = b'<!DOCTYPE Document [<!ENTITY x SYSTEM "file:///etc/hostname">]><Document>&x;</Document>'
REMOTE = b'<!DOCTYPE Document SYSTEM "http://127.0.0.1:9/x.dtd"><Document/>'


def code(raw: bytes) -> str:
    with pytest.raises(MessageError) as caught:
        mx_answers.read(raw, SCHEMAS)
    assert caught.value.problems
    return caught.value.code


@pytest.mark.parametrize("raw", [BOMB, OUTSIDE, REMOTE], ids=["bomb", "file", "remote"])
def test_a_document_type_is_refused_outright(raw):
    assert code(raw) == "doctype"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-32"])
def test_a_document_type_does_not_hide_in_another_encoding(encoding):
    assert code(OUTSIDE.decode().encode(encoding)) in {"doctype", "encoding"}


def test_a_declared_encoding_does_not_change_how_bytes_are_read():
    declared = b'<?xml version="1.0" encoding="IBM037"?>' + SAMPLE
    assert mx_answers.read(declared, SCHEMAS).header.type == "sese.024"


def test_an_undeclared_entity_is_refused():
    assert code(SAMPLE.replace(b"CLAC", b"&what;")) == "not_well_formed"


def test_more_than_sixteen_megabytes_are_refused_unread():
    assert code(b"<Document>" + b" " * mx.SIZE_MAX) == "too_large"


def test_a_tower_of_elements_is_refused():
    assert code(b"<a>" * 100_000) == "not_well_formed"


@pytest.mark.parametrize(
    "raw",
    [b"", b" ", b"<", b"<Document", b"<Document>", b"\xff\xfe", b"<Document xmlns='x'/>"],
)
def test_what_is_no_message_is_refused(raw):
    code(raw)


def test_a_byte_order_mark_and_blanks_before_it_are_no_fault():
    assert mx_answers.read(b"\xef\xbb\xbf\r\n" + SAMPLE, SCHEMAS).header.type == "sese.024"


def test_a_header_without_document_is_refused():
    raw = headed("sese.024.001.12", MATCHED_BUT_FAILING)
    alone = raw[raw.index(b"<AppHdr") : raw.index(b"<Document")]
    assert code(alone) == "message_not_valid"


def test_comments_and_instructions_change_neither_meaning_nor_hash():
    noisy = SAMPLE.replace(b"<TxId>", b"<!-- x --><?y z?><TxId>")
    assert mx_answers.read(noisy, SCHEMAS) == mx_answers.read(SAMPLE, SCHEMAS)


def test_a_problem_of_syntax_names_its_line():
    with pytest.raises(MessageError) as caught:
        mx_answers.read(b"<Document>\n<a>\n</b></Document>", SCHEMAS)
    assert caught.value.problems[0].path == "(document) line 3 column 5"
