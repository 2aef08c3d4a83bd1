"""MT message tables: one file a message, one line here."""

from __future__ import annotations

from schemas.mt.message import Message
from schemas.mt.mt103 import MT103
from schemas.mt.mt202 import MT202
from schemas.mt.mt540 import MT540
from schemas.mt.mt541 import MT541
from schemas.mt.mt542 import MT542
from schemas.mt.mt543 import MT543
from schemas.mt.mt544 import MT544
from schemas.mt.mt545 import MT545
from schemas.mt.mt546 import MT546
from schemas.mt.mt547 import MT547
from schemas.mt.mt548 import MT548
from schemas.mt.mt900 import MT900
from schemas.mt.mt910 import MT910

_ALL = (
    *(MT103, MT202, MT540, MT541, MT542, MT543, MT544),
    *(MT545, MT546, MT547, MT548, MT900, MT910),
)
MESSAGES: dict[str, Message] = {message.type: message for message in _ALL}
