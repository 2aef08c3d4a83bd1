"""The command line: exit codes 0, 1 and 2, never a traceback for wrong input, and what build prints."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from gateway import cli

GOLDEN = Path(__file__).parents[2] / "golden"
CASES = ("equity_rvp_dtc", "eurobond_rvp_euroclear")
MT548 = (
    b"{1:F01ALDRUS30AXXX0000000000}{2:I548ALDRUS30XXXXN}{4:\r\n:16R:GENL\r\n:20C::SEME//HT1\r\n"
    b":23G:INST\r\n:16R:LINK\r\n:20C::RELA//SI1\r\n:16S:LINK\r\n:16R:STAT\r\n:25D::MTCH//MACH\r\n"
    b":16S:STAT\r\n:16S:GENL\r\n-}"
)


@dataclass
class Ran:
    """What a command said and how it ended."""

    code: int
    out: bytes
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Finality = Callable[..., Ran]


@pytest.fixture
def finality(monkeypatch: pytest.MonkeyPatch, capfdbinary: Any) -> Finality:
    """Runs a command in this process."""

    def run(*args: object, stdin: bytes = b"") -> Ran:
        monkeypatch.setattr(sys, "argv", ["finality", *map(str, args)])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        with pytest.raises(SystemExit) as ended:
            cli.main()
        sys.stdout.flush()
        said = capfdbinary.readouterr()
        error = said.err.decode()
        assert "Traceback" not in error
        return Ran(int(ended.value.code or 0), said.out, error)

    return run


def body(case: str) -> Path:
    return GOLDEN / "instructions" / f"{case}.json"


def changed(tmp_path: Path, **changes: Any) -> Path:
    """The first worked example with other fields."""
    file = tmp_path / "changed.json"
    given = json.loads(body(CASES[0]).read_text()) | changes
    file.write_text(json.dumps({k: v for k, v in given.items() if v is not None}))
    return file


# build ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", CASES)
def test_build_gives_the_worked_example_byte_for_byte(finality: Finality, case: str) -> None:
    ran = finality("build", "--format", "mt541", body(case))
    assert ran.code == 0
    assert ran.out == (GOLDEN / "mt541" / f"{case}.fin").read_bytes()


@pytest.mark.parametrize("case", CASES)
def test_build_gives_the_same_document_as_the_worked_example(finality: Finality, case: str) -> None:
    ran = finality("build", "--format", "sese.023", body(case))
    assert ran.code == 0
    assert canonical(ran.out) == canonical((GOLDEN / "sese.023" / f"{case}.xml").read_bytes())


def canonical(document: bytes) -> bytes:
    tree = etree.fromstring(document, etree.XMLParser(remove_blank_text=True))
    return etree.tostring(tree, method="c14n")


def test_build_reads_standard_input(finality: Finality) -> None:
    ran = finality("build", "--format", "mt541", "-", stdin=body(CASES[0]).read_bytes())
    assert (ran.code, ran.out[:4]) == (0, b"{1:F")


def test_an_envelope_is_the_header_and_the_document(finality: Finality, tmp_path: Path) -> None:
    ran = finality("build", "--format", "sese.023", "--envelope", body(CASES[0]))
    assert ran.code == 0
    tree = etree.fromstring(ran.out)
    names = [etree.QName(part).localname for part in tree]
    assert names == ["AppHdr", "Document"]
    said = {etree.QName(e).localname: e.text for e in tree[0].iter()}
    assert said["BizMsgIdr"] == "SI20261123000001"
    assert said["MsgDefIdr"] == "sese.023.001.11"
    (tmp_path / "enveloped.xml").write_bytes(ran.out)
    assert finality("validate", tmp_path / "enveloped.xml").code == 0


@pytest.mark.parametrize(
    "changes, path",
    [
        ({"isin": "US0378331006"}, "isin"),
        ({"settle_date": "2026-02-30"}, "settle_date"),
        ({"surprise": 1}, "surprise"),
        ({"quantity": {"type": "UNIT", "value": 1.5}}, "quantity"),
        ({"settlement_amount": {"currency": "JPY", "value": "1.5"}}, "settlement_amount"),
        ({"sell": {"bic": "NOTABIC"}}, "sell"),
        ({"name": "Ωmega"}, ""),
        ({"wire": None}, "wire"),
    ],
)
def test_what_cannot_be_built_is_refused_with_its_place(
    finality: Finality, tmp_path: Path, changes: dict[str, Any], path: str
) -> None:
    ran = finality("build", "--format", "mt541", changed(tmp_path, **changes))
    assert (ran.code, ran.out) == (1, b"")
    assert path in ran.err


@pytest.mark.parametrize("text", [b"", b"{", b"[]", b"null", b"\xff\xfe{", b'{"reference": 1}'])
def test_what_is_no_instruction_is_refused(finality: Finality, text: bytes) -> None:
    ran = finality("build", "--format", "mt541", "-", stdin=text)
    assert (ran.code, ran.out) == (1, b"")
    assert ran.err


# wrong use --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "args",
    [
        ("frobnicate",),
        ("build",),
        ("build", "--format"),
        ("build", "--format", "mt541", "/nowhere.json"),
        ("validate", "/nowhere.fin"),
        ("parse", "/"),
        ("demo", "--instructions", "many"),
        ("simulate", "weather"),
        ("serve", "--workers", "0"),
        ("keys",),
    ],
)
def test_wrong_use_is_exit_code_2(finality: Finality, args: tuple[str, ...]) -> None:
    ran = finality(*args)
    assert ran.code == 2
    assert ran.err or ran.out


@pytest.mark.parametrize("name, value", [("FINALITY_HTTP_PORT", "x"), ("FINALITY_BATCH_CAP", "0")])
def test_a_setting_that_cannot_be_is_named(
    finality: Finality, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    ran = finality("verify", "--data", tmp_path)
    assert ran.code == 2
    assert name in ran.err


def test_help_is_no_fault(finality: Finality) -> None:
    assert finality("--help").code == 0


# parse and validate -----------------------------------------------------------------------------------


def test_a_good_file_is_valid(finality: Finality, tmp_path: Path) -> None:
    (tmp_path / "status.fin").write_bytes(MT548)
    fins = [GOLDEN / "mt541" / f"{case}.fin" for case in CASES]
    documents = [GOLDEN / "sese.023" / f"{case}.xml" for case in CASES]
    ran = finality("validate", *fins, *documents, tmp_path / "status.fin")
    assert (ran.code, ran.out) == (0, b"valid\n")


def test_a_broken_field_is_found_with_rule_line_and_nak(finality: Finality, tmp_path: Path) -> None:
    good = (GOLDEN / "mt541" / f"{CASES[0]}.fin").read_bytes()
    file = tmp_path / "broken.fin"
    file.write_bytes(good.replace(b":98A::SETT//20261124", b":98A::SETT//20261324"))
    ran = finality("validate", file, "--json")
    assert ran.code == 1
    line = good.split(b"\r\n").index(b":98A::SETT//20261124")
    [found] = ran.json
    assert (found["rule"], found["line"], found["column"]) == ("T50", line + 1, 13)
    assert found["nak"] == f"T50{line:03d}"  # a network counts the lines of block 4
    assert found.keys() == {
        "file", "rule", "severity", "layer", "path", "line", "column", "message", "value",
        "right", "nak",
    }  # fmt: skip


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
def test_a_finding_stands_where_it_does_in_the_file(
    finality: Finality, tmp_path: Path, end: str
) -> None:
    good = (GOLDEN / "mt541" / f"{CASES[0]}.fin").read_bytes().decode().strip()
    bad = good.replace(":98A::SETT//20261124", ":98A::SETT//20261324").replace("XXXXN", "XXXXU")
    whole = f"{good}$\r\n{good}{bad}".replace("\r\n", end)
    (tmp_path / "three.rje").write_bytes(whole.encode())
    header, text = finality("validate", tmp_path / "three.rje", "--json").json
    lines = whole.split(end)
    assert lines[text["line"] - 1] == ":98A::SETT//20261324"
    at = lines[header["line"] - 1]
    assert (header["rule"], at[header["column"] - 1]) == ("H52", "U")
    read = finality("parse", tmp_path / "three.rje", "--json").out.decode().splitlines()
    places = [json.loads(line) for line in read]
    assert [(p["kind"], p["container"]) for p in places] == [("fin", "rje")] * 3
    for place in places:
        start, stop = place["offset"], place["offset"] + place["length"]
        assert whole[start:stop].startswith("{1:") and whole[start:stop].endswith("}")


def test_a_broken_document_is_found_where_it_breaks(finality: Finality, tmp_path: Path) -> None:
    good = (GOLDEN / "sese.023" / f"{CASES[0]}.xml").read_bytes()
    file = tmp_path / "broken.xml"
    file.write_bytes(good.replace(b"<SctiesMvmntTp>RECE", b"<SctiesMvmntTp>TAKE"))
    ran = finality("validate", "--schema-only", file, "--json")
    assert ran.code == 1
    assert any("SctiesMvmntTp" in f["path"] for f in ran.json)


def test_a_message_cut_anywhere_is_invalid_never_a_crash(
    finality: Finality, tmp_path: Path
) -> None:
    good = (GOLDEN / "mt541" / f"{CASES[0]}.fin").read_bytes()
    files = []
    for end in range(1, len(good) - 1, 41):
        file = tmp_path / f"cut{end:04}.fin"
        file.write_bytes(good[:end])
        files.append(file)
    ran = finality("validate", *files, "--json")
    assert ran.code == 1
    assert {f["file"] for f in ran.json} == {str(f) for f in files}


def test_parse_says_what_a_message_means(finality: Finality) -> None:
    ran = finality("parse", "-", "--json", stdin=MT548)
    assert (ran.code, ran.json["type"], ran.json["problems"]) == (0, "MT548", [])
    assert ran.json["answer"]["related"] == "SI1"
    assert {f["tag"] for f in ran.json["fields"]} >= {"20C RELA", "25D MTCH"}
    plain = finality("parse", "-", stdin=MT548)
    assert plain.out.startswith(b"MT548\n")


def test_parse_of_what_cannot_be_read_says_why(finality: Finality) -> None:
    for garbage in (b"hello", b"<a><b></a>", b"\x00\xff" * 50, MT548[:-40]):
        ran = finality("parse", "-", stdin=garbage)
        assert ran.code == 1, garbage
        assert b"!" in ran.out


@pytest.mark.parametrize("content", [b"", b" \r\n", b"\x00\x00", b"$\r\n"])
@pytest.mark.parametrize("command", ["parse", "validate"])
def test_a_file_without_a_message_is_not_valid(
    finality: Finality, command: str, content: bytes
) -> None:
    ran = finality(command, "-", stdin=content)
    assert ran.code == 1
    assert b"there is no message in it" in ran.out


# settings -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content, says",
    [
        (None, "No such file"),
        ("http_port = ", "Invalid value"),
        ("http_prot = 8481", "FINALITY_HTTP_PROT: there is no such setting"),
        ('http_port = "many"', "FINALITY_HTTP_PORT"),
    ],
)
@pytest.mark.parametrize("command", ["demo", "serve", "verify", "migrate"])
def test_a_settings_file_that_cannot_be_used_is_wrong_use(
    finality: Finality,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    command: str,
    content: str | None,
    says: str,
) -> None:
    file = tmp_path / "finality.toml"
    if content is not None:
        file.write_text(content)
    monkeypatch.setenv("FINALITY_CONFIG", str(file))
    monkeypatch.setenv("FINALITY_DATA", str(tmp_path / "data"))
    ran = finality(command)
    assert ran.code == 2
    assert says in ran.err
    assert not (tmp_path / "data").exists()


def test_the_data_folder_may_stand_in_the_settings_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "finality.toml"
    file.write_text(f'data = "{tmp_path / "of-file"}"\n')
    monkeypatch.setenv("FINALITY_CONFIG", str(file))
    monkeypatch.delenv("FINALITY_DATA", raising=False)
    assert cli.settings_for(None).data == tmp_path / "of-file"
    assert cli.settings_for(tmp_path / "given").data == tmp_path / "given"
    monkeypatch.setenv("FINALITY_DATA", str(tmp_path / "of-environment"))
    assert cli.settings_for(None).data == tmp_path / "of-environment"


def test_every_rule_is_listed_with_its_source(finality: Finality) -> None:
    ran = finality("validate", "--rules", "--json")
    assert ran.code == 0
    rules = {rule["code"]: rule for rule in ran.json}
    assert rules["E86"]["nak"]
    assert all(rule["source"] and rule["confidence"] for rule in rules.values())
    assert b"E86" in finality("validate", "--rules").out


def test_a_finding_says_what_would_be_right(finality: Finality, tmp_path: Path) -> None:
    good = (GOLDEN / "mt541" / f"{CASES[0]}.fin").read_bytes()
    (tmp_path / "broken.fin").write_bytes(
        good.replace(b":98A::SETT//20261124", b":98A::SETT//20261324")
    )
    said = finality("validate", tmp_path / "broken.fin").out.decode()
    assert "right  correct the date" in said
    assert "a network answers T50" in said
    assert finality("validate").code == 2


# translate --------------------------------------------------------------------------------------------


def test_translate_prints_the_message_and_tells_what_is_lost(finality: Finality) -> None:
    ran = finality("translate", "--to", "mx", GOLDEN / "mt541/equity_rvp_dtc.fin")
    assert ran.code == 0
    assert b"<TxId>SI20261123000001</TxId>" in ran.out
    lost, summary = ran.err.splitlines()
    assert lost.startswith("dropped   Header/108")
    assert "MT541 -> sese.023.001.11" in summary
    assert "the result is valid" in summary


def test_translate_tells_every_element_when_asked(finality: Finality) -> None:
    ran = finality("translate", "--json", GOLDEN / "mt541/equity_rvp_dtc.fin")
    [made] = ran.json
    sources = [entry for entry in made["receipt"] if entry["source"]]
    assert made["elements"] == len(sources)
    assert sum(made["counts"].values()) == len(made["receipt"])
    told = finality("translate", "--receipt", GOLDEN / "mt541/equity_rvp_dtc.fin").err
    assert len(told.splitlines()) == len(made["receipt"]) + 1


def test_translate_goes_back_from_stdin(finality: Finality) -> None:
    there = finality("translate", GOLDEN / "mt541/equity_rvp_dtc.fin").out
    ran = finality("translate", "-", stdin=there)
    assert ran.code == 0
    assert ran.out.startswith(b"{1:F01FUNDUS33AXXX")


def test_translate_refuses_what_has_no_counterpart(finality: Finality, tmp_path: Path) -> None:
    (tmp_path / "free.fin").write_bytes(
        b"{1:F01AAAABBCCAXXX0000000000}{2:I999AAAABBCCXXXXN}{4:\r\n:20:A\r\n:79:B\r\n-}"
    )
    ran = finality("translate", tmp_path / "free.fin")
    assert ran.code == 1
    assert "no ISO 20022 message is known to correspond" in ran.err


# files ------------------------------------------------------------------------------------------------


def test_files_are_named_by_pattern_too(finality: Finality, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    for name in ("a.fin", "b.fin", "c.txt"):
        (tmp_path / "in" / name).write_bytes(MT548)
    by_pattern = finality("parse", tmp_path / "**" / "*.fin").out.decode().splitlines()
    assert [line.rpartition("/")[2] for line in by_pattern if line.startswith("MT548")] == [
        "a.fin",
        "b.fin",
    ]
    told = finality("parse", tmp_path / "in" / "[ac]*", "--json").out.splitlines()
    assert [Path(json.loads(each)["file"]).name for each in told] == ["a.fin", "c.txt"]
    nothing = finality("validate", tmp_path / "*.xml")
    assert nothing.code == 2
    assert "no file there" in nothing.err


@pytest.mark.parametrize("command", ["parse", "validate"])
def test_an_empty_file_among_others_does_not_hide_them(
    finality: Finality, tmp_path: Path, command: str
) -> None:
    (tmp_path / "1.fin").write_bytes(b"")
    (tmp_path / "2.fin").write_bytes(MT548.replace(b"MTCH//MACH", b"MTCH//M"))
    ran = finality(command, tmp_path / "*.fin", "--json")
    assert ran.code == 1
    assert b"there is no message in it" in ran.out
    assert b"2.fin" in ran.out


# build: every format ----------------------------------------------------------------------------------


def test_build_lists_its_formats_and_the_shape_of_a_body(finality: Finality) -> None:
    listed = finality("build", "--formats").out.decode()
    assert "camt.056   CancellationRequest" in listed
    shape = finality("build", "--format", "mt192", "--schema").json
    assert "original_reference" in shape["required"]
    assert finality("build", "--format", "mt000", "--schema").code == 1


def test_a_request_is_built_from_its_json(finality: Finality) -> None:
    body = {
        "text": "PLEASE CONFIRM",
        "wire": {"seme": "FREE1", "sender": "FUNDUS33", "receiver": "CUSTUS33"},
    }
    ran = finality("build", "--format", "mt599", "-", stdin=json.dumps(body).encode())
    assert ran.code == 0
    assert b":20:FREE1\r\n:79:PLEASE CONFIRM\r\n-}" in ran.out
