"""Messages that others wrote are read or refused with a reason, never a crash.

All of FIN and a sample of XML, as their schemas take seconds: `python -m tests.corpus` reads all.
"""

from __future__ import annotations

import random

import pytest

from tests import corpus

SAMPLE = 15
pytestmark = pytest.mark.skipif(
    not corpus.CORPUS.is_dir(), reason="shared/corpus is not beside this checkout"
)


def test_every_fin_message_of_the_corpus_gives_a_value_or_findings():
    files = [path for path in corpus.files() if path.suffix == ".fin"]
    outcomes = list(corpus.run(files, corpus.schemas(explain=False)))
    assert len(outcomes) == 127
    assert [o.file.name for o in outcomes if o.how == "refused" and not o.findings] == []


def test_xml_messages_of_the_corpus_give_a_value_or_findings():
    seed = random.randrange(1_000_000)
    print(f"corpus sample seed {seed}")  # noqa: T201
    files = [path for path in corpus.files() if path.suffix == ".xml"]
    sample = random.Random(seed).sample(files, SAMPLE)
    outcomes = list(corpus.run(sample, corpus.schemas(explain=False)))
    assert [o.file.name for o in outcomes if o.how == "refused" and not o.findings] == []


def test_the_table_counts_every_file_once():
    files = [path for path in corpus.files() if path.suffix == ".fin"][:20]
    *rows, last = corpus.table(corpus.run(files, corpus.schemas(explain=False)))
    assert sum(int(row[1]) for row in rows) == int(last[1]) == 20
    assert all(int(row[1]) == sum(map(int, row[2:5])) for row in rows)
