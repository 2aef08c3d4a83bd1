"""The story of the demo day as a table: when, what is shown, and who does what.

A step's `path` may name an instruction of the story as `{REFERENCE}`, its `look` a figure of
`gateway/demo_figures.py` as `{figure}`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from gateway.demo_orders import (
    AT_NIGHT,
    BLOCK,
    GIFT,
    NIGHT,
    NVDA_FIVE_HUNDRED,
    NVDA_FIVE_THOUSAND,
    PREFIX,
    SALE,
    SAP_FRIDAY,
    TREASURY,
)

NEW_YORK = ZoneInfo("America/New_York")


@dataclass(frozen=True, slots=True)
class Step:
    """One act of one person, and what to look at until the next."""

    at: datetime
    seconds: float  # on the screen, at its usual speed
    look: str
    about: str = ""  # reference of the instruction to look at
    who: str = ""
    path: str = ""
    body: Any = None
    answer: int = 200
    kills: bool = False  # a second gateway process takes its share of the work, and is killed


@dataclass(frozen=True, slots=True)
class Scene:
    """One scene: its title, its steps in time order, and where its instructions must stand at its end."""

    title: str
    steps: tuple[Step, ...]
    ends: dict[str, str] = field(default_factory=dict)  # state by reference


def et(day: int, clock: str) -> datetime:
    """A moment of November 2026 in New York."""
    hour, minute = map(int, clock.split(":"))
    return datetime(2026, 11, day, hour, minute, tzinfo=NEW_YORK)


SCENES: tuple[Scene, ...] = (
    Scene(
        "A purchase goes out",
        (
            Step(
                et(23, "13:30"),
                12,
                "Three funds bought 12,000 Microsoft shares from a broker, for delivery tomorrow."
                " The order system hands the trades over; Finality writes the instructions for the"
                " custodian and sends them, with no hand on them.",
                PREFIX + "MSFT-1",
                "upstream",
                "/v1/instructions",
                BLOCK,
            ),
            Step(
                et(23, "13:35"),
                18,
                "Sent, acknowledged by the network, accepted by the custodian and matched with the"
                " broker's side: each of these is a message, with its time and its bytes. Now"
                " everyone waits for tomorrow.",
                PREFIX + "MSFT-1",
            ),
        ),
        {PREFIX + f"MSFT-{n}": "pending" for n in (1, 2, 3)},
    ),
    Scene(
        "The two sides disagree",
        (
            Step(
                et(23, "15:05"),
                6,
                "A purchase of 500 NVIDIA shares goes out. The broker, Kestrel, has 5,000.",
                PREFIX + "NVDA",
                "upstream",
                "/v1/instructions",
                [NVDA_FIVE_HUNDRED],
            ),
            Step(
                et(23, "15:10"),
                14,
                "The custodian answers that it does not match: the quantity differs. Unmatched it"
                " would fail tomorrow, so the move is ours: ask who is right.",
                PREFIX + "NVDA",
            ),
            Step(
                et(23, "15:20"),
                12,
                "Kestrel was right. A message that left cannot be edited: Anna's correction goes"
                " out as a cancellation, waits for its answer, and only then sends 5,000 anew."
                " Never both at once.",
                PREFIX + "NVDA",
                "anna",
                "/v1/instructions/{STORY-NVDA}/amend",
                NVDA_FIVE_THOUSAND,
            ),
        ),
        {PREFIX + "NVDA": "pending"},
    ),
    Scene(
        "Three to remember",
        (
            Step(
                et(23, "16:10"),
                12,
                "20,000 SAP bought on Friday, a sale of 3,000 Microsoft and a Treasury bond of 25"
                " million go out and match. Tomorrow something happens to each of them.",
                PREFIX + "SAP",
                "upstream",
                "/v1/instructions",
                [SAP_FRIDAY, SALE, TREASURY],
            ),
        ),
        {PREFIX + name: "pending" for name in ("SAP", "CROSSED", "UST")},
    ),
    Scene(
        "Nobody approves alone",
        (
            Step(
                et(23, "17:30"),
                8,
                "Anna keys a delivery of 250 Microsoft shares for no payment at all. Whoever could"
                " do that alone could give the fund away, so it waits for a second person.",
                PREFIX + "FREE",
                "anna",
                "/v1/instructions",
                [GIFT],
            ),
            Step(
                et(23, "17:32"),
                8,
                "Anna tries to approve it herself: refused, because she made it. It is still not sent.",
                PREFIX + "FREE",
                "anna",
                "/v1/instructions/{STORY-FREE}/approve",
                {},
                403,
            ),
            Step(
                et(23, "17:35"),
                12,
                "Ben approves, and it leaves. The network refuses it and names the line: the"
                " receiver's code is one it does not know. Nothing reached the custodian.",
                PREFIX + "FREE",
                "ben",
                "/v1/instructions/{STORY-FREE}/approve",
                {},
            ),
            Step(
                et(23, "17:45"),
                4,
                "Anna corrects the code. What Ben approved was something else, so it waits for him again.",
                PREFIX + "FREE",
                "anna",
                "/v1/instructions/{STORY-FREE}/repair",
                {"buyr": None},
            ),
            Step(
                et(23, "17:47"),
                8,
                "Ben approves what stands there now: it goes, and is accepted and matched.",
                PREFIX + "FREE",
                "ben",
                "/v1/instructions/{STORY-FREE}/approve",
                {},
            ),
        ),
        {PREFIX + "FREE": "pending"},
    ),
    Scene(
        "A process is killed",
        (
            Step(
                et(23, "23:30"),
                6,
                "A second gateway process shared the work. Three European purchases came in; it"
                " sent them, and was killed (kill -9) before it could write down that they had"
                " left. This one has taken over its work.",
                NIGHT[0],
                "upstream",
                "/v1/instructions",
                AT_NIGHT,
                kills=True,
            ),
            Step(
                et(23, "23:40"),
                20,
                "Of {accepted} accepted instructions {lost} are lost. {again} went out again,"
                " marked as possible duplicates, because nobody could know; the custodian took"
                " {twice} of them twice.",
                NIGHT[0],
            ),
        ),
        dict.fromkeys(NIGHT, "pending"),
    ),
    Scene(
        "Part of it arrives",
        (
            Step(
                et(24, "03:35"),
                14,
                "09:35 in Frankfurt: the seller of the 20,000 SAP had 12,000 and delivered those."
                " 12,000 are ours and paid for; 8,000 stay open.",
                PREFIX + "SAP",
            ),
            Step(
                et(24, "10:05"),
                12,
                "The day's last settlement in Frankfurt is over: 8,000 SAP are failing, the seller"
                " lacks the shares (CLAC). The move is the seller's; the desk can only chase.",
                PREFIX + "SAP",
            ),
        ),
        {PREFIX + "SAP": "failing"},
    ),
    Scene(
        "Two messages cross",
        (
            Step(
                et(24, "14:25"),
                6,
                "The sale of 3,000 Microsoft was dealt in error. Anna asks the custodian to cancel"
                " it, minutes before it settles.",
                PREFIX + "CROSSED",
                "anna",
                "/v1/instructions/{STORY-CROSSED}/cancel",
                {"reason": "dealt in error"},
            ),
            Step(
                et(24, "14:30"),
                15,
                "Our request and the confirmation of delivery (MT547) crossed on the way. What has"
                " settled cannot be cancelled: settlement wins, and the custodian's refusal says"
                " why.",
                PREFIX + "CROSSED",
            ),
        ),
        {PREFIX + "CROSSED": "settled"},
    ),
    Scene(
        "A bond does not come",
        (
            Step(
                et(24, "15:35"),
                16,
                "25 million of the Treasury 4.25 % of November 2034, for USD 24,901,415.75, was"
                " not delivered by the close: the seller fails (CLAC). It stays open in full, and"
                " in sight, until it comes.",
                PREFIX + "UST",
            ),
        ),
        {PREFIX + "UST": "failing"},
    ),
    Scene(
        "The end of the day",
        (
            Step(
                et(24, "18:30"),
                25,
                "Due by today: {due}. {settled} settled, {cancelled} cancelled, {explained} open"
                " and explained, {unexplained} unexplained; {later} are due later. {money} changed"
                " hands. Every message and booking checked (finality verify): {verify}. From here"
                " the desk runs on by itself.",
            ),
        ),
    ),
)
LAST = et(24, "18:30")  # where the last scene ends
