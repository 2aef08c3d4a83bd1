"""MT103 Single customer credit transfer, and its kinds by validation flag."""

from __future__ import annotations

from schemas.mt.table import message

CHARGES = {"SHAR": "SHA", "DEBT": "OUR", "CRED": "BEN"}  # the instruction's word, the wire's

MT103 = message(
    "103",
    "Single customer credit transfer",
    """
M  20  Sender's reference
O* 13C
M  23B {CRED CRTS SPAY SPRI SSTD}
O* 23E
O  26T
M  32A
O  33B
O  36
M  50[AFK]
O  51A
O  52[AD]
O  53[ABD]
O  54[ABD]
O  55[ABD]
O  56[ACD]
O  57[ABCD]
M  59[-AF]
O  70
M  71A {BEN OUR SHA}
O* 71F
O  71G
O  72
O  77B
""",
)

MT103STP = message(
    "103STP",
    "Single customer credit transfer, straight through",
    """
M  20  Sender's reference
O* 13C
M  23B {CRED CRTS SPAY SPRI SSTD}
O* 23E
O  26T
M  32A
O  33B
O  36
M  50[AFK]
O  52A
O  53[AB]
O  54A
O  55A
O  56A
O  57A
M  59[-AF]
O  70
M  71A {BEN OUR SHA}
O* 71F
O  71G
O  72
O  77B
""",
)

MT103REMIT = message(
    "103REMIT",
    "Single customer credit transfer, with remittance",
    """
M  20  Sender's reference
O* 13C
M  23B {CRED CRTS SPAY SPRI SSTD}
O* 23E
O  26T
M  32A
O  33B
O  36
M  50[AFK]
O  51A
O  52[AD]
O  53[ABD]
O  54[ABD]
O  55[ABD]
O  56[ACD]
O  57[ABCD]
M  59[-AF]
M  71A {BEN OUR SHA}
O* 71F
O  71G
O  72
O  77B
M  77T
""",
)


# D49, D19: between these countries 33B is mandatory, and STP needs an IBAN
SINGLE_MARKET = frozenset(
    {
        *("AD", "AT", "BE", "BG", "BV", "CH", "CY", "CZ", "DE", "DK", "EE", "ES"),
        *("FI", "FR", "GB", "GF", "GI", "GP", "GR", "HR", "HU", "IE", "IS", "IT"),
        *("LI", "LT", "LU", "LV", "MC", "MQ", "MT", "NL", "NO", "PL", "PM", "PT"),
        *("RE", "RO", "SE", "SI", "SJ", "SK", "SM", "TF", "VA"),
    }
)
