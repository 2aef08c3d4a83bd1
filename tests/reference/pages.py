"""Every generated page of docs/reference by its path below it."""

from __future__ import annotations

from pathlib import Path

from tests.reference import mt, mx, rules

FOLDER = Path(__file__).parents[2] / "docs" / "reference"
_INDEX = """# Reference

Generated from the tables the product works by (`make docs`).

- [Rules](rules.md): what a verdict says, with an example of each.
- The MT below, a page each: what stands where, formats, rules, an example.
- The ISO 20022 messages that are built, read or translated, a page each; the others by schema alone.

Any other MT is read as blocks and tags, and says so (`no_table`).

## MT

| message | | fields |
|---|---|---:|
{mt}
## ISO 20022

| message | element | here |
|---|---|---|
{mx}
### Versions with a schema in the installed packages

`finality schemas` tells where each comes from. They are read, described and checked against it.

| area | | versions |
|---|---:|---|
{others}"""


def generate() -> dict[str, str]:
    """The text of every page."""
    index = _INDEX.format(
        mt="".join(mt.index()), mx="".join(mx.index()), others="".join(mx.others())
    )
    return {
        "README.md": index,
        "rules.md": rules.page(),
        **{f"mt/{name}": text for name, text in mt.pages()},
        **{f"mx/{name}": text for name, text in mx.pages()},
    }


def kept() -> dict[str, str]:
    """The text of every page as it stands in the tree."""
    return {
        path.relative_to(FOLDER).as_posix(): path.read_text("utf-8")
        for path in FOLDER.rglob("*.md")
    }


def write() -> None:
    """The pages, and none beside them."""
    made = generate()
    for name in kept().keys() - made.keys():
        (FOLDER / name).unlink()
    for name, text in made.items():
        path = FOLDER / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
