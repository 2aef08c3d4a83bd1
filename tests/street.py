"""A real gateway with its HTTP door, and the other side of the street written by hand.

Every test has a portfolio of its own, so that one gateway serves many: `S01`.. are on actual cash at
the custodian of the US market, `C01`.. on contractual cash. No simulator is here: ACK, MT548, MT545
and their ISO 20022 twins are what a person would type.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any

import aiohttp
import asyncpg

import store.people
from gateway import app as wiring
from gateway import people
from gateway.clock import VirtualClock, real_now
from gateway.config import Settings
from gateway.demo_data import demo_files
from gateway.handlers import importing
from gateway.verify import verify
from store.people import Entitlement
from store.postgres import EmbeddedPostgres

MONDAY = datetime(2026, 11, 23, 18, 30, tzinfo=UTC)  # 13:30 in New York, the trade date
TUESDAY = datetime(2026, 11, 24, 21, 30, tzinfo=UTC)  # 16:30 in New York, the settlement date
PEOPLE: dict[str, tuple[str, tuple[str, ...]]] = {
    "upstream": ("order management", ("maker", "viewer")),
    "anna": ("anna", ("maker", "viewer")),
    "anna-checks": ("anna", ("checker", "viewer")),  # a second key of the same person
    "ben": ("ben", ("checker", "viewer")),
    "custody": ("custody", ("link",)),
    "admin": ("carla", ("admin",)),
}
PORTFOLIOS = 70
KEYS = count(1)
Superuser = Callable[[str], Awaitable[None]]


def files(
    transport: str = "directory", authenticated: bool = False, tolerates: str = ""
) -> dict[str, bytes]:
    """The demo's static data, and the tests' portfolios with a million of cash each."""
    found = {name: body.decode() for name, body in demo_files().items()}
    found["links.csv"] = found["links.csv"].replace(",mqtt,", f",{transport},")
    if authenticated:  # every link by the set of keys of its own name
        head, *rows = found["links.csv"].splitlines()
        rows = [f"{row},{row.partition(',')[0]}" for row in rows]
        found["links.csv"] = "\n".join([f"{head},lau", *rows]) + "\n"
    if tolerates:  # what every sender is known for
        head, *rows = found["links.csv"].splitlines()
        rows = [f"{row},{tolerates}" for row in rows]
        found["links.csv"] = "\n".join([f"{head},tolerates", *rows]) + "\n"
    for letter, basis in (("S", "actual"), ("C", "contractual")):
        for n in range(1, PORTFOLIOS + 1):
            name = f"{letter}{n:02}"
            found["portfolios.csv"] += f"{name},Street {name},AGE,USD\n"
            found["accounts.csv"] += (
                f"{name},HARBUS30,{name}US,{name}USD,USD,{basis}\n"
                f"{name},RHEIDE30,{name}DE,{name}EUR,EUR,actual\n"
                f"{name},MERIUS30,,{name}MB,USD,actual\n"
            )
            found["own_ssi.csv"] += (
                f"{name},US,equity,HARBUS30,{name}US,DTCYUS33\n"
                f"{name},T2S,*,RHEIDE30,{name}DE,DAKVDEFF\n"
            )
            found["opening_cash.csv"] += (
                f"{name},HARBUS30,{name}USD,USD,1000000.00,2026-10-30\n"
                f"{name},RHEIDE30,{name}EUR,EUR,1000000.00,2026-10-30\n"
            )
    return {name: body.encode() for name, body in found.items()}


@dataclass
class Street:
    """One gateway, the keys of its people, and what they do through HTTP."""

    up: wiring.Running
    web: aiohttp.ClientSession
    keys: dict[str, str]
    data: Path
    free: Iterator[int] = field(default_factory=lambda: iter(range(1, PORTFOLIOS + 1)))

    def portfolio(self, letter: str = "S") -> str:
        """A portfolio nobody has used."""
        return f"{letter}{next(self.free):02}"

    async def get(self, path: str, who: str = "ben", **query: object) -> Any:
        """What a GET answers."""
        given = {k: str(v) for k, v in query.items()}
        async with self.web.get(
            self.up.url + path, params=given, headers=self._headers(who)
        ) as answer:
            assert answer.status == 200, await answer.text()
            return await answer.json()

    async def bytes_of(self, message: int) -> bytes:
        """The exact bytes of a message."""
        headers = self._headers("ben") | {"Accept": "application/octet-stream"}
        async with self.web.get(f"{self.up.url}/v1/messages/{message}", headers=headers) as answer:
            assert answer.status == 200
            return await answer.read()

    async def post(
        self, who: str, path: str, body: Any, *, key: str | None = None, **query: str
    ) -> tuple[int, Any]:
        """Status and answer of a POST; raw bytes go as they are."""
        headers = self._headers(who)
        if key is not None:
            headers["Idempotency-Key"] = key
        elif path not in ("/v1/instructions", "/v1/messages", "/v1/clock"):
            headers["Idempotency-Key"] = f"key-{next(KEYS)}"
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers["Content-Type"] = (
            "application/octet-stream" if path == "/v1/messages" else "application/json"
        )
        async with self.web.post(
            self.up.url + path, data=raw, headers=headers, params=query
        ) as answer:
            return answer.status, await answer.json(content_type=None)

    async def submit(self, body: dict[str, Any], who: str = "upstream") -> str:
        """The id of a new instruction, once all that follows from it is done."""
        status, said = await self.post(who, "/v1/instructions", body)
        assert status == 201, said
        await self.quiet()
        return str(said["id"])

    async def pay(self, body: dict[str, Any], who: str = "upstream") -> str:
        """The id of a new payment."""
        status, said = await self.post(who, "/v1/payments", body)
        assert status == 201, said
        await self.quiet()
        return str(said["id"])

    async def act(
        self, who: str, id_: str, action: str, body: dict[str, Any] | None = None
    ) -> tuple[int, Any]:
        """Ask something of an instruction; what is approved is what stands there."""
        if action == "approve" and body is None:
            return await self.approve(who, f"/v1/instructions/{id_}")
        answer = await self.post(who, f"/v1/instructions/{id_}/{action}", body or {})
        await self.quiet()
        return answer

    async def approve(self, who: str, path: str) -> tuple[int, Any]:
        """Approve what stands at this path."""
        content = (await self.get(path))["content"]
        answer = await self.post(who, f"{path}/approve", {"content": content})
        await self.quiet()
        return answer

    async def deliver(self, link: str, *messages: bytes) -> list[int]:
        """Post what a counterparty says, one payload; the ids it is stored under."""
        glue = b"$" if link == "swift" else b"\n"
        status, said = await self.post("custody", "/v1/messages", glue.join(messages), link=link)
        assert status == 201, said
        await self.quiet()
        return [m["id"] for m in said["messages"]]

    async def case(self, id_: str) -> Any:
        """All that is known of one instruction."""
        return await self.get(f"/v1/instructions/{id_}")

    async def wire(self, id_: str) -> str:
        """The reference its newest version has on the wire."""
        return str((await self.case(id_))["wire_reference"])

    async def position(self, portfolio: str, isin: str, **query: object) -> dict[str, str]:
        """The measures of one holding; nothing where there is none."""
        said = await self.get("/v1/positions", portfolio=portfolio, isin=isin, **query)
        rows = said["positions"]
        assert len(rows) < 2
        return rows[0] if rows else {}

    async def trial_balance(self, portfolio: str, **query: object) -> dict[str, str]:
        """Account to signed amount, debit above zero; every currency of one account on its own."""
        said = await self.get("/v1/ledger/trial-balance", portfolio=portfolio, **query)
        assert said["balanced"]
        return {
            f"{r['account']} {r['currency']}": r["debit"]
            if r["credit"] in ("0", "0.00")
            else f"-{r['credit']}"
            for r in said["accounts"]
        }

    async def set_clock(self, now: datetime) -> None:
        """Move business time."""
        await self.up.core.set_clock(now)
        await self.quiet()

    async def quiet(self) -> None:
        """Wait until nothing is in hand."""
        async with asyncio.timeout(15):
            while not await self.up.core.quiet():
                await asyncio.sleep(0.005)

    async def findings(self) -> list[dict[str, str]]:
        """What `finality verify` says."""
        async with self.up.core.pool.acquire() as db:
            return await verify(db)

    async def books_differ(self) -> list[str]:
        """Where the books asked for plainly differ from the books as of the business date, walked."""
        found = []
        for path, rows in (
            ("/v1/positions", "positions"),
            ("/v1/cash", "cash"),
            ("/v1/ledger/trial-balance", "accounts"),
        ):
            plain = await self.get(path)
            walked = await self.get(path, as_of=plain["as_of"])
            first, second = ({figures(row) for row in said[rows]} for said in (plain, walked))
            found += [f"{path} alone in the plain answer: {row}" for row in sorted(first - second)]
            found += [f"{path} alone in the walked answer: {row}" for row in sorted(second - first)]
        return found

    def _headers(self, who: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.keys[who]}"}


def figures(row: dict[str, Any]) -> str:
    """A row of the books with its amounts in one form; nothing where all of them are nought."""
    numbers = {
        name: format(Decimal(value).normalize(), "f")
        for name, value in row.items()
        if isinstance(value, str) and re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", value)
    }
    if not any(Decimal(value) for value in numbers.values()):
        return ""
    ladder = [figures(step) for step in row.get("ladder", ())]
    return json.dumps({**row, **numbers, "ladder": ladder}, sort_keys=True)


@asynccontextmanager
async def a_database(
    postgres: EmbeddedPostgres, as_superuser: Superuser, template: str, name: str
) -> AsyncIterator[wiring.Parts]:
    """A fresh database of this name, dropped at the end."""
    await as_superuser(f"create database {name} template {template} owner finality_owner")
    try:
        yield wiring.Parts(postgres.dsn("owner", name), postgres.dsn("app", name), None)
    finally:
        await as_superuser(f"drop database {name} with (force)")


@asynccontextmanager
async def a_street(
    given: wiring.Parts,
    data: Path,
    *,
    now: datetime = TUESDAY,
    transport: str = "directory",
    authenticated: bool = False,
    tolerates: str = "",
    **settings: Any,
) -> AsyncIterator[Street]:
    """A gateway with static data, keys and an open door."""
    db = await asyncpg.connect(given.app_dsn)
    try:
        await importing.apply(
            db, files(transport, authenticated, tolerates), "test", real_now(), False
        )
        for person, roles in PEOPLE.values():  # before the keys: some answer for several
            await store.people.add(db, person, person, None, real_now(), "test")
            await store.people.grant(db, [Entitlement(person, role) for role in roles])
        keys = {
            name: await people.create_key(db, name, person, roles, real_now())
            for name, (person, roles) in PEOPLE.items()
        }
    finally:
        await db.close()
    chosen = Settings(data=data, http_port=0, lease_seconds=30, environment="DEMO", **settings)
    async with (
        wiring.running(chosen, VirtualClock(now), given) as up,
        aiohttp.ClientSession() as web,
    ):
        street = Street(up, web, keys, data)
        await street.quiet()
        yield street


# what upstream sends --------------------------------------------------------------------------------


def buy(portfolio: str, reference: str, **changes: Any) -> dict[str, Any]:
    """1,000 Apple against 190,275.00 dollars, as in DOMAIN 7.6."""
    body: dict[str, Any] = {
        "reference": reference,
        "portfolio": portfolio,
        "direction": "RECE",
        "payment": "APMT",
        "counterparty": "KESTUS30",
        "trade_date": "2026-11-23",
        "isin": "US0378331005",
        "quantity": {"type": "UNIT", "value": "1000"},
        "price": {"type": "ACTU", "currency": "USD", "value": "190.25"},
        "deal_amount": {"currency": "USD", "value": "190250.00"},
        "commission": {"currency": "USD", "value": "25.00"},
        "settlement_amount": {"currency": "USD", "value": "190275.00"},
    }
    return {k: v for k, v in (body | changes).items() if v is not None}


def buy_at_t2s(portfolio: str, reference: str, **changes: Any) -> dict[str, Any]:
    """1,000 SAP against 190,275.00 euro, to settle on 24 November."""
    return buy(portfolio, reference) | {
        "counterparty": "NORDDE30",
        "trade_date": "2026-11-20",
        "isin": "DE0007164600",
        "price": {"type": "ACTU", "currency": "EUR", "value": "190.25"},
        "deal_amount": {"currency": "EUR", "value": "190250.00"},
        "commission": {"currency": "EUR", "value": "25.00"},
        "settlement_amount": {"currency": "EUR", "value": "190275.00"},
        **changes,
    }


# what the custodian and the network say, FIN ---------------------------------------------------------

TYPES = {"544": "FREE", "545": "APMT", "546": "FREE", "547": "APMT"}


async def sent(street: Street, portfolio: str, reference: str, **changes: Any) -> tuple[str, str]:
    """A purchase the network took: its id and its reference on the wire."""
    id_ = await street.submit(buy(portfolio, reference, **changes))
    wire = await street.wire(id_)
    await street.deliver("swift", ack(wire))
    return id_, wire


async def sent_to_t2s(street: Street, portfolio: str, reference: str) -> tuple[str, str]:
    id_ = await street.submit(buy_at_t2s(portfolio, reference))
    wire = await street.wire(id_)
    await street.deliver("swiftnet", transmitted(wire))
    return id_, wire


def codes(case: Any) -> list[str]:
    return sorted(x["code"] for x in case["exceptions"])


def outgoing(case: Any) -> list[str]:
    """What we sent, oldest first."""
    return [m["raw"] for m in case["messages"] if m["direction"] == "out"]


def field(message: str, tag: str) -> str:
    """The first value of a FIN field such as `:20C::SEME//`."""
    return next(line for line in message.splitlines() if line.startswith(tag)).removeprefix(tag)


def ack(related: str, at: str = "2611241631") -> bytes:
    """The network took it."""
    return f"{{1:F21ALDRUS30AXXX0001000001}}{{4:{{177:{at}}}{{451:0}}{{108:{related}}}}}".encode()


def nak(related: str, code: str = "T27045", at: str = "2611241631") -> bytes:
    """The network refused it, by this rule and line."""
    return (
        f"{{1:F21ALDRUS30AXXX0001000001}}{{4:{{177:{at}}}{{451:1}}{{405:{code}}}{{108:{related}}}}}"
    ).encode()


def fin(type_: str, text: str, sender: str = "HARBUS30AXXX") -> bytes:
    """An output message as the network delivers it."""
    return (
        f"{{1:F01ALDRUS30AXXX0002000045}}{{2:O{type_}1631261124{sender}00123456782611241631N}}{{4:\n"
        f"{text}\n-}}"
    ).replace("\n", "\r\n").encode()  # fmt: skip


def mt548(
    related: str, reference: str, *says: str, at: str = "20261124163200", function: str = "INST"
) -> bytes:
    """Statuses such as `SETT//PEND FUTU`, as of this local time of the custodian."""
    statuses = []
    for one in says:
        what, *reasons = one.split()
        code = what.rpartition("/")[2]
        told = "".join(f":16R:REAS\n:24B::{code}//{r}\n:16S:REAS\n" for r in reasons)
        statuses.append(f":16R:STAT\n:25D::{what}\n{told}:16S:STAT\n")
    return fin(
        "548",
        f":16R:GENL\n:20C::SEME//{reference}\n:23G:{function}\n:98C::PREP//{at}\n:16R:LINK\n"
        f":20C::RELA//{related}\n:16S:LINK\n{''.join(statuses)}:16S:GENL",
    )


def confirmation(
    related: str,
    reference: str,
    quantity: str = "1000",
    amount: str = "USD190275,",
    *,
    type_: str = "545",
    on: str = "20261124",
    at: str = "20261124170500",
    function: str = "NEWM",
    undoes: str = "",
    part: str = "",
    left: tuple[str, str] | None = None,
    pre: bool = False,
    account: str = "",
) -> bytes:
    """MT544 to MT547: securities moved, or are taken back; `left` is settled before and remaining."""
    general = ":22H::PREC//PRSE\n" if pre else ""
    general += f":22F::PARS//{part}\n" if part else ""
    previous = f":16R:LINK\n:20C::PREV//{undoes}\n:16S:LINK\n" if undoes else ""
    rest = f":36B::PSTT//UNIT/{left[0]},\n:36B::RSTT//UNIT/{left[1]},\n" if left else ""
    held = f":97A::SAFE//{account}\n" if account else ""
    money = f":16R:AMT\n:19A::ESTT//{amount}\n:16S:AMT\n" if TYPES[type_] == "APMT" else ""
    return fin(
        type_,
        f":16R:GENL\n:20C::SEME//{reference}\n:23G:{function}\n:98C::PREP//{at}\n{general}"
        f":16R:LINK\n:20C::RELA//{related}\n:16S:LINK\n{previous}:16S:GENL\n"
        f":16R:TRADDET\n:98A::SETT//20261124\n:98A::ESET//{on}\n:35B:ISIN US0378331005\n"
        f":16S:TRADDET\n:16R:FIAC\n:36B::ESTT//UNIT/{quantity},\n{rest}{held}:16S:FIAC\n"
        f":16R:SETDET\n:22F::SETR//TRAD\n:16R:SETPRTY\n:95P::PSET//DTCYUS33\n:16S:SETPRTY\n"
        f"{money}:16S:SETDET",
    )


def advice(
    related: str,
    reference: str,
    account: str,
    amount: str = "USD190275,",
    *,
    type_: str = "900",
    on: str = "261124",
) -> bytes:
    """MT900 or MT910: cash moved."""
    return fin(type_, f":20:{reference}\n:21:{related}\n:25:{account}\n:32A:{on}{amount}")


# the same, ISO 20022 --------------------------------------------------------------------------------

ISO = "urn:iso:std:iso:20022:tech:xsd:"
T2S_STATUSES = {
    "PACK": "<PrcgSts><AckdAccptd><NoSpcfdRsn>NORE</NoSpcfdRsn></AckdAccptd></PrcgSts>",
    "MACH": "<MtchgSts><Mtchd/></MtchgSts>",
    "NMAT": "<MtchgSts><Umtchd><Rsn><Cd><Cd>{}</Cd></Cd></Rsn></Umtchd></MtchgSts>",
    "PEND": "<SttlmSts><Pdg><Rsn><Cd><Cd>{}</Cd></Cd></Rsn></Pdg></SttlmSts>",
    "PENF": "<SttlmSts><Flng><Rsn><Cd><Cd>{}</Cd></Cd></Rsn></Flng></SttlmSts>",
}


def mx(type_: str, reference: str, content: str, at: str) -> bytes:
    """A Document with its business header, from the custodian at T2S."""
    who = "<FIId><FinInstnId><BICFI>{}</BICFI></FinInstnId></FIId>"
    return (
        f'<BusinessMessage><AppHdr xmlns="{ISO}head.001.001.02"><Fr>{who.format("RHEIDE30XXX")}</Fr>'
        f"<To>{who.format('ALDRUS30XXX')}</To><BizMsgIdr>{reference}</BizMsgIdr>"
        f"<MsgDefIdr>{type_}</MsgDefIdr><CreDt>{at}</CreDt></AppHdr>"
        f'<Document xmlns="{ISO}{type_}">{content}</Document></BusinessMessage>'
    ).encode()


def transmitted(related: str) -> bytes:
    """The network took an MX."""
    return (
        '<Saa:DataPDU xmlns:Saa="urn:swift:saa:xsd:saa.2.0"><Saa:Revision>2.0.10</Saa:Revision>'
        f"<Saa:Header><Saa:TransmissionReport><Saa:SenderReference>{related}</Saa:SenderReference>"
        "<Saa:NetworkDeliveryStatus>NetworkAcked</Saa:NetworkDeliveryStatus>"
        "</Saa:TransmissionReport></Saa:Header></Saa:DataPDU>"
    ).encode()


def sese024(related: str, reference: str, says: str, at: str = "2026-11-24T21:32:00Z") -> bytes:
    """One status, with its reason where it has one: `PENF CLAC`."""
    code, _, reason = says.partition(" ")
    return mx(
        "sese.024.001.12",
        reference,
        f"<SctiesSttlmTxStsAdvc><TxId><AcctOwnrTxId>{related}</AcctOwnrTxId>"
        f"<AcctSvcrTxId>RB{reference}</AcctSvcrTxId></TxId>{T2S_STATUSES[code].format(reason)}"
        "</SctiesSttlmTxStsAdvc>",
        at,
    )


def _settled(
    related: str, quantity: str, amount: str, on: date, isin: str, part: str, left: tuple[str, str]
) -> str:
    partial = f"<AddtlParams><PrtlSttlm>{part}</PrtlSttlm></AddtlParams>" if part else ""
    rest = (
        f"<PrevslySttldQty><Unit>{left[0]}</Unit></PrevslySttldQty>"
        f"<RmngToBeSttldQty><Unit>{left[1]}</Unit></RmngToBeSttldQty>"
        if part
        else ""
    )
    day = "<{0}><Dt><Dt>{1}</Dt></Dt></{0}>"
    return (
        f"<TxIdDtls><AcctOwnrTxId>{related}</AcctOwnrTxId><AcctSvcrTxId>RB1</AcctSvcrTxId>"
        f"<SctiesMvmntTp>RECE</SctiesMvmntTp><Pmt>APMT</Pmt></TxIdDtls>{{0}}{partial}<TradDtls>"
        f"{day.format('TradDt', '2026-11-20')}{day.format('SttlmDt', on)}"
        f"{day.format('FctvSttlmDt', on)}</TradDtls><FinInstrmId><ISIN>{isin}</ISIN></FinInstrmId>"
        f"<QtyAndAcctDtls><SttldQty><Qty><Unit>{quantity}</Unit></Qty></SttldQty>{rest}"
        f"</QtyAndAcctDtls><SttlmParams><SctiesTxTp><Cd>TRAD</Cd></SctiesTxTp></SttlmParams>"
        f'<SttldAmt><Amt Ccy="EUR">{amount}</Amt><CdtDbtInd>DBIT</CdtDbtInd></SttldAmt>'
    )


def sese025(
    related: str,
    reference: str,
    quantity: str = "1000",
    amount: str = "190275.00",
    *,
    part: str = "",
    left: tuple[str, str] = ("0", "0"),
    on: date = date(2026, 11, 24),
    at: str = "2026-11-24T22:05:00Z",
) -> bytes:
    """Securities moved at T2S."""
    content = _settled(related, quantity, amount, on, "DE0007164600", part, left).format("")
    return mx("sese.025.001.11", reference, f"<SctiesSttlmTxConf>{content}</SctiesSttlmTxConf>", at)


def sese027(request: str, reference: str, status: str, at: str = "2026-11-24T21:40:00Z") -> bytes:
    """What became of our request to cancel."""
    told = {"CAND": "<Canc><NoSpcfdRsn>NORE</NoSpcfdRsn></Canc>",
            "DSET": "<Dnd><Rsn><Cd><Cd>DSET</Cd></Cd></Rsn></Dnd>"}  # fmt: skip
    content = (
        f"<SctiesTxCxlReqStsAdvc><CxlReqRef>{request}</CxlReqRef><PrcgSts>{told[status]}</PrcgSts>"
        "</SctiesTxCxlReqStsAdvc>"
    )
    return mx("sese.027.001.07", reference, content, at)
