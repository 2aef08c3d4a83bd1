"""What people and upstream systems do to a known instruction. Checker is never maker, by person."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pydantic

from gateway.handlers import terms
from gateway.handlers.case import Case
from gateway.handlers.condition_row import FOLLOW_UP_DUE, flags_of
from gateway.identity import Client
from gateway.items import Action, Result
from gateway.rights import ACTION_RIGHTS, BEYOND, Right, subject_of
from schemas.fact import Approved, FateDecided, Withdrawn
from schemas.instruction import Instruction, Payment
from schemas.problem import Problem, Refused
from settlement import actions
from settlement.condition import Condition
from settlement.findings import RELEASABLE
from store.cases import Timer, VersionRow

if TYPE_CHECKING:
    from gateway.handlers.advance import Advance

WHICH_CONTENT = (
    "say which content is approved: look at `current` of GET /v1/instructions/{id} (or /v1/payments/{id})"
    " and send the `content` that stands beside it"
)


def act(advance: Advance, item: Action) -> None:
    """Do it, or refuse with the reason; either way the person is answered."""
    case = advance.known.get(item.id)
    try:
        if case is None:
            raise refuse("id", "not_ready", "the instruction is still being taken in; try again")
        refusal = actions.why_not(item.action, standing(advance, case), item.client.person)
        if refusal is not None:
            raise refuse(
                refusal.path, refusal.rule, refusal.text, _about(advance, case, item, refusal)
            )
        may(advance, item.client, ACTION_RIGHTS[item.action], case)
        ACTIONS[item.action](advance, case, item)
        case.flags.discard(FOLLOW_UP_DUE)  # what was refused leaves it due
        case.touched = True
        advance.results[id(item)] = Result("done", case.id, advance.desk.state_of(case))
    except Refused as refused:
        advance.results[id(item)] = Result("refused", item.id, None, refused.problems)


def may(advance: Advance, client: Client, right: Right, case: Case) -> None:
    """Refused when this client's rights do not reach the instruction as it stands."""
    assert case.body is not None
    if not client.bounds and client.may(right):
        return
    subject = subject_of(case.body, case.portfolio, advance.desk.static, advance.desk.today)
    if (why := client.why_not(right, subject)) is not None:
        asked = (
            f"{subject.kind} {subject.portfolio} {subject.currency or ''} {subject.amount or ''}"
        )
        raise refuse("rights", BEYOND, f"{why}; another person must do this", asked.strip())


def refuse(path: str, rule: str, message: str, value: str | None = None) -> Refused:
    """A refusal with one reason."""
    return Refused(rule, [Problem(path, rule, message, value)])


def standing(advance: Advance, case: Case) -> actions.Standing:
    """What the rules of settlement/actions.py ask of it."""
    condition = advance.desk.fold(case) if case.terms is not None else None
    securities = condition if isinstance(condition, Condition) else None
    return actions.Standing(
        state=condition.state.value if condition else "draft",
        securities=case.securities,
        flags=frozenset(flags_of(case, condition)),
        left=case.released is not None,
        approved=case.has(Approved),
        open=bool(securities and securities.open_quantity),
        part_settled=bool(securities and securities.settled_quantity),
        makers=frozenset({case.maker, *(f[6:] for f in case.flags if f.startswith("maker:"))}),
    )


def _about(advance: Advance, case: Case, item: Action, refusal: actions.WhyNot) -> str:
    return item.client.person if refusal.path == "actor" else advance.desk.state_of(case)


