"""Where the models of the packages say less than the official schemas: held against the files, listed here.

Class names are without the message's suffix. The comparison with every official file is
tests/unit/schemas/test_mx_catalogue.py.
"""

from __future__ import annotations

from collections.abc import Mapping

# Elements of a choice that may be absent; None stands for each of its elements.
OPTIONAL_IN_CHOICE: Mapping[str, frozenset[str] | None] = {
    "AffirmationStatus11Choice": frozenset({"PrtrySts"}),
    "CancellationProcessingStatus10Choice": frozenset({"PrtrySts"}),
    "CollateralAccountIdentificationType2Choice": frozenset({"Tp"}),
    "MandateRelatedData2Choice": None,
    "MandateRelatedData3Choice": None,
    "MatchingStatus35Choice": frozenset({"PrtrySts"}),
    "ModificationStatus4Choice": frozenset({"Rsn"}),
    "PairedOrTurnedQuantity5Choice": frozenset({"PairdOffQty", "TrndQty"}),
    "ProcessingStatus98Choice": frozenset({"PrtrySts"}),
    "Reason19Choice": None,
    "References72Choice": frozenset({"CtrPtyMktInfrstrctrTxId"}),
    "References73Choice": frozenset({"CtrPtyMktInfrstrctrTxId"}),
    "References74Choice": frozenset({"CtrPtyMktInfrstrctrTxId"}),
    "ReplacementProcessingStatus10Choice": frozenset({"PrtrySts"}),
    "ReportingTransactionType3Choice": frozenset({"SplmtryData"}),
    "SecuritiesTransactionPrice13Choice": frozenset({"Dcml", "BsisPtSprd"}),
    "SettlementParties5Choice": None,
    "SettlementParties36Choice": None,
}

# Choices inside a sequence, or instead of it: elements parted by '|', '?' where all may be absent.
CHOICES: Mapping[str, tuple[str, ...]] = {
    "AlternateSecurityIdentification1": ("DmstIdSrc|PrtryIdSrc",),
    "CashAccountType2": ("Cd|Prtry",),
    "CashBalanceAvailabilityDate1": ("NbOfDays|ActlDt",),
    "Charge18": ("Tp|XtndedTp", "ChrgBsis|XtndedChrgBsis?"),
    "Commission10": ("Tp|XtndedTp?", "Bsis|XtndedBsis?"),
    "CommissionWaiver3": ("InstrBsis|XtndedInstrBsis",),
    "FundOrderType3": ("OrdrTp|XtndedOrdrTp",),
    "GenericIdentification11": ("IdTp|XtndedIdTp",),
    "Intermediary9": ("Role|XtndedRole?",),
    "InvestmentAccount20": ("Tp|XtndedTp?",),
    "InvestmentFundsOrderBreakdown1": ("OrdrBrkdwnTp|XtndedOrdrBrkdwnTp",),
    "RedemptionBulkExecution3": ("CxlRght|XtndedCxlRght?",),
    "RedemptionMultipleExecution3": ("CxlRght|XtndedCxlRght?",),
    "SubscriptionBulkExecution3": ("CxlRght|XtndedCxlRght?",),
    "SubscriptionMultipleExecution3": ("CxlRght|XtndedCxlRght?",),
    "SwitchExecution4": ("AddtlCshIn|RsltgCshOut?",),
    "Tax14": ("Tp|XtndedTp", "XmptnRsn|XtndedXmptnRsn?"),
    "TaxCalculationInformation6": ("Bsis|XtndedBsis?",),
    "TotalTaxes3": ("EUDvddSts|XtndedEUDvddSts?", "EUCptlGn|XtndedEUCptlGn?"),
    "UnitPrice10": ("Tp|XtndedTp", "TaxblIncmPerShrClctd|XtndedTaxblIncmPerShrClctd?"),
}

# A period is a month unless the element is one of these; a date and time in UTC is kept as its pattern.
YEARS = frozenset({"Yr", "DefsYr", "SpcfcPrvsYrs", "YrOfIncorprtn"})
UTC_PATTERN = ".*Z"
