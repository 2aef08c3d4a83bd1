from __future__ import annotations

from pathlib import Path

import pytest

from gateway import schema_doctor
from gateway.schema_store import SchemaStore, generate, installed_schemas, listed
from schemas.mx.catalogue import AREAS
from schemas.problem import Refused

ID = "sese.024.001.12"


def test_generated_text_is_kept_and_read_back(tmp_path):
    store = SchemaStore(tmp_path / "kept")
    first = store.load(ID)
    (kept,) = (tmp_path / "kept").iterdir()
    assert kept.read_text("utf-8") == first
    kept.write_text("<kept/>")
    assert store.load(ID) == "<kept/>"


def test_an_imported_file_wins_over_a_package(tmp_path):
    (tmp_path / f"{ID}.xsd").write_text("<imported/>")
    assert SchemaStore(None, tmp_path).load(ID) == "<imported/>"


def test_an_imported_file_may_be_of_a_version_no_package_has(tmp_path):
    (tmp_path / "sese.024.001.13.xsd").write_text("<imported/>")
    assert SchemaStore(None, tmp_path).load("sese.024.001.13") == "<imported/>"
    assert SchemaStore().load("sese.024.001.13") is None


def test_a_message_id_cannot_leave_the_folder(tmp_path):
    (tmp_path / "secret.xsd").write_text("<secret/>")
    inner = tmp_path / "inner"
    inner.mkdir()
    assert SchemaStore(None, inner).load("../secret") is None


def test_the_states_say_where_each_schema_comes_from(tmp_path):
    store = SchemaStore(tmp_path / "kept", tmp_path)
    (tmp_path / f"{ID}.xsd").write_text("<imported/>")
    store.load("sese.025.001.11")
    states = {state.message_id: state.source for state in store.states()}
    assert len(states) > 600
    assert {each[:4] for each in states} == set(AREAS)
    assert states[ID] == "file"
    assert states["sese.025.001.11"] == "cache"
    assert states["pacs.002.001.10"] == "package"


def test_schemas_of_a_data_folder_keep_what_they_generate(tmp_path):
    assert installed_schemas(tmp_path).has(ID)
    assert [path.name.startswith(ID) for path in (tmp_path / "schemas").iterdir()] == [True]


def official(message_id: str, folder: Path) -> Path:
    """A schema as somebody would have fetched it."""
    file = folder / "schema.xsd"
    file.write_text(generate(message_id))
    return file


def test_official_files_are_imported_and_then_used(tmp_path):
    data = tmp_path / "data"
    taken = schema_doctor.take(data, [official(ID, tmp_path)])
    assert taken == [ID]
    (state,) = schema_doctor.rows(data, ID)
    assert state.source == "file"
    assert installed_schemas(data, keep=False).has(ID)
    assert not (data / "schemas").exists()


@pytest.mark.parametrize(
    "content, words",
    [
        ("<schema", "no XML"),
        ("<Document/>", "no schema but Document"),
        ('<!DOCTYPE a [<!ENTITY b "c">]><a/>', "document type"),
        ('<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"/>', "no ISO 20022 message"),
        (generate(ID).replace("xs:decimal", "xs:decimals"), "decimals"),
        ("", "empty"),
    ],
)
def test_an_import_with_one_bad_file_names_it_and_keeps_nothing(tmp_path, content, words):
    good, bad, data = official(ID, tmp_path), tmp_path / "bad.xsd", tmp_path / "data"
    bad.write_text(content)
    with pytest.raises(Refused) as refused:
        schema_doctor.take(data, [good, bad])
    (problem,) = refused.value.problems
    assert problem.path == str(bad)
    assert words in problem.message
    assert not data.exists()


def test_the_doctor_says_which_schema_cannot_be_used_and_why(tmp_path):
    assert schema_doctor.examine(tmp_path, everything=False)["faults"] == {}
    (tmp_path / "xsd").mkdir()
    (tmp_path / "xsd" / f"{ID}.xsd").write_text("<broken")
    found = schema_doctor.examine(tmp_path, everything=False)
    assert list(found["faults"]) == [ID]
    assert ID in schema_doctor.text(found)


def test_the_catalogue_has_every_area():
    found = listed()
    assert {each[:4] for each in found} == set(AREAS)
    assert {"sese.023.001.11", "pacs.008.001.08", "camt.053.001.08", "head.001.001.04"} <= set(
        found
    )
