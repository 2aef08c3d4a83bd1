"""The rules of MT messages by code: what each says, what to do, how well it is known."""

from __future__ import annotations

from schemas.finding import Confidence, Layer, Rule, Severity
from schemas.mt import headers

_UHB = "user handbook, as quoted in public pages"
_ANY = "every MT"


def _network(
    code: str, applies: str, says: str, mend: str, confidence: Confidence, source: str = _UHB
) -> Rule:
    return Rule(code, applies, "network", says, mend, source, confidence, nak=True)


def _syntax(code: str, says: str, mend: str, confidence: Confidence, applies: str = _ANY) -> Rule:
    return Rule(code, applies, "syntax", says, mend, _UHB, confidence, nak=True)


def _own(
    code: str, applies: str, layer: Layer, says: str, mend: str, severity: Severity = "warning"
) -> Rule:
    return Rule(code, applies, layer, says, mend, "this product", "high", severity)


def _recalled(code: str, applies: str, says: str, mend: str) -> Rule:
    """From memory of the handbook alone, so it only warns."""
    return Rule(code, applies, "network", says, mend, _UHB, "recall", "warning")


def _listed(number: str, applies: str, what: str, *, scheme: bool = True) -> Rule:
    """A code outside a list: the network's own may be longer than ours, so it only warns."""
    says = f"{what} is one of its list"
    mend = "take a known code (docs/reference/mt lists them)"
    mend += ", or name the scheme it is of" if scheme else ""
    source = "code sets that ISO 15022 and ISO 20022 share"
    return Rule(f"K{number}", applies, "network", says, mend, source, "medium", "warning")


