"""The network: takes messages from our links, answers ACK or NAK, carries them there and back.

Configuration (`swift` in the file):
  links            {name: {format fin|mx, bic, zone?}}
  correspondents   {BIC8: {format fin|mx, zone?}}
  directory        [BIC...] (absent: every well-formed BIC is known), less unknown_bics [BIC...]
  latency_seconds  [low, high], one draw per link, so order is kept
  faults           {lose_ack, delay, duplicate, duplicate_pdm, reorder: probability;
                   delay_seconds [low, high]}
  fault_rules      [{fault, type?, ref_prefix?}], these always strike
  schemas          a folder of XSD files
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from simulators import chance, fin, launch, mx, mx_rules
from simulators.engine import Action, Agenda, Config, Departure, Label
from simulators.fin_rules import Nak, Validator

SEQUENCES_PER_SESSION = 999_999
_BIC = re.compile(r"[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}([A-Z0-9]{3})?")
_REFERENCE = re.compile(rb":20C::SEME//([^\r\n]*)|:20:([^\r\n]*)|<BizMsgIdr>([^<]*)<")


class Network:
    """Store and forward, with a fault plan. All it says derives from the seed and what came."""

    name = "swift"

    def __init__(self, schemas: mx_rules.Schemas | None = None) -> None:
        self._schemas = schemas or {}
        self._agenda = Agenda()
        self._departures: list[Departure] = []
        self._serials: dict[str, int] = {}
        self._lost: dict[tuple[str, str], Action] = {}

    def configure(self, seed: int, config: Config) -> None:
        self._seed = seed
        self._links: dict[str, dict[str, Any]] = dict(config["links"])
        self._correspondents: dict[str, Any] = dict(config.get("correspondents", {}))
        low, high = config.get("latency_seconds", (1, 3))
        self._latencies = {
            link: timedelta(seconds=round(chance.between(low, high, seed, link, "latency"), 1))
            for link in self.links()
        }
        self._faults: dict[str, Any] = dict(config.get("faults", {}))
        self._rules: list[Mapping[str, str]] = list(config.get("fault_rules", []))
        own = {link["bic"][:8] for link in self._links.values()}
        listed = config.get("directory")
        directory = None if listed is None else {*listed, *self._correspondents, *own}
        self._validator = Validator(
            frozenset(directory) if directory is not None else None,
            frozenset(config.get("unknown_bics", ())),
        )

    def links(self) -> Mapping[str, str]:
        ours = {name: f"finality/links/{name}/out" for name in self._links}
        return ours | {
            f"network/{bic}": f"finality/network/{bic}/out" for bic in self._correspondents
        }

    def way_out(self, link: str) -> str:
        return f"finality/{link}/in" if link.startswith("network/") else f"finality/links/{link}/in"

    def due(self) -> datetime | None:
        return self._agenda.due()

    def emit(self, now: datetime) -> list[Departure]:
        self._agenda.run(now)
        left, self._departures = self._departures, []
        return left

    def books(self) -> Mapping[str, Any] | None:
        return None

    # what comes

    def receive(self, link: str, raw: bytes, now: datetime) -> Label:
        if link not in self._links:
            return self._from_correspondent(link, raw, now)
        if self._links[link]["format"] == "mx":
            return self._mx_from_us(link, raw, now)
        return self._fin_from_us(link, raw, now)

    def repeat(self, link: str, label: Label, now: datetime) -> None:
        """Only an acknowledgement that was lost is given again; other repeats mean nothing."""
        answer = self._lost.pop((link, label.reference), None)
        if answer is not None:
            self._agenda.add(self._later(now, link), "", answer)

    def _fin_from_us(self, link: str, raw: bytes, now: datetime) -> Label:
        serial = self._serial(f"isn {link}")
        try:
            message = fin.read(raw)
        except fin.Broken:
            label = Label("garbage", _reference(raw))
            self._answer(link, label, False, now, self._fin_answer(link, serial, None, "H98"))
            return label
        label = Label(f"MT{message.type}", message.mur or _reference(raw))
        nak = self._fin_fault(link, message)
        answer = self._fin_answer(link, serial, message.mur, nak)
        self._answer(link, label, nak is None and not message.marked_duplicate, now, answer)
        if nak is None and message.receiver in self._correspondents:
            self._carry_fin(link, f"network/{message.receiver}", message, serial, label, now)
        return label

    def _fin_fault(self, link: str, message: fin.Fin) -> str | None:
        try:
            self._validator.check(message)
            if message.sender != self._links[link]["bic"][:8]:
                raise Nak("H10")
            if not self._reaches(message.receiver):
                raise Nak("H50")
        except Nak as refusal:
            return refusal.code
        return None

    def _fin_answer(self, link: str, serial: str, mur: str | None, nak: str | None) -> Action:
        zone, bic = self._zone(link), self._links[link]["bic"]

        def depart(at: datetime) -> None:
            raw = fin.acknowledgement(bic, serial, at, zone, mur, nak)
            self._leave(link, raw, Label("NAK" if nak else "ACK", mur or ""))

        return depart

    def _mx_from_us(self, link: str, raw: bytes, now: datetime) -> Label:
        serial = self._serial(f"isn {link}")
        try:
            pdu = mx.read(raw)
        except mx.Broken as why:
            label = Label("garbage", _reference(raw))
            refusal = ("X00", str(why)[:200])
            answer = self._mx_answer(link, serial, label.reference, refusal)
            self._answer(link, label, False, now, answer)
            return label
        label = Label(pdu.document_type or pdu.type, pdu.reference)
        reason = self._mx_fault(link, pdu)
        answer = self._mx_answer(link, serial, pdu.sender_reference or pdu.reference, reason)
        self._answer(link, label, reason is None and not pdu.possible_duplicate, now, answer)
        bic = pdu.receiver[:8]
        if reason is None and bic in self._correspondents:
            self._carry_mx(f"network/{bic}", raw, label, now)
        return label

    def _mx_fault(self, link: str, pdu: mx.Pdu) -> tuple[str, str] | None:
        try:
            mx_rules.check(pdu, self._links[link]["bic"], self._reaches, self._schemas)
        except mx_rules.Nack as refusal:
            return refusal.reason
        return None

    def _mx_answer(
        self, link: str, serial: str, reference: str, reason: tuple[str, str] | None
    ) -> Action:
        def depart(at: datetime) -> None:
            raw = mx.transmission_report(reference, serial, at, reason)
            self._leave(link, raw, Label("NAK" if reason else "ACK", reference))

        return depart

    def _answer(
        self, link: str, label: Label, may_be_lost: bool, now: datetime, answer: Action
    ) -> None:
        """Put the answer on the agenda, unless the plan loses it."""
        if may_be_lost and self._strikes("lose_ack", label, link):
            self._lost[link, label.reference] = answer
            return
        self._lost.pop((link, label.reference), None)
        self._agenda.add(self._later(now, link), "", answer)

    def _from_correspondent(self, link: str, raw: bytes, now: datetime) -> Label:
        bic = link.removeprefix("network/")
        if self._correspondents[bic]["format"] == "mx":
            try:
                pdu = mx.read(raw)
            except mx.Broken:
                return Label("garbage", _reference(raw))
            label = Label(pdu.type, pdu.reference)
            home = self._home(pdu.receiver, "mx")
            if home is not None:
                self._carry_mx(home, raw, label, now)
            return label
        try:
            message = fin.read(raw)
        except fin.Broken:
            return Label("garbage", _reference(raw))
        label = Label(f"MT{message.type}", message.mur or _reference(raw))
        home = self._home(message.receiver, "fin")
        if home is not None:
            self._carry_fin(link, home, message, self._serial(f"isn {bic}"), label, now)
        return label

    # what goes

    def _carry_fin(
        self, origin: str, target: str, message: fin.Fin, isn: str, label: Label, now: datetime
    ) -> None:
        osn = self._serial(f"osn {target}")
        zones = (self._zone(origin), self._zone(target))

        def write(at: datetime, serial: str = osn, duplicate: str = "") -> bytes:
            return fin.output_message(message, serial, isn, at, zones, duplicate)

        def depart(at: datetime) -> None:
            raw = write(at)
            self._leave(target, raw, label)
            if self._strikes("duplicate", label, target):
                self._leave(target, raw, label, repeat=True)
            if self._strikes("duplicate_pdm", label, target):
                mor = f"{at:%H%M%y%m%d}{fin.terminal(message.receiver)}{osn}"
                self._leave(
                    target, write(at, self._serial(f"osn {target}"), f"{{PDM:{mor}}}"), label
                )

        self._agenda.add(self._when(now, target, label), "", depart)

    def _carry_mx(self, target: str, raw: bytes, label: Label, now: datetime) -> None:
        def depart(at: datetime) -> None:
            self._leave(target, raw, label)
            if self._strikes("duplicate", label, target):
                self._leave(target, raw, label, repeat=True)
            if self._strikes("duplicate_pdm", label, target):
                copy = mx.mark_possible_duplicate(raw)
                self._leave(target, copy, label, repeat=copy == raw)

        self._agenda.add(self._when(now, target, label), "", depart)

    def _leave(self, link: str, raw: bytes, label: Label, repeat: bool = False) -> None:
        self._departures.append(Departure(link, raw, label, repeat, link in self._links))

    def _serial(self, counter: str) -> str:
        """Session (4 digits) and sequence number (6 digits), the next of this counter."""
        count = self._serials.get(counter, 0)
        self._serials[counter] = count + 1
        session, sequence = divmod(count, SEQUENCES_PER_SESSION)
        return f"{(session % 9999) + 1:04d}{sequence + 1:06d}"

    def _when(self, now: datetime, target: str, label: Label) -> datetime:
        """The link's latency; more of it where the plan delays, or lets later messages overtake."""
        due = self._later(now, target)
        if self._strikes("delay", label, target):
            low, high = self._faults.get("delay_seconds", (60, 600))
            due += timedelta(seconds=round(low + (high - low) * self._draw(target, label, "late")))
        if self._strikes("reorder", label, target):
            due += timedelta(seconds=round(5 + 25 * self._draw(target, label, "overtaken")))
        return due

    def _later(self, now: datetime, link: str) -> datetime:
        """The same latency for all of one link, so that order is kept."""
        return now + self._latencies[link]

    def _draw(self, target: str, label: Label, step: str) -> float:
        return chance.draw(self._seed, target, label.type, label.reference, step)

    def _strikes(self, fault: str, label: Label, target: str) -> bool:
        """Whether the plan lets this fault happen to this message."""
        if not self._faults and not self._rules:
            return False
        rate = self._faults.get(fault, 0)
        if rate and self._draw(target, label, fault) < rate:
            return True
        return any(
            rule["fault"] == fault
            and rule.get("type", label.type) == label.type
            and label.reference.startswith(rule.get("ref_prefix", ""))
            for rule in self._rules
        )

    # who is who

    def _reaches(self, bic: str) -> bool:
        return _BIC.fullmatch(bic) is not None and self._validator.known(bic)

    def _home(self, bic: str, format_: str) -> str | None:
        for name, link in self._links.items():
            if link["format"] == format_ and link["bic"][:8] == bic[:8]:
                return name
        return None

    def _zone(self, link: str) -> ZoneInfo:
        if link in self._links:
            return ZoneInfo(self._links[link].get("zone", "UTC"))
        return ZoneInfo(self._correspondents[link.removeprefix("network/")].get("zone", "UTC"))


def _reference(raw: bytes) -> str:
    found = _REFERENCE.search(raw)
    if found is None:
        return ""
    return next(g for g in found.groups() if g is not None).decode("latin-1")[:35]


def main() -> None:
    """Run the network until it is stopped."""
    launch.main("swift")


if __name__ == "__main__":
    main()
