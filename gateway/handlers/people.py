"""What people and upstream systems do to a known instruction. Checker is never maker, by person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pydantic

from gateway.handlers import bookkeeping
from gateway.handlers.case import Case
from gateway.items import Action, Result
from schemas.fact import Approved, FateDecided, Withdrawn
from schemas.instruction import Instruction, Payment
from schemas.problem import Problem, Refused
from settlement.condition import Condition
from settlement.findings import RELEASABLE
from store.cases import VersionRow

if TYPE_CHECKING:
    from gateway.handlers.advance import Advance

CANCELLABLE = frozenset(
    {
        "sent",
        "accepted",
        "in_repair",
        "inferred_matched",
        "matched",
        "pending",
        "unmatched",
        "on_hold",
        "overdue_unconfirmed",
        "failing",
        "released_to_wire",
    }
)
UNSENT = frozenset({"draft", "approved", "network_nak"})


def act(advance: Advance, item: Action) -> None:
    """Do it, or refuse with the reason; either way the person is answered."""
    case = advance.known.get(item.id)
    try:
        if case is None:
            raise refuse("id", "not_ready", "the instruction is still being taken in; try again")
        ACTIONS[item.action](advance, case, item)
        case.touched = True
        advance.results[id(item)] = Result("done", case.id, advance.desk.state_of(case))
    except Refused as refused:
        advance.results[id(item)] = Result("refused", item.id, None, refused.problems)


def refuse(path: str, rule: str, message: str, value: str | None = None) -> Refused:
    """A refusal with one reason."""
    return Refused(rule, [Problem(path, rule, message, value)])


def approve(advance: Advance, case: Case, item: Action) -> None:
    """A second person lets it go (DOMAIN 10.1)."""
    person = item.client.person
    makers = {case.maker} | {f.partition(":")[2] for f in case.flags if f.startswith("maker:")}
    if person in makers:
        raise refuse(
            "actor",
            "four_eyes",
            f"{person} made or changed this; another person must approve it",
            person,
        )
    if "reapprove:" in case.flags:
        case.flags.discard("reapprove:")
        advance.desk.tell(case, "Approved", person, {"content": _content(case)})
        advance.desk.go_on(case, person)
        return
    if case.has(Approved):
        raise refuse("state", "approved_already", "it is approved already", _state(advance, case))
    if _state(advance, case) != "draft":
        raise refuse("state", "not_draft", "only a draft can be approved", _state(advance, case))
    case.did(Approved(person), advance.unit.now)
    advance.desk.tell(case, "Approved", person, {"content": _content(case)})
    advance.desk.proceed(case, person)


def cancel(advance: Advance, case: Case, item: Action) -> None:
    """Take it back: at once while nothing has left, else by a cancellation message."""
    state = _state(advance, case)
    if state in UNSENT:
        _withdraw(advance, case, item)
        return
    if state == "cancel_pending":
        raise refuse("state", "cancel_pending", "a cancellation is under way already", state)
    if state not in CANCELLABLE or not case.securities:
        raise refuse(
            "state", "not_cancellable", f"an instruction that is {state} cannot be cancelled", state
        )
    advance.desk.tell(
        case,
        "CancelRequested",
        item.client.person,
        {"reason": str(item.body.get("reason") or item.body.get("note") or "")},
    )
    advance.desk.cancel(case, item.client.person, case.version)


def _withdraw(advance: Advance, case: Case, item: Action) -> None:
    case.did(
        Withdrawn(
            item.client.person,
            str(item.body.get("reason") or item.body.get("note") or "") or None,
        ),
        advance.unit.now,
    )
    advance.desk.tell(case, "Withdrawn", item.client.person, {})
    case.waits = ()
    condition = advance.desk.fold(case) if case.terms is not None else None
    if isinstance(condition, Condition):
        bookkeeping.unbook(advance.desk, case, condition)


def hold(advance: Advance, case: Case, item: Action) -> None:
    """Keep it from leaving; what is on the wire needs a condition change, which is not built yet."""
    if case.released is not None:
        raise refuse(
            "state",
            "on_the_wire",
            "it has left; holding it there needs sese.030 or MT530",
            _state(advance, case),
        )
    case.flags.add(f"held:{item.client.person}")
    advance.desk.tell(case, "Held", item.client.person, {})


def release(advance: Advance, case: Case, item: Action) -> None:
    """Let go what was held here, not sent yet."""
    held = {f for f in case.flags if f.startswith("held:")}
    if not held:
        raise refuse("state", "not_held", "it is not held here", _state(advance, case))
    case.flags -= held
    advance.desk.tell(case, "Unheld", item.client.person, {})
    advance.desk.proceed(case, item.client.person)


def release_date(advance: Advance, case: Case, item: Action) -> None:
    """Two persons may let a date stand that the calendar calls closed: calendars are wrong too."""
    person = item.client.person
    waiting = {code for code, _ in case.waits} & RELEASABLE
    if not waiting:
        raise refuse(
            "state", "nothing_to_release", "no date holds this instruction", _state(advance, case)
        )
    for code in sorted(waiting):
        first = next((f for f in case.flags if f.startswith(f"lift:{code}:")), None)
        if first is None:
            case.flags.add(f"lift:{code}:{person}")
            advance.desk.tell(case, "DateReleaseAsked", person, {"wait": code})
        elif first.rpartition(":")[2] == person:
            raise refuse(
                "actor",
                "four_eyes",
                f"{person} asked for this; another person must release it",
                person,
            )
        else:
            case.flags -= {first}
            case.flags.add(f"lifted:{code}:{person}")
            advance.desk.tell(case, "DateReleased", person, {"wait": code})
    case.terms_changed = True
    advance.desk.complete(case)
    advance.desk.proceed(case, person)


def amend(advance: Advance, case: Case, item: Action) -> None:
    """Change the economics: cancel what is out there, wait, and send the replacement (DOMAIN 2.8)."""
    state = _state(advance, case)
    body = _changed(case, item.body)
    if state in UNSENT:
        _repair(advance, case, item, body)
        return
    condition = advance.desk.fold(case)
    if (
        state not in CANCELLABLE
        or not isinstance(condition, Condition)
        or condition.settled_quantity
    ):
        raise refuse(
            "state", "not_amendable", f"an instruction that is {state} cannot be amended", state
        )
    if any(f.startswith("amend:") for f in case.flags):
        raise refuse(
            "state", "amended_already", "a replacement waits for the cancellation already", state
        )
    version = case.next_version()
    problems = advance.desk.check(case, body)
    if problems:
        raise Refused("invalid", problems)
    _keep_version(advance, case, body, version, item)
    case.flags.add(f"amend:{version}")
    advance.desk.tell(
        case, "Amended", item.client.person, {"version": version, "changes": item.body}
    )
    advance.desk.cancel(case, item.client.person, case.version)


def _repair(advance: Advance, case: Case, item: Action, body: Instruction | Payment) -> None:
    """Nothing was accepted out there: a new version goes at once, after a new approval where one is due."""
    problems = advance.desk.check(case, body)
    if problems:
        raise Refused("invalid", problems)
    person = item.client.person
    case.flags.discard("unbuildable")
    case.flags.add(f"maker:{person}")
    advance.desk.tell(case, "Amended", person, {"version": case.version + 1, "changes": item.body})
    condition = advance.desk.fold(case) if case.terms is not None else None
    if isinstance(condition, Condition):
        bookkeeping.unbook(advance.desk, case, condition)
    _keep_version(advance, case, body, case.next_version(), item)
    case.body = body
    advance.desk.complete(case)
    advance.desk.supersede(case, person)


def decide_fate(advance: Advance, case: Case, item: Action) -> None:
    """A person found out whether a payment of unknown fate left (DOMAIN 4.7)."""
    released = case.released
    if released is None or _state(advance, case) != "fate_unknown":
        raise refuse("state", "fate_known", "its fate is not in question", _state(advance, case))
    left = item.body.get("left")
    if not isinstance(left, bool):
        raise refuse("left", "boolean", "say true or false", str(left))
    case.did(FateDecided(released.reference, left, item.client.person), advance.unit.now)
    advance.desk.tell(case, "FateDecided", item.client.person, {"left": left})


def _changed(case: Case, changes: dict[str, Any]) -> Instruction | Payment:
    """The body with these fields replaced; Refused with every problem."""
    assert case.body is not None
    fixed = {"reference", "portfolio", "isin", "direction", "kind", "wire"} & changes.keys()
    if fixed:
        raise Refused(
            "fixed_field",
            [
                Problem(
                    f,
                    "fixed_field",
                    "cannot be amended; cancel and send a new instruction",
                    str(changes[f]),
                )
                for f in sorted(fixed)
            ],
        )
    merged = case.body.model_dump(mode="json", exclude_none=True) | changes
    try:
        return type(case.body).model_validate({k: v for k, v in merged.items() if v is not None})
    except pydantic.ValidationError as error:
        raise Refused(
            "invalid",
            [
                Problem(
                    ".".join(str(p) for p in e["loc"]) or "(body)",
                    e["type"],
                    e["msg"],
                    str(e.get("input"))[:60],
                )
                for e in error.errors(include_url=False)
            ],
        ) from error


def _keep_version(
    advance: Advance, case: Case, body: Instruction | Payment, version: int, item: Action
) -> None:
    """What a person made of it, under a negative number: it waits, or it is what the next edit changes."""
    format_, link = case.formats.get(case.version, ("", ""))
    advance.unit.versions.append(
        VersionRow(
            case.lane,
            case.id,
            -version,
            f"kept {version}",
            format_,
            link,
            body.model_dump_json(exclude_none=True),
            advance.desk.static_version,
            item.client.person,
        )
    )
    case.bodies[-version] = body


def _state(advance: Advance, case: Case) -> str:
    return advance.desk.state_of(case)


def _content(case: Case) -> str:
    """What was approved: a later edit is another content."""
    assert case.body is not None
    return case.body.model_dump_json(exclude_none=True)


ACTIONS = {
    "approve": approve,
    "cancel": cancel,
    "hold": hold,
    "release": release,
    "release_date": release_date,
    "amend": amend,
    "repair": amend,
    "decide_fate": decide_fate,
}
