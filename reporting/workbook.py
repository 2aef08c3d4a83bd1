"""Several tables as one .xlsx workbook to fill in: every cell is text, so that a spreadsheet keeps it.

A number or date typed into these cells stays as it was typed: leading zeros, trailing zeros and the
order of day and month are never guessed at. Equal tables give equal bytes.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

from reporting.sheet import HEAD, MAIN, OFFICE, PACKAGE, TYPE
from schemas.cells import letters

CONTENT_TYPE = f"{TYPE}.sheet"
ROWS_MAX = 1_048_576
WIDTH_MIN, WIDTH_MAX = 10, 60
LIST_MAX = 255  # characters of the values a cell may be limited to
_MADE_AT = (1980, 1, 1, 0, 0, 0)
_TEXT, _TITLE, _NEEDED = 1, 2, 3  # cell styles
_STYLES = (
    f'<styleSheet xmlns="{MAIN}"><fonts count="2"><font/><font><b/></font></fonts>'
    '<fills count="4"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill>'
    '<fill><patternFill patternType="solid"><fgColor rgb="FFE6E6E6"/></patternFill></fill>'
    '<fill><patternFill patternType="solid"><fgColor rgb="FFCFE0F5"/></patternFill></fill></fills>'
    '<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>'
    '<cellXfs count="4"><xf/><xf numFmtId="49" applyNumberFormat="1"/>'
    '<xf numFmtId="49" fontId="1" fillId="2" applyNumberFormat="1" applyFont="1" applyFill="1"/>'
    '<xf numFmtId="49" fontId="1" fillId="3" applyNumberFormat="1" applyFont="1" applyFill="1"/>'
    '</cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>'
    "</styleSheet>"
)
_LITERAL = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_UNWRITABLE = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Heading:
    """One column's heading: whether it must be filled, and what alone may stand under it."""

    text: str
    needed: bool = False
    allowed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Leaf:
    """One sheet: its name (at most 31 characters), its headings and its rows as text."""

    name: str
    headings: Sequence[Heading]
    rows: Sequence[Sequence[str]]


def write(leaves: Sequence[Leaf]) -> bytes:
    """The workbook."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in _parts(leaves):
            part = zipfile.ZipInfo(name, _MADE_AT)
            part.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(part, HEAD + text)
    return out.getvalue()


def _parts(leaves: Sequence[Leaf]) -> Iterable[tuple[str, str]]:
    numbers = range(1, len(leaves) + 1)
    sheets = "".join(
        f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="{TYPE}.worksheet+xml"/>'
        for n in numbers
    )
    yield (
        "[Content_Types].xml",
        f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{TYPE}.sheet.main+xml"/>{sheets}'
        f'<Override PartName="/xl/styles.xml" ContentType="{TYPE}.styles+xml"/></Types>',
    )
    yield (
        "_rels/.rels",
        f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" '
        f'Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    )
    related = "".join(
        f'<Relationship Id="rId{n}" Type="{OFFICE}/worksheet" Target="worksheets/sheet{n}.xml"/>'
        for n in numbers
    )
    yield (
        "xl/_rels/workbook.xml.rels",
        f'<Relationships xmlns="{PACKAGE}/relationships">{related}<Relationship Id="rId0" '
        f'Type="{OFFICE}/styles" Target="styles.xml"/></Relationships>',
    )
    named = "".join(
        f'<sheet name="{escape(leaf.name)}" sheetId="{n}" r:id="rId{n}"/>'
        for n, leaf in zip(numbers, leaves, strict=True)
    )
    yield (
        "xl/workbook.xml",
        f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>{named}</sheets></workbook>',
    )
    yield "xl/styles.xml", _STYLES
    for n, leaf in zip(numbers, leaves, strict=True):
        yield f"xl/worksheets/sheet{n}.xml", _sheet(leaf)


def _sheet(leaf: Leaf) -> str:
    heads = "".join(_cell(h.text, _NEEDED if h.needed else _TITLE) for h in leaf.headings)
    rows = "".join(f"<row>{''.join(_cell(v, _TEXT) for v in row)}</row>" for row in leaf.rows)
    widths = "".join(
        f'<col min="{n}" max="{n}" width="{width}" style="{_TEXT}" customWidth="1"/>'
        for n, width in enumerate(_widths(leaf), 1)
    )
    return (
        f'<worksheet xmlns="{MAIN}"><sheetViews><sheetView workbookViewId="0">'
        '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView>'
        f"</sheetViews><cols>{widths}</cols><sheetData><row>{heads}</row>{rows}</sheetData>"
        f"{_limits(leaf)}</worksheet>"
    )


def _widths(leaf: Leaf) -> Iterable[int]:
    for at, heading in enumerate(leaf.headings):
        longest = max((len(row[at]) for row in leaf.rows), default=0)
        yield min(max(WIDTH_MIN, len(heading.text) + 2, longest + 2), WIDTH_MAX)


def _limits(leaf: Leaf) -> str:
    """The lists to choose from under the headings that allow only some values (18.3.1.33)."""
    found = [
        f'<dataValidation type="list" allowBlank="1" showErrorMessage="1" '
        f'sqref="{letters(at)}2:{letters(at)}{ROWS_MAX}"><formula1>"{escape(values)}"</formula1>'
        "</dataValidation>"
        for at, heading in enumerate(leaf.headings, 1)
        if (values := ",".join(heading.allowed)) and len(values) <= LIST_MAX
    ]
    if not found:
        return ""
    return f'<dataValidations count="{len(found)}">{"".join(found)}</dataValidations>'


def _cell(value: str, style: int) -> str:
    if not value:
        return f'<c s="{style}"/>'
    coded = _LITERAL.sub("_x005F_", value)  # 22.9.2.19
    coded = _UNWRITABLE.sub(lambda at: f"_x{ord(at[0]):04X}_", coded)
    return f'<c s="{style}" t="inlineStr"><is><t xml:space="preserve">{escape(coded)}</t></is></c>'
