"""A list as a file people open in a spreadsheet: CSV or XLSX, a part at a time, harmless to open.

What others wrote never becomes a formula: in CSV a text that begins like one gets an apostrophe
before it (OWASP, "CSV Injection"); in XLSX every text is typed as text (ECMA-376, 18.18.11).
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from xml.sax.saxutils import escape

Value = str | Decimal | int | date | datetime | None
Row = Sequence[Value]
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
CELL_MAX = 32_767  # characters (Excel specifications and limits)
DIGITS_MAX = 15  # a spreadsheet's number holds no more; longer ones stay text
_EPOCH = date(1899, 12, 30)
_DAY_STYLE, _MOMENT_STYLE, _HEAD_STYLE = 1, 2, 3
_SUBSTITUTE = dict.fromkeys((*range(9), 11, 12, *range(14, 32), 0xFFFE, 0xFFFF), "\ufffd")
_SUBSTITUTE |= dict.fromkeys(range(0xD800, 0xE000), "\ufffd")
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_PARTS = {
    "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" '
    'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{TYPE}.sheet.main+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{TYPE}.worksheet+xml"/>'
    f'<Override PartName="/xl/styles.xml" ContentType="{TYPE}.styles+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" '
    f'Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
    f'<Relationship Id="rId2" Type="{OFFICE}/styles" Target="styles.xml"/></Relationships>',
    "xl/styles.xml": f'<styleSheet xmlns="{MAIN}"><numFmts count="2">'
    '<numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/>'
    '<numFmt numFmtId="165" formatCode="yyyy\\-mm\\-dd\\ hh:mm:ss"/></numFmts>'
    "<fonts count=\"2\"><font/><font><b/></font></fonts><fills count=\"2\"><fill><patternFill "
    'patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>'
    '<cellXfs count="4"><xf/><xf numFmtId="164" applyNumberFormat="1"/>'
    '<xf numFmtId="165" applyNumberFormat="1"/><xf fontId="1" applyFont="1"/></cellXfs></styleSheet>',
}  # fmt: skip


class Csv:
    """Comma separated, UTF-8 with a mark so that spreadsheets read it as that, CRLF (RFC 4180)."""

    content_type = "text/csv; charset=utf-8"

    def __init__(self, title: str, heads: Sequence[str]) -> None:
        self._heads = heads

    def begin(self) -> bytes:
        """The heading."""
        return "\ufeff".encode() + self.add([self._heads])

    def add(self, rows: Iterable[Row]) -> bytes:
        """These rows."""
        text = io.StringIO()
        csv.writer(text).writerows([_plain(value) for value in row] for row in rows)
        return text.getvalue().encode(errors="replace")

    def end(self) -> bytes:
        """What closes the file."""
        return b""


class Xlsx:
    """One sheet of an Office Open XML workbook (ECMA-376), written without going back in it."""

    content_type = f"{TYPE}.sheet"

    def __init__(self, title: str, heads: Sequence[str]) -> None:
        self._heads = heads
        self._out = _Out()
        self._zip = zipfile.ZipFile(self._out, "w", zipfile.ZIP_DEFLATED)
        name = escape(title[:31], {'"': "&quot;"})
        self._workbook = (
            f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>'
            f'<sheet name="{name}" sheetId="1" r:id="rId1"/></sheets></workbook>'
        )

    def begin(self) -> bytes:
        """The parts before the sheet, and its heading, which stays in sight."""
        for name, text in {**_PARTS, "xl/workbook.xml": self._workbook}.items():
            self._zip.writestr(name, HEAD + text)
        self._sheet = self._zip.open("xl/worksheets/sheet1.xml", "w", force_zip64=True)
        heads = "".join(_text(head, _HEAD_STYLE) for head in self._heads)
        self._sheet.write(
            f'{HEAD}<worksheet xmlns="{MAIN}"><sheetViews><sheetView workbookViewId="0">'
            '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView>'
            f"</sheetViews><sheetData><row>{heads}</row>".encode()
        )
        return self._out.taken()

    def add(self, rows: Iterable[Row]) -> bytes:
        """These rows."""
        cells = ("".join(map(_cell, row)) for row in rows)
        self._sheet.write("".join(f"<row>{row}</row>" for row in cells).encode())
        return self._out.taken()

    def end(self) -> bytes:
        """What closes the file."""
        self._sheet.write(b"</sheetData></worksheet>")
        self._sheet.close()
        self._zip.close()
        return self._out.taken()


FORMATS: dict[str, type[Csv] | type[Xlsx]] = {"csv": Csv, "xlsx": Xlsx}


class _Out(io.RawIOBase):
    """Where the archive is written, and what of it was not yet taken."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]
        self._parts.append(bytes(data))
        return len(data)

    def taken(self) -> bytes:
        parts, self._parts = self._parts, []
        return b"".join(parts)


def _plain(value: Value) -> str:
    match value:
        case None:
            return ""
        case datetime():
            return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
        case date():
            return value.isoformat()
        case Decimal():
            return format(value, "f")
        case str():
            return f"'{value}" if value.startswith(FORMULA_STARTS) else value
        case _:
            return str(value)


def _cell(value: Value) -> str:
    match value:
        case None | "":
            return "<c/>"
        case datetime():
            at = value.astimezone(UTC)
            seconds = at.hour * 3600 + at.minute * 60 + at.second
            return f'<c s="{_MOMENT_STYLE}"><v>{(at.date() - _EPOCH).days + seconds / 86400:.8f}</v></c>'
        case date():
            return f'<c s="{_DAY_STYLE}"><v>{(value - _EPOCH).days}</v></c>'
        case Decimal() | int():
            text = format(value, "f") if isinstance(value, Decimal) else str(value)
            digits = text.replace(".", "").strip("-0")
            return f"<c><v>{text}</v></c>" if len(digits) <= DIGITS_MAX else _text(text)
        case _:
            return _text(value)


def _text(value: str, style: int = 0) -> str:
    shown = escape(value.translate(_SUBSTITUTE)[:CELL_MAX]).replace("\r", "&#13;")
    return f'<c s="{style}" t="inlineStr"><is><t xml:space="preserve">{shown}</t></is></c>'
