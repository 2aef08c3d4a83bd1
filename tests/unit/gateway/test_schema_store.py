from __future__ import annotations

from gateway.schema_store import SchemaStore, installed_schemas
from schemas.mx.catalogue import MODELS

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
    assert states.keys() == MODELS.keys()
    assert states[ID] == "file"
    assert states["sese.025.001.11"] == "cache"
    assert states["pacs.002.001.10"] == "package"


def test_schemas_of_a_data_folder_keep_what_they_generate(tmp_path):
    assert installed_schemas(tmp_path).has(ID)
    assert [path.name.startswith(ID) for path in (tmp_path / "schemas").iterdir()] == [True]
