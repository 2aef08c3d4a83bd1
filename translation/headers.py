"""The headers of both standards: who says it to whom, under which reference, when."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

from lxml import etree

from builders import bah
from parsers import typed
from parsers.fin_text import FinMessage
from schemas.identifiers import bic11, is_bic
from schemas.instruction import Wire
from schemas.mt import service
from schemas.value import Typed
from translation import mx_side
from translation.mt_side import MtField, MtNode
from translation.mx_side import MxNode
from translation.receipt import Entry
from translation.values import cut, fin_moment

HEADER = "Header"  # block 3, as a block of the tree: `Header/121`
NO_REFERENCE = "NONREF"
NOT_SAID = "the envelope of the other standard has no place for it"
FIN_REFERENCE_MAX = 16


@dataclass(slots=True)
class Envelope:
    """A header written, and what became of the one that was read."""

    written: str = ""
    trailer: str = ""
    entries: list[Entry] = field(default_factory=list)


def reference_of(root: MtNode) -> str:
    """The reference of an MT: 20C SEME, or field 20."""
    for _, each in root.walk():
        if (each.tag, each.qualifier) in (("20C", "SEME"), ("20", "")):
            return each.text.removeprefix("//")
    return ""


def blocks(message: FinMessage, root: MtNode) -> None:
    """Puts block 3 in front of the fields, where a mapping table can name it."""
    if message.header:
        node = MtNode(HEADER, HEADER)
        node.fields = [MtField(tag, "", value) for tag, value in message.header.items()]
        root.blocks.insert(0, node)


def business_header(
    message: FinMessage, root: MtNode, message_id: str, at: datetime, *, reference_mapped: bool
) -> Envelope:
    """The AppHdr of a FIN message with its headers; '' when it was typed without.

    A reference that the document has no element for stands in the header alone.
    """
    made = Envelope()
    prepared = _take_prepared(root)
    told: Typed = ""
    if prepared is not None and prepared.tag == "98C":
        told = typed.value("98C", f":{prepared.qualifier}{prepared.text}")
    said_at = told.replace(tzinfo=UTC) if isinstance(told, datetime) else at
    if message.typed:
        if prepared is not None:
            made.entries.append(_prepared_entry(prepared, None))
        return made
    wire = Wire.model_construct(  # as they stand: the verdict on the result names what is no BIC
        seme=reference_of(root)[:FIN_REFERENCE_MAX],
        sender=message.sender,
        receiver=message.receiver,
    )
    duplicate = bool({"PDE", "PDM"} & message.trailer.keys())
    made.written = bah.write(message_id, wire, said_at, None, duplicate).decode()
    made.entries += [
        Entry("converted", "block 1/sender", message.sender, "AppHdr/Fr"),
        Entry("converted", "block 2/receiver", message.receiver, "AppHdr/To"),
    ]
    if not reference_mapped and (seme := _take(root, "20C", "SEME")) is not None:
        value = seme.text.removeprefix("//")
        made.entries.append(
            Entry("kept", "GENL/20C SEME", value, "AppHdr/BizMsgIdr", "", seme.line)
        )
    for tag, value in message.trailer.items():
        if tag in ("PDE", "PDM"):
            entry = Entry("converted", f"block 5/{tag}", value, "AppHdr/PssblDplct")
        else:
            entry = Entry("dropped", f"block 5/{tag}", value, "", NOT_SAID)
        made.entries.append(entry)
    if prepared is not None:
        made.entries.append(_prepared_entry(prepared, None if said_at is at else "AppHdr/CreDt"))
    return made


def _prepared_entry(prepared: MtField, target: str | None) -> Entry:
    value = prepared.text.removeprefix("//")
    where = f"GENL/{prepared.tag} PREP"
    if target is None:
        return Entry("dropped", where, value, "", NOT_SAID, prepared.line)
    words = "taken as UTC, which the field does not say"
    return Entry("converted", where, value, target, words, prepared.line)


def _take_prepared(root: MtNode) -> MtField | None:
    return _take(root, "98", "PREP")


def _take(root: MtNode, tag: str, qualifier: str) -> MtField | None:
    """The first such field, out of the tree."""
    for node, each in root.walk():
        if each.qualifier == qualifier and each.tag.startswith(tag):
            node.fields.remove(each)
            return each
    return None


# where a document without a header names who sends it and to whom
BANKS = (
    ("CdtTrfTxInf/InstgAgt", "CdtTrfTxInf/InstdAgt"),
    ("GrpHdr/InstgAgt", "GrpHdr/InstdAgt"),
    ("Assgnmt/Assgnr/Agt", "Assgnmt/Assgne/Agt"),
)


def parties(header: etree._Element | None, document: MxNode) -> tuple[str, str]:
    """The BICs of sender and receiver: of the business header, or of a document without one.

    '' where neither names any.
    """
    if header is not None:
        tree = mx_side.tree(header)
        return _bic(tree, f"Fr/{_BIC}"), _bic(tree, f"To/{_BIC}")
    for own, other in BANKS:
        sender, receiver = (_bic(document, f"{agent}/{_AGENT}") for agent in (own, other))
        if sender and receiver:
            return sender, receiver
    return "", ""


def fin_headers(
    header: etree._Element | None,
    root: MtNode,
    type_: str,
    banks: tuple[str, str],
    *,
    prepared_in: str,
) -> Envelope:
    """Blocks 1 to 3 between the BICs of sender and receiver; without both, block 3 if it has any.

    `prepared_in` is the block that takes the time of preparation, '' for none.
    """
    made = Envelope()
    tree = mx_side.tree(header) if header is not None else None
    reference = tree.first("BizMsgIdr") if tree is not None else None
    if prepared_in and not reference_of(root):
        made.entries += _reference(root, prepared_in, reference.text if reference else "")
    tags = _take_header(root)
    made.written = f"{{3:{''.join(f'{{{tag}:{value}}}' for tag, value in tags)}}}" if tags else ""
    sender, receiver = banks
    headed = bool(sender and receiver)
    if headed:
        mine, theirs = bic11(sender), bic11(receiver)
        made.written = (
            f"{{1:F01{mine[:8]}A{mine[8:]}0000000000}}"
            f"{{2:I{type_[:3]}{theirs[:8]}X{theirs[8:]}N}}{made.written}"
        )
    if tree is None:
        return made
    told = _said_by_fin(tree, root, type_, prepared_in, headed)
    if "PssblDplct" in told:
        made.trailer = "{5:{PDE:}}"
    for leaf in tree.leaves():
        target = told.get(leaf.path.removeprefix("AppHdr/"))
        made.entries.append(
            Entry("converted", leaf.path, leaf.value, target, "", leaf.node.line)
            if target
            else Entry("dropped", leaf.path, leaf.value, "", NOT_SAID, leaf.node.line)
        )
    return made


def _reference(root: MtNode, block: str, text: str) -> list[Entry]:
    """A reference for an MT whose document had none: that of the header."""
    node = next((b for b in root.blocks if b.name == block), None)
    if node is None:
        node = root.add(block)
    node.fields.append(MtField("20C", "SEME", f"//{cut(text or NO_REFERENCE, 16)[0]}"))
    return [] if text else [Entry("defaulted", "", "", f"{block}/20C SEME", NO_REFERENCE)]


def _said_by_fin(
    tree: MxNode, root: MtNode, type_: str, prepared_in: str, headed: bool
) -> dict[str, str]:
    """Which elements of a header the FIN message says, and where."""
    told = {"MsgDefIdr": "block 2" if headed else f"MT{type_}"}
    if headed:
        told |= {f"Fr/{_BIC}": "block 1", f"To/{_BIC}": "block 2"}
    business = tree.first("BizMsgIdr")
    if business is not None and cut(business.text, 16)[0] == reference_of(root):
        told["BizMsgIdr"] = "20"
    created = tree.first("CreDt")
    if created is not None and prepared_in and (digits := fin_moment(_in_utc(created.text))):
        field_ = MtField("98C", "PREP", f"//{digits[0]}")
        block = next((b for b in root.blocks if b.name == prepared_in), None)
        if block is not None:
            block.fields.append(field_)
            told["CreDt"] = f"{prepared_in}/98C PREP"
    duplicate = tree.first("PssblDplct")
    if duplicate is not None and duplicate.text in ("true", "1") and headed:
        told["PssblDplct"] = "block 5/PDE"
    return told


_AGENT = "FinInstnId/BICFI"
_BIC = f"FIId/{_AGENT}"


def _bic(tree: MxNode, path: str) -> str:
    found = tree.first(path)
    return found.text if found is not None and is_bic(found.text) else ""


def _in_utc(text: str) -> str:
    """The time in UTC, without its offset; as it is where it names none."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return text
    at = at.astimezone(UTC).replace(tzinfo=None) if at.tzinfo else at
    return at.isoformat(timespec="seconds")


def _take_header(root: MtNode) -> list[tuple[str, str]]:
    found = next((b for b in root.blocks if b.name == HEADER), None)
    if found is None:
        return []
    root.blocks.remove(found)
    order = list(service.HEADER_TAGS)
    fields = sorted(found.fields, key=lambda each: order.index(each.tag))
    return [(each.tag, each.text) for each in fields]
