"""The business application header, head.001.001.02: who says what to whom, and when."""

from __future__ import annotations

from datetime import datetime
from xml.sax.saxutils import escape

from schemas.instruction import Wire
from schemas.mx import catalogue
from schemas.mx.notation import text

# the business service named in the header, by the area of the message (DOMAIN 4.9)
BUSINESS_SERVICES = {"pacs": "swift.cbprplus.03"}
COVER_SERVICE = "swift.cbprplus.cov.03"


def write(
    message_id: str,
    wire: Wire,
    created_at: datetime,
    service: str | None,
    possible_duplicate: bool,
) -> bytes:
    """The AppHdr of a message; its BizMsgIdr is the reference the message goes by."""
    if created_at.tzinfo is None:
        raise ValueError("the header needs a time with its offset")
    service = service or BUSINESS_SERVICES.get(message_id[:4])
    lines = (
        f'<AppHdr xmlns="{catalogue.NAMESPACE}{catalogue.HEADER}">',
        _party("Fr", wire.sender),
        _party("To", wire.receiver),
        f"<BizMsgIdr>{escape(wire.seme)}</BizMsgIdr>",
        f"<MsgDefIdr>{message_id}</MsgDefIdr>",
        f"<BizSvc>{escape(service)}</BizSvc>" if service else "",
        f"<CreDt>{text(created_at)}</CreDt>",
        "<PssblDplct>true</PssblDplct>" if possible_duplicate else "",
        "</AppHdr>",
    )
    return "".join(f"{line}\n" for line in lines if line).encode()


def _party(element: str, bic: str) -> str:
    inner = f"<FIId><FinInstnId><BICFI>{bic}</BICFI></FinInstnId></FIId>"
    return f"<{element}>{inner}</{element}>"
