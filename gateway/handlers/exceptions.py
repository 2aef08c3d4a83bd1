"""What people do with an exception: close it, send its message through again, repair its bytes.

The holder of the exception's lane decides, in the lane's transaction, and every deed is an event of
its log. A repair stores the corrected bytes beside the original; they are let in by another person
than the one who wrote them, and then go the way every inbound message goes.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import NAMESPACE_OID, UUID, uuid5

import parsers
import parsers.containers
from gateway.inbound import related, transport_key
from gateway.items import Handling, Item, Result
from gateway.rights import BEYOND, DEED_RIGHTS, Subject, scope_of, subject_of_row
from schemas.problem import MessageError, Problem, Refused
from schemas.static_rows import LinkRow
from store import exceptions as queue
from store import messages
from store.exceptions import Closed, Decision, Entered, Name, Repair
from store.messages import Raw

if TYPE_CHECKING:
    from gateway.handlers.advance import Advance
    from store.rows import Connection

# the events of people's deeds, in the order of a repair
DEEDS = (
    "ExceptionClosed",
    "MessageReinjected",
    "RepairAsked",
    "RepairApproved",
    "RepairRefused",
)


def aggregate_of(instruction: UUID | None, lane: int, code: str, key: str) -> UUID:
    """Whose events tell of an exception: its instruction's, or its own where it has none."""
    return instruction or uuid5(NAMESPACE_OID, f"exception|{lane}|{code}|{key}")


@dataclass(slots=True)
class Proposal:
    """A repair of one message as it stands while a batch decides."""

    message: int
    body: bytes
    maker: str
    decision: str | None
    decided_by: str | None


@dataclass(slots=True)
class Standing:
    """One exception while a batch decides: each deed leaves it for the next."""

    lane: int
    code: str
    key: str
    round: int
    portfolio: str
    aggregate: UUID
    text: str
    closed_by: str | None
    outcome: str | None
    message: int | None
    subject: Subject  # what rights to it are held against
    link: str = ""
    state: str = ""  # of the inbox row
    body: bytes = b""
    received_at: Any = None
    proposals: list[Proposal] = field(default_factory=list)

    @property
    def proposed(self) -> Proposal | None:
        """The repair that waits for a second person."""
        return next((p for p in self.proposals if p.decision is None), None)

    @property
    def stray(self) -> bool:
        """Whether only some entries of the message found no home."""
        return self.key == f"message {self.message} entries"


