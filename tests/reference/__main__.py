"""`make docs`: writes docs/reference anew, and docs/corpus.md where the corpus lies beside the checkout."""

from __future__ import annotations

from tests import corpus
from tests.reference import pages

if __name__ == "__main__":
    pages.write()
    if corpus.CORPUS.is_dir():
        corpus.main(["--write"])