RULES: tuple[Rule, ...] = (
    *headers.RULES,
    _syntax(
        "H01",
        "block 1 names application, service, terminal, session",
        "write F01, twelve characters of the terminal, session and sequence",
        "recall",
    ),
    _syntax(
        "H50",
        "block 2 is an input or an output header",
        "write I or O, the type, the terminal and the priority",
        "recall",
    ),
    _syntax("H98", "a header tag comes once", "leave the second one out", "recall"),
    _syntax(
        "U13",
        "a payment carries its UETR in 121",
        "put a lower-case UUID of version 4 into {121:}",
        "recall",
        "MT103, MT202, MT205",
    ),
    _syntax(
        "V01", "a message has its blocks", "close block 4 with -} on a line of its own", "recall"
    ),
    _syntax(
        "Z00",
        "nothing follows the message but its trailer",
        "take what follows out, or give it as a message of its own",
        "recall",
    ),
    _syntax(
        "M50",
        "a text is no longer than its message type allows",
        "split it into several messages or leave details out",
        "high",
    ),
    _syntax("T08", "a code is one of the list of its field", "take one of the list", "recall"),
    _syntax("T12", "a field reads as its format says", "write it in the format shown", "recall"),
    _syntax(
        "T13",
        "each field stands in its place, as often as its table says, mandatory ones always",
        "put the field where it belongs or add the missing one",
        "recall",
    ),
    _syntax("T14", "the sign N never stands with zero", "leave the N out", "high"),
    _syntax("T17", "no line is empty", "take the empty line out", "recall"),
    _syntax(
        "T26",
        "a reference neither begins nor ends with a slash, nor has two together",
        "choose a reference without such slashes",
        "high",
    ),
    _syntax("T27", "a BIC has its form and country", "correct the BIC", "recall"),
    _syntax(
        "T30",
        "no more lines than the format allows, none beginning with ':' or '-'",
        "shorten the text or reword the line",
        "recall",
    ),
    _syntax(
        "T31",
        "the text ends with -} on a line of its own",
        "send the whole message again",
        "recall",
    ),
    _syntax(
        "T32",
        "only characters of the field's set",
        "write it with A-Z a-z 0-9 /-?:().,'+ and spaces",
        "recall",
    ),
    _syntax("T33", "no longer than the format allows", "shorten it", "recall"),
    _syntax(
        "T36", "the bank operation is one of its codes", "take one of the list", "medium", "MT103"
    ),
    _syntax("T38", "a time is HHMM or HHMMSS", "correct the time", "recall"),
    _syntax(
        "T43", "a number has a decimal comma and a digit before it", "write 1000, or 0,5", "high"
    ),
    _syntax("T50", "a date is of the calendar", "correct the date", "recall"),
    _syntax("T52", "a currency is one of ISO 4217", "correct the currency", "high"),
    _syntax("T73", "a country is one of ISO 3166", "correct the country", "recall"),
    _syntax(
        "T87",
        "a generic field begins with a colon, its qualifier and a slash",
        "write ::QUAL// and the value",
        "recall",
        "MT5xx",
    ),
    _syntax(
        "T89",
        "a qualifier is one of its place, in order, mandatory ones always",
        "take a qualifier of this place or add the missing one",
        "high",
        "MT5xx",
    ),
    _syntax(
        "T92",
        "blocks open with 16R and close with 16S of the same name, in their order",
        "add or correct the 16R or 16S",
        "recall",
        "MT5xx",
    ),
    _syntax("C03", "an amount has no more decimals than its currency", "round the amount", "high"),
    _network(
        "C50",
        "MT540-543",
        "a paired-off quantity needs :22F::SETR//PAIR",
        "set the type of transaction to PAIR or leave 36a PAIR out",
        "high",
    ),
    _network(
        "E08",
        "MT540-547",
        "a cancellation names the message it cancels, once",
        "give exactly one link with :20C::PREV//",
        "medium",
    ),
    _network(
        "E37",
        "MT537, MT548",
        "the qualifier of a reason repeats the status code it explains",
        "use the status code as the reason's qualifier",
        "recall",
    ),
    _network(
        "E62",
        "MT540-547",
        "an exchange rate and the resulting amount come together",
        "give both EXCH and RESU in one AMT block, or neither",
        "high",
    ),
    _network(
        "E83",
        "MT541, MT543, MT548",
        "a transaction against payment states its settlement amount",
        "add :19A::SETT//",
        "high",
    ),
    _network(
        "E84", "MT540-548", "a party comes once in a message", "leave the second one out", "high"
    ),
    _network(
        "E85",
        "MT548",
        "when parties are given, the agent of the other side is among them",
        "add the DEAG or REAG party",
        "medium",
    ),
    _network(
        "E86",
        "MT540-548",
        "the chain of parties is unbroken up to the agent",
        "add the parties that are missing between",
        "medium",
    ),
    _network(
        "E87", "MT540-547", "an amount comes in one AMT block only", "put it into one block", "high"
    ),
    _network(
        "E88",
        "MT540-543",
        "the settlement amount stands in AMT, not beside the quantity",
        "move it to the AMT block",
        "high",
    ),
    _network(
        "E90",
        "MT540-543",
        "the total of linked instructions comes with the number of this one",
        "add :99B::SETT//",
        "high",
    ),
    _network(
        "E91",
        "MT540-543",
        "agent and place of settlement are given",
        "add the DEAG or REAG party and PSET",
        "recall",
    ),
    _network(
        "E92",
        "MT545, MT547",
        "a confirmation against payment states what was settled",
        "add :19A::ESTT//",
        "medium",
    ),
    _network(
        "E93",
        "MT544-547",
        "agent and place of settlement are given",
        "add the DEAG or REAG party and PSET",
        "medium",
    ),
    _network(
        "C02",
        "MT103",
        "amounts that belong together have one currency",
        "correct the currency",
        "medium",
    ),
    _network(
        "C24",
        "MT940, MT942",
        "information to the account owner follows its statement line",
        "put 86 behind its 61, or once at the end",
        "recall",
    ),
    _network(
        "C27",
        "MT940, MT941, MT950",
        "balances agree in the first two characters of their currency",
        "correct the currency",
        "medium",
    ),
    _network(
        "C81",
        "MT103, MT202, MT205",
        "who pays through an intermediary names the account's bank",
        "add 57a",
        "medium",
    ),
    _network(
        "D03",
        "MT535",
        "the place of safekeeping is said above or below, not both",
        "leave one out",
        "high",
    ),
    _network(
        "D04", "MT535", "an aggregate balance says where it is kept", "add :94a::SAFE//", "high"
    ),
    _network(
        "D05",
        "MT535",
        "an available balance stands beside its aggregate",
        "add :93a::AGGR//",
        "high",
    ),
    _network(
        "D17",
        "MT103 STP",
        "the account of the beneficiary is given",
        "add the account to 59a",
        "high",
    ),
    _network(
        "D19",
        "MT103 STP",
        "between countries of the single market the account is an IBAN",
        "give the IBAN",
        "high",
    ),
    _network(
        "D49",
        "MT103",
        "between countries of the single market the instructed amount is stated",
        "add 33B",
        "high",
    ),
    _network(
        "D50",
        "MT103",
        "shared charges leave no receiver's charges",
        "leave 71G out or say OUR",
        "medium",
    ),
    _network(
        "D51", "MT103", "charges are stated beside the instructed amount", "add 33B", "medium"
    ),
    _network(
        "D75",
        "MT103",
        "an exchange rate stands exactly where two currencies differ",
        "add 36, or leave it out",
        "high",
    ),
    _own(
        "D97",
        "MT103",
        "network",
        "an instruction code takes words of its own only where it has some to take",
        "leave the words out",
    ),
    _network(
        "E01",
        "MT103",
        "a priority payment takes only its instruction codes",
        "take one of the codes shown",
        "high",
    ),
    _network("E02", "MT103", "SSTD and SPAY take no instruction code", "leave 23E out", "high"),
    _network(
        "E03",
        "MT103",
        "beside a service level 53a is not D",
        "name the correspondent by BIC",
        "high",
    ),
    _network(
        "E04",
        "MT103",
        "beside a service level or in STP 53B names the account",
        "add the party identifier",
        "high",
    ),
    _own(
        "E05",
        "MT103",
        "network",
        "beside a service level 54a is A",
        "name the correspondent by BIC",
    ),
    _network(
        "E06",
        "MT103",
        "a third reimbursement institution needs both correspondents",
        "add 53a and 54a",
        "medium",
    ),
    _own(
        "E07", "MT103", "network", "beside a service level 55a is A", "name the institution by BIC"
    ),
    _own(
        "E09",
        "MT103",
        "network",
        "beside a service level 57a is A, C or D with its account",
        "name the bank by BIC or give the account",
    ),
    _own(
        "E10",
        "MT103",
        "network",
        "beside a service level the beneficiary's account is given",
        "add the account",
    ),
    _network("E13", "MT103", "who pays all charges takes none off", "leave 71F out", "medium"),
    _network(
        "E15",
        "MT103",
        "charges for the beneficiary are stated",
        "add 71F and leave 71G out",
        "medium",
    ),
    _network(
        "E16", "MT103", "a priority payment goes through no intermediary", "leave 56a out", "medium"
    ),
    _network(
        "E17",
        "MT103",
        "beside a service level 56a is A or C",
        "name the intermediary by BIC",
        "medium",
    ),
    _network(
        "E18",
        "MT103",
        "who is paid by cheque is paid on no account",
        "leave the account or CHQB out",
        "medium",
    ),
    _network(
        "E44",
        "MT103",
        "whom to call at the intermediary is known",
        "add 56a or leave the code out",
        "medium",
    ),
    _network(
        "E45",
        "MT103",
        "whom to call at the account's bank is known",
        "add 57a or leave the code out",
        "medium",
    ),
    _own("E46", "MT103", "network", "an instruction code comes once", "leave the second one out"),
    _network(
        "E66",
        "MT535-537",
        "with activity there are details, without there are none",
        "correct the flag or the blocks",
        "recall",
    ),
    _listed("22", "MT530, MT535-537, MT540-548, MT564-568", "the code of an indicator"),
    _listed("23", "MT530, MT535-538, MT540-548", "the function of a message", scheme=False),
    _listed("24", "MT537, MT548", "the code of a reason"),
    _listed("25", "MT536, MT537, MT540-543, MT548", "the code of a status"),
    _listed("36", "MT535-537, MT540-548", "the kind of a quantity", scheme=False),
    _listed("90", "MT535, MT536, MT540-547", "the kind of a price", scheme=False),
    _listed("93", "MT535, MT536", "the kind of a balance", scheme=False),
    _listed("94", "MT535-537, MT540-548", "the kind of a place"),
    _own("T47", "MT103", "network", "an instruction code is known", "take one of the codes shown"),
    _recalled(
        "E52",
        "MT540-543",
        "the place of settlement has no account of its own",
        "leave the account out of the block of PSET",
    ),
    _recalled(
        "E63",
        "MT540-543",
        "what becomes of a standing exchange is said in a cancellation only",
        "leave FXCX out, or cancel",
    ),
    _recalled(
        "T56",
        "MT103, MT202, MT205",
        "the lines of a party begin with 1/, their numbers go up, 3/ begins with a country",
        "write the name behind 1/, the street behind 2/, country and town behind 3/",
    ),
    _own(
        "iban",
        _ANY,
        "business",
        "an account with the country and length of an IBAN has its check digits",
        "correct the account",
    ),
    _own(
        "nothing_moves",
        "MT540-547",
        "business",
        "a quantity is more than zero",
        "correct the quantity",
        "error",
    ),
    _own(
        "period",
        "MT536, MT940, MT950",
        "business",
        "a period ends on the day it begins or after it",
        "correct one of the two dates",
    ),
    _own(
        "balance",
        "MT536, MT940, MT950",
        "business",
        "opening balance and what was booked make the closing balance",
        "ask the sender for what is missing",
        "error",
    ),
    _own(
        "count",
        "MT942",
        "business",
        "counts and sums are those of the lines",
        "ask the sender for the missing lines",
        "error",
    ),
    _own(
        "no_table",
        "MT without a table here",
        "usage",
        "this type has no table here: its fields are read, their order and presence are not checked",
        "check it against the handbook",
        "info",
    ),
)
BY_CODE: dict[str, Rule] = {rule.code: rule for rule in RULES}