def approve(advance: Advance, case: Case, item: Action) -> None:
    """A second person lets it go (DOMAIN 10.1)."""
    person = item.client.person
    shown, stands = item.body.get("content"), hashlib.sha256(_content(case).encode()).hexdigest()
    if not shown:
        raise refuse("content", "missing", WHICH_CONTENT)
    if shown != stands:
        text = f"its content is {stands[:12]} now, not what was shown; look again, then decide"
        raise refuse("content", "stale", text, str(shown)[:64])
    again = "reapprove:" in case.flags
    if again and case.released is not None and case.body is not None:
        problems = terms.check(advance.desk, case, case.body)
        if problems:  # static data moved on since it was repaired
            raise Refused("invalid", problems)
    case.flags.discard("reapprove:")
    if not case.has(Approved):  # changed while it was a draft, it waits for a first approval still
        case.did(Approved(person), advance.unit.now)
    advance.desk.tell(case, "Approved", person, {"content": _content(case)})
    if again:
        advance.desk.go_on(case, person)
    else:
        advance.desk.proceed(case, person)


def cancel(advance: Advance, case: Case, item: Action) -> None:
    """Take it back: at once while nothing is out there, else by a cancellation message."""
    where = standing(advance, case)
    if where.state in actions.UNSENT or where.uninstructed:
        _withdraw(advance, case, item)
        return
    advance.desk.tell(case, "CancelRequested", item.client.person, {"reason": _reason(item)})
    advance.desk.cancel(case, item.client.person, case.version)


def _withdraw(advance: Advance, case: Case, item: Action) -> None:
    """Nothing of it is out there any more: its trade is over with it."""
    case.did(Withdrawn(item.client.person, _reason(item) or None), advance.unit.now)
    advance.desk.tell(case, "Withdrawn", item.client.person, {})
    case.waits = ()


def hold(advance: Advance, case: Case, item: Action) -> None:
    """Keep it from leaving; what is on the wire needs a condition change, which is not built yet."""
    case.flags.add(f"held:{item.client.person}")
    advance.desk.tell(case, "Held", item.client.person, {})


def release(advance: Advance, case: Case, item: Action) -> None:
    """Let go what was held here, not sent yet."""
    case.flags -= {f for f in case.flags if f.startswith("held:")}
    advance.desk.tell(case, "Unheld", item.client.person, {})
    advance.desk.proceed(case, item.client.person)


def release_date(advance: Advance, case: Case, item: Action) -> None:
    """Two persons may let a date stand that the calendar calls closed: calendars are wrong too."""
    person = item.client.person
    for code in sorted({code for code, _ in case.waits} & RELEASABLE):
        first = next((f for f in case.flags if f.startswith(f"lift:{code}:")), None)
        if first is None:
            case.flags.add(f"lift:{code}:{person}")
            advance.desk.tell(case, "DateReleaseAsked", person, {"wait": code})
        elif first.rpartition(":")[2] != person:
            case.flags -= {first}
            case.flags.add(f"lifted:{code}:{person}")
            advance.desk.tell(case, "DateReleased", person, {"wait": code})
    case.terms_changed = True
    advance.desk.complete(case)
    advance.desk.proceed(case, person)


def amend(advance: Advance, case: Case, item: Action) -> None:
    """Change it: at once where nothing is out there, else by cancel and replace (DOMAIN 2.8)."""
    body = _changed(case, item.body)
    where = standing(advance, case)
    if where.state in actions.UNSENT or where.uninstructed:
        _repair(advance, case, item, body)
        return
    if body == case.body:
        raise refuse("(body)", "unchanged", "these are its values already; nothing would change")
    if advance.desk.second_person(case, body):  # its replacement would leave on one person's word
        words = "another person approves what is sent of this: cancel it and hand in a new one"
        raise refuse("state", "approval_needed", words, where.state)
    version = case.next_version()
    problems = terms.check(advance.desk, case, body)
    if problems:
        raise Refused("invalid", problems)
    _keep_version(advance, case, body, version, item)
    case.flags.add(f"amend:{version}")
    advance.desk.tell(
        case, "Amended", item.client.person, {"version": version, "changes": item.body}
    )
    advance.desk.cancel(case, item.client.person, case.version)


