"""Transfers and statements: one good message of each, and one fault for each rule."""

from __future__ import annotations

import pytest

from parsers import fin
from tests.mt_samples import SAMPLES

HEADS = {
    "103": "{1:F01FUNDUS33AXXX0000000000}{2:I103CUSTUS33XXXXN}",
    "103STP": "{1:F01FUNDDEFFAXXX0000000000}{2:I103CUSTFRPPXXXXN}",
    "202": "{1:F01FUNDUS33AXXX0000000000}{2:I202CUSTUS33XXXXN}",
    "940": "{1:F01FUNDUS33AXXX0000000000}{2:O9401530261124CUSTUS33AXXX00123456782611241030N}",
    "942": "{1:F01FUNDUS33AXXX0000000000}{2:O9421530261124CUSTUS33AXXX00123456782611241030N}",
    "535": "{1:F01FUNDUS33AXXX0000000000}{2:O5351530261124CUSTUS33AXXX00123456782611241030N}",
}
HEADS |= {type_: HEADS["535"].replace("535", type_, 1) for type_ in ("536", "537")}
HEADS["541"] = HEADS["202"].replace("202", "541", 1)
UETR = "{121:8f14e45f-ceea-467f-a0e6-1b2c3d4e5f60}"
GOOD = {
    "103": """
:20:PAY1
:23B:CRED
:32A:261124USD10000,
:33B:USD10000,
:50F:/1234567890
1/ALPHA FUND
2/1 MAIN ST
3/US/NEW YORK,NY 10001
:57A:CHASUS33
:59:/9876543210
BETA LLC
:70:INV 778
:71A:SHA
""",
    "103STP": """
:20:PAY1
:23B:CRED
:32A:261124EUR10000,
:33B:EUR10000,
:50A:FUNDDEFF
:59:/FR1420041010050500013M02606
BETA SA
:71A:SHA
""",
    "202": """
:20:PAY2
:21:REL1
:32A:261124USD1000,
:58A:CUSTUS33
""",
    "940": """
:20:ST1
:25:12345678
:28C:1/1
:60F:C261123EUR100,
:61:2611231123D30,NTRFNONREF
:86:FEE
:61:2611231123C5,50NTRFNONREF//BANK1
:62F:C261123EUR75,50
:64:C261123EUR75,50
:86:END OF DAY
""",
    "942": """
:20:ST1
:25:12345678
:28C:1/1
:34F:EURD0,
:13D:2611241200+0100
:61:2611241124D30,NTRFNONREF
:61:2611241124RD5,50NTRFNONREF
:90D:1EUR30,
:90C:1EUR5,50
""",
}
GOOD |= {
    type_: SAMPLES[type_].decode().replace("\r\n", "\n").partition("{4:")[2].removesuffix("-}")
    for type_ in ("535", "536", "537", "541")
}
TRANSACTION = GOOD["536"][GOOD["536"].index(":16R:TRAN\n") : GOOD["536"].index(":16S:FIN\n")]
REVERSED = TRANSACTION.replace(":16R:SETPRTY", ":25D::MOVE//REVE\n:16R:SETPRTY")


def message(type_: str, body: str, flag: str = "") -> bytes:
    user = (f"{{119:{flag}}}" if flag else "") + UETR
    block_3 = f"{{3:{user}}}" if type_[0] in "12" else ""
    return f"{HEADS[type_]}{block_3}{{4:{body}-}}".encode()


def rules(type_: str, body: str) -> list[str]:
    raw = message(type_, body, "STP" if type_.endswith("STP") else "")
    return [f.rule for f in fin.check_bytes(raw)]


@pytest.mark.parametrize("type_", GOOD)
def test_a_good_message_breaks_no_rule(type_):
    assert rules(type_, GOOD[type_]) == []


