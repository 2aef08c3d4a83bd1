"""Rules of ISO 20022 messages: what the schemas hold, in words, and what they cannot say."""

from __future__ import annotations

from schemas.finding import Confidence, Rule, Severity

_ANY = "every MX"


def _schema(code: str, says: str, mend: str) -> Rule:
    return Rule(code, _ANY, "schema", says, mend, "ISO 20022 and W3C XML Schema", "high")


def _business(
    code: str,
    applies: str,
    says: str,
    mend: str,
    source: str,
    confidence: Confidence = "high",
    severity: Severity = "error",
) -> Rule:
    return Rule(code, applies, "business", says, mend, source, confidence, severity)


_PAYMENTS = "pacs.003, 004, 008, 009, pain.001, 008"
_STATEMENTS = "camt.052, 053, 054"
_DEFINITION = "definition of the element in the message definition report"

RULES: tuple[Rule, ...] = (
    Rule(
        "schema_unavailable",
        _ANY,
        "schema",
        "a version that has a schema here is checked against it",
        "import the official file with `finality schemas import`, or use a version that has one",
        "ISO 20022",
        "high",
        "warning",
    ),
    _schema(
        "element_content",
        "elements come in their order, the mandatory ones always, no others",
        "add the missing element, or move or leave out the one that does not belong here",
    ),
    _schema("cvc_enumeration_valid", "a code is one of its list", "take one of the list"),
    _schema("cvc_pattern_valid", "a value has the form of its type", "write it in that form"),
    _schema("cvc_maxlength_valid", "a text is no longer than its type allows", "shorten it"),
    _schema(
        "cvc_minlength_valid",
        "a text is no shorter than its type allows",
        "fill it or leave it out",
    ),
    _schema("cvc_length_valid", "a text is as long as its type says", "correct its length"),
    _schema("cvc_datatype_valid_1_2_1", "a value is of its type", "write it as its type has it"),
    _schema("cvc_totaldigits_valid", "a number has no more digits than its type", "round it"),
    _schema("cvc_fractiondigits_valid", "a number has no more decimals than its type", "round it"),
    _schema("cvc_mininclusive_valid", "a number is not below its least", "correct the number"),
    _schema("cvc_maxinclusive_valid", "a number is not above its most", "correct the number"),
    _schema("cvc_complex_type_4", "an element has its attributes", "add the attribute"),
    _schema("cvc_complex_type_3_2_1", "an element has no attributes but its own", "leave it out"),
    _schema(
        "cvc_complex_type_2_3", "an element that holds elements holds no text", "take the text out"
    ),
    _schema("cvc_type_3_1_1", "an element that holds a value has no attributes", "leave them out"),
    _schema("cvc_type_3_1_2", "an element that holds a value holds no elements", "take them out"),
    _schema(
        "cvc_elt_1",
        "the document element is the one of its schema",
        "correct its name or namespace",
    ),
    _business(
        "message_definition",
        "head.001",
        "the header names the message its Document is",
        "set MsgDefIdr to the message the namespace of the Document names",
        _DEFINITION,
    ),
    _business(
        "header_party",
        "head.001",
        "the header says from whom and to whom",
        "give the BIC in Fr and To",
        _DEFINITION,
        severity="warning",
    ),
    _business(
        "header_agent",
        "head.001 with pacs",
        "the agents of the message are the parties of its header",
        "make InstgAgt the sender of the header and InstdAgt its receiver",
        "CBPR+ usage as quoted in public pages",
        "medium",
        "warning",
    ),
    _business(
        "transaction_count",
        _PAYMENTS,
        "the number of transactions is the number there are",
        "correct the number, or ask the sender for what is missing",
        _DEFINITION,
    ),
    _business(
        "control_sum",
        _PAYMENTS,
        "the control sum is the sum of the amounts, whatever their currency",
        "correct the sum, or ask the sender for what is missing",
        _DEFINITION,
    ),
    _business(
        "settlement_sum",
        "pacs.003, 004, 008, 009",
        "the total settled is the sum of the transactions, in one currency",
        "correct the total or its currency",
        "guideline and rules of the element in the message definition report",
    ),
    _business(
        "amount_decimals",
        _ANY,
        "an amount has no more decimals than its currency, which is one of ISO 4217",
        "round the amount or correct the currency",
        "ISO 4217, rule CurrencyAmount of the message definition reports",
    ),
    _business(
        "iban",
        _ANY,
        "an IBAN has the length of its country and its check digits",
        "correct the IBAN",
        "ISO 13616",
    ),
    _business("bic", _ANY, "a BIC has its form and a country", "correct the BIC", "ISO 9362"),
    _business("lei", _ANY, "an LEI has its check digits", "correct the LEI", "ISO 17442"),
    _business(
        "isin", _ANY, "an ISIN has its country and its check digit", "correct the ISIN", "ISO 6166"
    ),
    _business(
        "uetr",
        _ANY,
        "a UETR is a UUID of version 4 in lower case",
        "take the UETR of the payment as it was given",
        "RFC 4122, CBPR+",
    ),
    _business(
        "statement_balance",
        "camt.053",
        "opening balance and booked entries make the closing balance",
        "ask the sender for the missing entries",
        "this product",
    ),
    _business(
        "posting_balance",
        "semt.017",
        "opening balance and postings make the closing balance",
        "ask the sender for the missing transactions",
        "this product",
    ),
    _business(
        "summary_count",
        _STATEMENTS,
        "the summary counts the entries there are",
        "ask the sender for the missing entries",
        _DEFINITION,
    ),
    _business(
        "summary_sum",
        _STATEMENTS,
        "the summary's sums are those of the entries",
        "ask the sender for the missing entries",
        _DEFINITION,
    ),
    _business(
        "settlement_date",
        "sese.023, 024, 025",
        "nothing settles before it was traded",
        "correct the trade date or the settlement date",
        "this product",
    ),
    _business(
        "settlement_amount",
        "sese.023, 025",
        "a transaction against payment states its amount",
        "add the amount, or say FREE",
        "MT541 to 547, rules E83 and E92",
        "medium",
    ),
    _business(
        "settlement_way",
        "sese.023, 025",
        "who receives securities pays for them, and who delivers them is paid",
        "correct the direction of the cash, unless the seller pays the buyer here",
        "this product",
        severity="warning",
    ),
    _business(
        "settlement_parties",
        "sese.023",
        "an instruction names the depository and the agent of the other side",
        "add Dpstry and Pty1 of the side that delivers what is received, or receives what is delivered",
        "MT540 to 543, rule E91",
        "medium",
        "warning",
    ),
    _business(
        "quantity",
        "sese.023, 025",
        "a quantity is more than zero",
        "correct the quantity",
        "this product",
    ),
)
BY_CODE: dict[str, Rule] = {rule.code: rule for rule in RULES}