def _repair(advance: Advance, case: Case, item: Action, body: Instruction | Payment) -> None:
    """Nothing stands out there: a new version goes at once, after a new approval where one is due."""
    problems = terms.check(advance.desk, case, body)
    if problems:
        raise Refused("invalid", problems)
    person = item.client.person
    case.flags.discard("unbuildable")
    case.flags.add(f"maker:{person}")
    advance.desk.tell(case, "Amended", person, {"version": case.version + 1, "changes": item.body})
    _keep_version(advance, case, body, case.next_version(), item)
    advance.desk.adopt(case, body)
    advance.desk.supersede(case, person)


def decide_fate(advance: Advance, case: Case, item: Action) -> None:
    """A person found out whether a payment of unknown fate left (DOMAIN 4.7)."""
    assert case.released is not None
    left = item.body.get("left")
    if not isinstance(left, bool):
        raise refuse("left", "boolean", "say true or false", str(left))
    case.did(FateDecided(case.released.reference, left, item.client.person), advance.unit.now)
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


def _reason(item: Action) -> str:
    """Why, in the person's words; the desk calls it a note."""
    return str(item.body.get("reason") or item.body.get("note") or "")


def _content(case: Case) -> str:
    """What was approved: a later edit is another content."""
    assert case.body is not None
    return case.body.model_dump_json(exclude_none=True)


def own(advance: Advance, case: Case, item: Action) -> None:
    """Take it on oneself, from whoever had it."""
    _owned_by(advance, case, item, item.client.person, "Owned")


def let_go(advance: Advance, case: Case, item: Action) -> None:
    """It is nobody's own any more."""
    case.flags -= {f for f in case.flags if f.startswith("owner:")}
    advance.desk.tell(case, "OwnerLeft", item.client.person, {})


def assign(advance: Advance, case: Case, item: Action) -> None:
    """Give it to a person who can sign in."""
    to = str(item.body.get("to", ""))
    if to not in advance.persons:
        raise refuse("to", "unknown_person", f"one of {', '.join(sorted(advance.persons))}", to)
    _owned_by(advance, case, item, to, "Assigned")


def _owned_by(advance: Advance, case: Case, item: Action, owner: str, told: str) -> None:
    before = sorted(f[6:] for f in case.flags if f.startswith("owner:"))
    case.flags -= {f"owner:{person}" for person in before}
    case.flags.add(f"owner:{owner}")
    said = {"owner": owner} | ({"before": before[0]} if before else {})
    advance.desk.tell(case, told, item.client.person, said)


def note(advance: Advance, case: Case, item: Action) -> None:
    """A person's words, for the timeline."""
    advance.desk.tell(case, "Noted", item.client.person, {"note": str(item.body["text"])})


def follow_up(advance: Advance, case: Case, item: Action) -> None:
    """It comes up again among what to do now, at this business time; without a time it does not."""
    case.flags -= {f for f in case.flags if f.startswith("follow_up:")}
    at = _moment(item.body.get("at"))
    if at is not None and at <= advance.unit.now:
        now = f"{advance.unit.now:%Y-%m-%dT%H:%M:%SZ}"
        raise refuse("at", "past", f"give a time after the business time {now}", at.isoformat())
    said = {}
    if at is not None:
        said = {"at": f"{at:%Y-%m-%dT%H:%M:%SZ}"}
        case.flags.add(f"follow_up:{said['at']}")
        advance.unit.timers.append(Timer(case.lane, case.id, "follow_up", at))
    advance.desk.tell(case, "FollowUpSet", item.client.person, said)


def _moment(at: object) -> datetime | None:
    """The instant in UTC; commands between processes carry it as text."""
    if at is None:
        return None
    moment = at if isinstance(at, datetime) else datetime.fromisoformat(str(at))
    return moment.astimezone(UTC).replace(microsecond=0)


ACTIONS = {
    "approve": approve,
    "cancel": cancel,
    "hold": hold,
    "release": release,
    "release_date": release_date,
    "amend": amend,
    "repair": amend,
    "decide_fate": decide_fate,
    "own": own,
    "let_go": let_go,
    "assign": assign,
    "follow_up": follow_up,
    "note": note,
}