@pytest.mark.parametrize(
    "type_, old, new, rule",
    [
        ("103", ":33B:USD10000,", ":33B:EUR9000,", "D75"),
        ("103", ":33B:USD10000,\n", ":33B:USD10000,\n:36:1,1\n", "D75"),
        ("103", ":23B:CRED", ":23B:SPRI\n:23E:CORT", "E01"),
        ("103", ":23B:CRED", ":23B:SSTD\n:23E:SDVA", "E02"),
        ("103", ":23B:CRED", ":23B:XXXX", "T36"),
        ("103", ":57A:", ":56A:BANKUS33\n:57A:", None),
        ("103", ":57A:CHASUS33", ":56A:BANKUS33", "C81"),
        ("103", ":57A:", ":55A:BANKUS33\n:57A:", "E06"),
        ("103", ":71A:SHA\n", ":71A:SHA\n:71G:USD5,\n", "D50"),
        ("103", ":71A:SHA\n", ":71A:OUR\n:71F:USD5,\n", "E13"),
        ("103", ":71A:SHA\n", ":71A:BEN\n", "E15"),
        ("103", ":71A:SHA\n", ":71A:OUR\n:71G:EUR5,\n", "C02"),
        ("103", ":71A:SHA\n", ":71A:ALL\n", "T08"),
        ("103", ":23B:CRED", ":23B:CRED\n:23E:CHQB", "E18"),
        ("103", ":23B:CRED", ":23B:CRED\n:23E:TELI", "E44"),
        ("103", ":23B:CRED", ":23B:CRED\n:23E:SDVA/CALL", "D97"),
        ("103", ":23B:CRED", ":23B:CRED\n:23E:SDVA\n:23E:SDVA", "E46"),
        ("103", ":57A:", ":53D:BANK\n:57A:", None),
        ("103STP", ":33B:EUR10000,\n", "", "D49"),
        ("103STP", ":59:/FR1420041010050500013M02606", ":59:/123", "D19"),
        ("103STP", ":59:/FR1420041010050500013M02606\n", ":59:", "D17"),
        ("103STP", ":23B:CRED", ":23B:CRED\n:23E:PHOB", "T47"),
        ("202", ":58A:", ":56A:BANKUS33\n:58A:", "C81"),
        ("940", ":86:FEE\n", ":86:FEE\n:86:MORE\n", "C24"),
        ("940", ":64:C261123EUR", ":64:C261123USD", "C27"),
        ("940", ":62F:C261123EUR75,50", ":62F:C261123EUR75,51", "balance"),
        ("940", ":61:2611231123D30,", ":61:2611231123RD30,", "balance"),
        ("942", ":90D:1EUR30,", ":90D:2EUR30,", "count"),
        ("942", ":90C:1EUR5,50", ":90C:1EUR5,", "count"),
        ("536", "FICL//UNIT/1100,", "FICL//UNIT/N1100,", "balance"),
        ("536", "REDE//RECE", "REDE//DELI", "balance"),
        ("536", "PSTA//UNIT/1000,", "PSTA//FAMT/5,", None),
        ("536", ":28E:1/ONLY", ":28E:1/MORE", None),
        ("536", "FICL//UNIT/1100,", "INCL//UNIT/1101,", "balance"),
        ("536", "FIOP//", "INOP//", None),
        ("536", TRANSACTION, TRANSACTION * 2, "balance"),
        ("536", TRANSACTION, TRANSACTION * 2 + TRANSACTION.replace("RECE", "DELI"), None),
        ("536", "20261101/20261124", "20261124/20261101", "period"),
        ("536", ":28E:1/ONLY", ":28E:1/XXXX", "T12"),
        ("536", ":23G:NEWM", ":23G:NWEM", "K23"),
        ("536", ":23G:NEWM", ":23G:NEWM/COPY", None),
        ("537", "ACTI//Y", "ACTI//N", "E66"),
        ("537", "STST//STAT", "STST//TRAN", "E66"),
        ("541", "UNIT/1000,", "UNIT/0,", "nothing_moves"),
        ("541", ":22F::SETR//TRAD\n", ":22F::SETR//TRAD\n:22F::FXCX//FXYE\n", "E63"),
        ("541", ":95P::PSET//DTCYUS33\n", ":95P::PSET//DTCYUS33\n:97A::SAFE//S1\n", "E52"),
        ("103", "1/ALPHA FUND\n2/1 MAIN ST", "2/1 MAIN ST\n1/ALPHA FUND", "T56"),
        ("103", "3/US/NEW YORK", "3/QQ/NEW YORK", "T56"),
        ("103", "3/US/NEW YORK,NY 10001\n", "", "T56"),
        ("103", ":59:/9876543210", ":59:/DE89370400440532013001", "iban"),
        ("103", ":59:/9876543210", ":59:/DE89370400440532013000", None),
        ("103", ":59:/9876543210", ":59:/DE8937040044053201300", None),
        ("940", ":61:2611231123D", ":61:2611231323D", "T50"),
        ("940", "D30,NTRF", "D30,XTRF", "T12"),
        ("940", ":62F:C261123EUR", ":62F:C261101EUR", "period"),
        ("535", ":17B::ACTI//Y", ":17B::ACTI//N", "E66"),
        ("535", ":94F::SAFE//CUST/CUSTUS33\n", "", "D04"),
        ("535", ":16R:SUBBAL\n:93B::AGGR//UNIT/100,\n", ":16R:SUBBAL\n", "D05"),
    ],
)
def test_a_single_fault_breaks_the_rule_for_it(type_, old, new, rule):
    assert old in GOOD[type_]
    found = rules(type_, GOOD[type_].replace(old, new))
    assert found == [] if rule is None else rule in found


@pytest.mark.parametrize("closing", ["1100", "N900"])
def test_a_reversal_may_name_what_it_takes_back_or_what_it_makes(closing):
    """100, and a receipt of 1,000 that is reversed; or a reversal that receives it."""
    body = GOOD["536"].replace(TRANSACTION, REVERSED)
    assert "REVE" in body
    assert rules("536", body.replace("UNIT/1100,", f"UNIT/{closing},")) == []
    assert rules("536", body.replace("UNIT/1100,", "UNIT/101,")) == ["balance"]


def test_a_finding_of_memory_alone_is_no_error_and_no_network_answer():
    raw = message("103", GOOD["103"].replace(":23B:CRED", ":23B:CRED\n:23E:SDVA/CALL"))
    [found] = fin.check_bytes(raw)
    assert (found.rule, found.severity, found.nak) == ("D97", "warning", None)


def test_every_rule_that_can_be_found_is_listed_with_its_source():
    from schemas.mt.rules import RULES

    assert len({rule.code for rule in RULES}) == len(RULES)
    assert all(rule.says and rule.mend and rule.source for rule in RULES)