class Exceptions:
    """The exceptions one batch works on, and the rows it leaves."""

    def __init__(self, advance: Advance) -> None:
        self.advance = advance
        self.known: dict[Name, Standing] = {}
        self.closed: list[Closed] = []
        self.raws: list[Raw] = []
        self.entered: list[Entered] = []
        self.repairs: list[Repair] = []
        self.decisions: list[Decision] = []
        self.moves: dict[int, tuple[str, str | None]] = {}

    async def load(self, db: Connection, items: Sequence[Item]) -> None:
        """Lock the exceptions of this batch, then their messages."""
        names = [(i.lane, i.code, i.key) for i in items if isinstance(i, Handling)]
        if not names:
            return
        for row in await queue.lock_many(db, names):
            subject = subject_of_row(row, self.advance.desk.static, self.advance.desk.today)
            self.known[row["lane"], row["code"], row["key"]] = _standing(row, subject)
        by_message: dict[int, list[Standing]] = {}
        for standing in self.known.values():
            if standing.message is not None:
                by_message.setdefault(standing.message, []).append(standing)
        if not by_message:
            return
        for id_, row in (await queue.lock_messages(db, list(by_message))).items():
            for s in by_message[id_]:
                s.link, s.state = row["link"], row["state"]
                s.body, s.received_at = row["body"], row["stored_at"]
        for row in await queue.repairs_of(db, list(by_message)):
            for s in by_message[row["original"]]:
                s.proposals.append(
                    Proposal(
                        row["message"],
                        row["body"],
                        row["maker"],
                        row["decision"],
                        row["decided_by"],
                    )
                )

    async def record(self, db: Connection) -> None:
        """Write what was decided, a statement per table."""
        await messages.keep_many(db, self.raws)
        await queue.propose_many(db, self.entered, self.repairs)
        await queue.decide_many(db, self.decisions)
        await queue.move_many(db, [(id_, *to) for id_, to in self.moves.items()])
        await queue.close_many(db, self.closed)

    def decide(self, item: Handling) -> None:
        """Do it, or refuse with the reason; either way the person is answered."""
        try:
            standing = self._current(item)
            DECIDERS[item.action](self, standing, item)
            result = Result("done", None, standing.outcome or "open")
        except Refused as refused:
            result = Result("refused", None, None, refused.problems)
        self.advance.results[id(item)] = result

    def _current(self, item: Handling) -> Standing:
        standing = self.known.get((item.lane, item.code, item.key))
        if standing is None or not self._seen(standing, item):
            raise _refuse("id", "unknown", "there is no such exception")
        why = item.client.why_not(DEED_RIGHTS[item.action], standing.subject)
        if why is not None:
            raise _refuse("rights", BEYOND, f"{why}; another person must do this")
        if standing.round != item.round:
            raise _refuse("id", "stale", "it was raised again since you looked; look again")
        return standing

    def _seen(self, standing: Standing, item: Handling) -> bool:
        """Whether the person may see it: of their portfolios, or any for who is bounded to none."""
        scope = scope_of(item.client, self.advance.desk.static)
        return scope is None or standing.portfolio in scope.portfolios

    # the deeds ------------------------------------------------------------------------------------

    def close(self, s: Standing, item: Handling) -> None:
        """A person dealt with it elsewhere and says how."""
        if self._again(s, item, "closed"):
            return
        _without_proposal(s)
        self._end(s, item, "closed", str(item.body["reason"]))
        said = {"reason": item.body["reason"], "text": s.text}
        self._tell(s, item, "ExceptionClosed", said)

    def reinject(self, s: Standing, item: Handling) -> None:
        """Its message goes through once more, as it is."""
        if self._again(s, item, "reinjected"):
            return
        _without_proposal(s)
        self._waits_for_a_person(s, strays=True)
        self._end(s, item, "reinjected", str(item.body.get("reason") or ""))
        self._move(s, s.message, "new", None)
        self._tell(s, item, "MessageReinjected", {"reason": item.body.get("reason")})

    def repair(self, s: Standing, item: Handling) -> None:
        """Corrected bytes are stored beside the original and wait for a second person."""
        body = _corrected(item)
        if (open_ := s.proposed) is not None:
            if open_.body == body and open_.maker == item.client.person:
                return
            words = f"a repair by {open_.maker} waits: approve or refuse it first"
            raise _refuse("state", "repair_waits", words)
        self._open(s)
        self._waits_for_a_person(s)
        if body == s.body:
            words = "these are the bytes that came; correct them, or send them through again as they are"
            raise Refused("invalid", [Problem("bytes", "unchanged", words)])
        type_, reference = self._read(body)
        assert s.message is not None
        unit = self.advance.unit
        id_ = unit.ids.take()
        name = f"repair {len(s.proposals) + 1} of {s.message}".encode()
        # received when the original was: a correction does not make a message younger
        self.raws.append(Raw(id_, "in", s.link, transport_key(name, body), s.received_at, body))
        self.entered.append(Entered(id_, s.link, type_, reference))
        person, why = item.client.person, str(item.body["reason"])
        self.repairs.append(Repair(id_, s.message, s.lane, s.code, s.key, person, why, unit.now))
        s.proposals.append(Proposal(id_, body, person, None, None))
        self._tell(s, item, "RepairAsked", {"reason": why, **_both(s, id_, body)})

    def approve(self, s: Standing, item: Handling) -> None:
        """A second person lets the corrected bytes in, in place of the original."""
        person = item.client.person
        proposal = self._decided(s, item, "approved")
        if proposal is None:
            return
        if proposal.maker == person:
            words = f"{person} wrote this repair; another person must approve it"
            raise Refused("four_eyes", [Problem("actor", "four_eyes", words, person)])
        self._open(s)
        self._waits_for_a_person(s)
        self._decide(proposal, "approved", person)
        self._move(s, s.message, "replaced", f"repaired as {proposal.message}")
        self._move(s, proposal.message, "new", None)
        self._end(s, item, "repaired", f"repaired as {proposal.message}")
        said = {"maker": proposal.maker, **_both(s, proposal.message, proposal.body)}
        self._tell(s, item, "RepairApproved", said)

    def refuse(self, s: Standing, item: Handling) -> None:
        """The corrected bytes do not go in; the exception stays open."""
        person, why = item.client.person, str(item.body["reason"])
        proposal = self._decided(s, item, "refused")
        if proposal is None:
            return
        self._decide(proposal, "refused", person)
        self._move(s, proposal.message, "refused", why)
        said = {"reason": why, "maker": proposal.maker, "repaired": proposal.message}
        self._tell(s, item, "RepairRefused", said)

    # what they share ------------------------------------------------------------------------------

    def _again(self, s: Standing, item: Handling, outcome: str) -> bool:
        """Whether this person did this very thing before; Refused when somebody did another."""
        if s.outcome == outcome and s.closed_by == item.client.person:
            return True
        self._open(s)
        return False

    def _open(self, s: Standing) -> None:
        if s.closed_by is not None:
            how = s.outcome or "closed"
            raise _refuse("state", "closed", f"{s.closed_by} dealt with it: {how}", how)

    def _waits_for_a_person(self, s: Standing, *, strays: bool = False) -> None:
        """Refused unless its message is parked, or (for strays) done but for some entries."""
        if s.message is None:
            raise _refuse("state", "no_message", "no inbound message is behind it; close it")
        if s.state != "parked" and not (strays and s.stray and s.state == "done"):
            words = f"its message is not parked any more: it is {s.state}"
            raise _refuse("state", "worked", words, s.state)
        if all(row.name != s.link for row in self.advance.desk.static.all(LinkRow)):
            words = f"there is no link {s.link} any more that could take it in"
            raise _refuse("state", "no_link", words, s.link)

    def _decided(self, s: Standing, item: Handling, decision: str) -> Proposal | None:
        """The repair to decide; None when this person decided it so already."""
        wanted = item.body["message"]
        proposal = next((p for p in s.proposals if p.message == wanted), None)
        if proposal is None:
            raise _refuse("message", "no_repair", "no repair of it has this number", str(wanted))
        if proposal.decision is None:
            return proposal
        if (proposal.decision, proposal.decided_by) == (decision, item.client.person):
            return None
        words = f"{proposal.decided_by} {proposal.decision} this repair already"
        raise _refuse("state", "decided", words, proposal.decision)

    def _read(self, body: bytes) -> tuple[str, str | None]:
        """Type and reference of corrected bytes; Refused with every problem when they cannot be read."""
        try:
            answer = parsers.answer(body, self.advance.desk.schemas)
        except MessageError as error:
            raise Refused("invalid", error.problems) from error
        refs = related(answer)
        return answer.header.type, refs[0] if refs else None

    def _end(self, s: Standing, item: Handling, outcome: str, reason: str) -> None:
        s.closed_by, s.outcome = item.client.person, outcome
        now = self.advance.unit.now
        self.closed.append(Closed(s.lane, s.code, s.key, now, s.closed_by, outcome, reason))

    def _decide(self, proposal: Proposal, decision: str, person: str) -> None:
        proposal.decision, proposal.decided_by = decision, person
        now = self.advance.unit.now
        self.decisions.append(Decision(proposal.message, decision, person, now))

    def _move(self, s: Standing, message: int | None, state: str, reason: str | None) -> None:
        assert message is not None
        if message == s.message:
            s.state = state
        self.moves[message] = (state, reason)

    def _tell(self, s: Standing, item: Handling, type_: str, said: dict[str, Any]) -> None:
        payload = {"code": s.code, "key": s.key, "round": s.round, "message": s.message, **said}
        self.advance.unit.tell(
            s.lane,
            s.portfolio,
            s.aggregate,
            type_,
            self.advance.desk.today,
            item.client.person,
            {k: v for k, v in payload.items() if v is not None},
            s.message,
        )


