"""MT message tables: one file a message, one line here."""

from __future__ import annotations

from schemas.mt.common_group import COMMON
from schemas.mt.message import Message
from schemas.mt.mt101 import MT101
from schemas.mt.mt103 import MT103, MT103REMIT, MT103STP
from schemas.mt.mt202 import MT202, MT202COV
from schemas.mt.mt205 import MT205, MT205COV
from schemas.mt.mt210 import MT210
from schemas.mt.mt300 import MT300
from schemas.mt.mt304 import MT304
from schemas.mt.mt320 import MT320
from schemas.mt.mt508 import MT508
from schemas.mt.mt509 import MT509
from schemas.mt.mt513 import MT513
from schemas.mt.mt515 import MT515
from schemas.mt.mt517 import MT517
from schemas.mt.mt518 import MT518
from schemas.mt.mt524 import MT524
from schemas.mt.mt530 import MT530
from schemas.mt.mt535 import MT535
from schemas.mt.mt536 import MT536
from schemas.mt.mt537 import MT537
from schemas.mt.mt538 import MT538
from schemas.mt.mt540 import MT540
from schemas.mt.mt541 import MT541
from schemas.mt.mt542 import MT542
from schemas.mt.mt543 import MT543
from schemas.mt.mt544 import MT544
from schemas.mt.mt545 import MT545
from schemas.mt.mt546 import MT546
from schemas.mt.mt547 import MT547
from schemas.mt.mt548 import MT548
from schemas.mt.mt549 import MT549
from schemas.mt.mt558 import MT558
from schemas.mt.mt564 import MT564
from schemas.mt.mt565 import MT565
from schemas.mt.mt566 import MT566
from schemas.mt.mt567 import MT567
from schemas.mt.mt568 import MT568
from schemas.mt.mt569 import MT569
from schemas.mt.mt575 import MT575
from schemas.mt.mt576 import MT576
from schemas.mt.mt578 import MT578
from schemas.mt.mt586 import MT586
from schemas.mt.mt900 import MT900
from schemas.mt.mt910 import MT910
from schemas.mt.mt920 import MT920
from schemas.mt.mt935 import MT935
from schemas.mt.mt940 import MT940
from schemas.mt.mt941 import MT941
from schemas.mt.mt942 import MT942
from schemas.mt.mt950 import MT950
from schemas.mt.mt970 import MT970
from schemas.mt.mt971 import MT971
from schemas.mt.mt972 import MT972
from schemas.mt.mt973 import MT973

_ALL = (
    *(MT101, MT103, MT103REMIT, MT103STP, MT202, MT202COV, MT205, MT205COV),
    *(MT210, MT300, MT304, MT320, MT508, MT509, MT513, MT515),
    *(MT517, MT518, MT524, MT530, MT535, MT536, MT537, MT538),
    *(MT540, MT541, MT542, MT543, MT544, MT545, MT546, MT547),
    *(MT548, MT549, MT558, MT564, MT565, MT566, MT567, MT568),
    *(MT569, MT575, MT576, MT578, MT586, MT900, MT910, MT920),
    *(MT935, MT940, MT941, MT942, MT950, MT970, MT971, MT972),
    *(MT973,),
)
MESSAGES: dict[str, Message] = {**{message.type: message for message in _ALL}, **COMMON}