DECIDERS = {
    "close": Exceptions.close,
    "reinject": Exceptions.reinject,
    "repair": Exceptions.repair,
    "approve": Exceptions.approve,
    "refuse": Exceptions.refuse,
}


def _standing(row: Any, subject: Subject) -> Standing:
    lane, code, key = row["lane"], row["code"], row["key"]
    return Standing(
        lane,
        code,
        key,
        row["round"],
        row["portfolio"],
        aggregate_of(row["instruction"], lane, code, key),
        row["text"],
        row["closed_by"],
        row["outcome"],
        row["message"],
        subject,
    )


def _corrected(item: Handling) -> bytes:
    """The one message in the bytes that were sent."""
    try:
        given = base64.b64decode(item.body["bytes"], validate=True)
    except (binascii.Error, ValueError) as error:
        raise Refused(
            "invalid", [Problem("bytes", "base64", "send the bytes as base64")]
        ) from error
    found = parsers.containers.unpack(given)
    if len(found) != 1:
        words = f"one message repairs one message; there are {len(found)} in it"
        raise Refused("invalid", [Problem("bytes", "count", words)])
    return found[0].body


def _both(s: Standing, repaired: int, body: bytes) -> dict[str, Any]:
    """The two versions as the log names them: by number and SHA-256."""
    return {
        "repaired": repaired,
        "original_sha256": hashlib.sha256(s.body).digest(),
        "repaired_sha256": hashlib.sha256(body).digest(),
    }


def _without_proposal(s: Standing) -> None:
    if (waits := s.proposed) is not None:
        words = f"a repair by {waits.maker} waits: approve or refuse it first"
        raise _refuse("state", "repair_waits", words)


def _refuse(path: str, rule: str, message: str, value: str | None = None) -> Refused:
    return Refused(rule, [Problem(path, rule, message, value)])
