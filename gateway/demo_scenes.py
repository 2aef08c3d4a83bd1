"""The story of the demo day as a table: when, what is shown, and who does what.

A step's `path` may name an instruction of the story as `{REFERENCE}`; its `facts` are
figures of `gateway/demo_figures.py`.
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
    about: str = ""  # reference of the instruction to look at, or a page of the desk
    who: str = ""
    path: str = ""
    body: Any = None
    answer: int = 200
    kills: bool = False  # a second gateway process takes its share of the work, and is killed
    facts: tuple[tuple[str, str], ...] = ()  # label, and name of the figure


@dataclass(frozen=True, slots=True)
class Scene:
    """One scene: its title, its steps in time order, and where its instructions must stand at its end."""

    title: str
    steps: tuple[Step, ...]
    ends: dict[str, str] = field(default_factory=dict)  # state by reference

    def heart(self) -> Step:
        """The step that stays longest on the screen: the scene's picture."""
        return max(self.steps, key=lambda step: step.seconds)


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
                16,
                "Three funds have bought 12,000 Microsoft shares from the broker Kestrel, to be paid"
                " on delivery tomorrow. Their order system hands the trades over; Finality writes to"
                " the custodian, the bank that keeps the funds' shares and cash. Nobody touched it.",
                PREFIX + "MSFT-1",
                "upstream",
                "/v1/instructions",
                BLOCK,
            ),
            Step(
                et(23, "13:35"),
                20,
                "Sent, acknowledged by the network, accepted by the custodian, and matched with what"
                " Kestrel told it: each line of the timeline is a message, with its time and its"
                " bytes. Now everyone waits for tomorrow; there is nothing to do.",
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
                8,
                "A purchase of 500 NVIDIA shares goes out. Kestrel has written down 5,000.",
                PREFIX + "NVDA",
                "upstream",
                "/v1/instructions",
                [NVDA_FIVE_HUNDRED],
            ),
            Step(
                et(23, "15:10"),
                16,
                "The custodian answers: unmatched, the quantity differs. Left alone it would fail"
                " tomorrow, so the move is ours: the desk asks Kestrel who is right.",
                PREFIX + "NVDA",
            ),
            Step(
                et(23, "15:20"),
                14,
                "Kestrel was right. A message that has left cannot be edited: Anna's correction goes"
                " out as a cancellation, waits for its answer, and only then as a new instruction"
                " for 5,000. Never both at once.",
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
                14,
                "20,000 SAP bought on Friday, a sale of 3,000 Microsoft and a Treasury bond of 25"
                " million go out and match. Tomorrow something happens to each of them.",
                "/?tab=all&q=STORY-",
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
                11,
                "Anna keys a delivery of 250 Microsoft shares for no payment at all. Whoever could"
                " do that alone could give the fund away, so it waits for a second person.",
                PREFIX + "FREE",
                "anna",
                "/v1/instructions",
                [GIFT],
            ),
            Step(
                et(23, "17:32"),
                9,
                "Anna tries to approve it herself, and is refused: she made it. Nothing is sent.",
                PREFIX + "FREE",
                "anna",
                "/v1/instructions/{STORY-FREE}/approve",
                {},
                403,
            ),
            Step(
                et(23, "17:35"),
                14,
                "Ben approves, and it leaves. The network refuses it (NAK) and names the line: it"
                " does not know the receiver's code. Nothing has reached the custodian.",
                PREFIX + "FREE",
                "ben",
                "/v1/instructions/{STORY-FREE}/approve",
                {},
            ),
            Step(
                et(23, "17:45"),
                9,
                "Anna corrects the code. What Ben approved was something else, so it waits for a"
                " second person again.",
                PREFIX + "FREE",
                "anna",
                "/v1/instructions/{STORY-FREE}/repair",
                {"buyr": None},
            ),
            Step(
                et(23, "17:47"),
                10,
                "Ben approves what stands there now: it goes out, is accepted, and matches.",
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
                16,
                "At night three purchases in Europe come in. The gateway process that sends them is"
                " killed (kill -9) at the worst moment: they have left, and it has not written that"
                " down. The process you are looking at has taken over its work.",
                NIGHT[0],
                "upstream",
                "/v1/instructions",
                AT_NIGHT,
                kills=True,
            ),
            Step(
                et(23, "23:40"),
                20,
                "Nobody can know whether they arrived. So they went out again, marked as possible"
                " duplicates, and the custodian, who had them, did not take them twice. What the restart"
                " did is counted below from the books: nothing lost, nothing twice.",
                "/links#restart",
                facts=(
                    ("instructions accepted so far", "accepted"),
                    ("of them lost", "lost"),
                    ("sent again, marked", "again"),
                    ("taken twice", "twice"),
                ),
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
                "Tuesday, 09:35 in Frankfurt: the seller of the 20,000 SAP had only 12,000 and"
                " delivered those. 12,000 are ours and paid for; 8,000 stay open.",
                PREFIX + "SAP",
            ),
            Step(
                et(24, "10:05"),
                16,
                "The day's last settlement in Frankfurt is over, and 8,000 SAP have failed: the"
                " seller lacks the shares (CLAC). The move is the seller's; the desk can only chase.",
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
                10,
                "The sale of 3,000 Microsoft was a mistake. Anna asks the custodian to cancel it,"
                " minutes before it settles.",
                PREFIX + "CROSSED",
                "anna",
                "/v1/instructions/{STORY-CROSSED}/cancel",
                {"reason": "dealt in error"},
            ),
            Step(
                et(24, "14:30"),
                16,
                "Her request and the confirmation of delivery (MT547) crossed on the way. What has"
                " settled cannot be cancelled: settlement wins, and the custodian's refusal says why.",
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
                "25 million of the Treasury 4.25 % of November 2034, for USD 24,901,415.75, was not"
                " delivered by the close: the seller lacks it (CLAC). It stays open in full, and in"
                " sight, until it comes.",
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
                32,
                "May the desk go home? What was due by today, what became of it, and whether every"
                " message, booking and position agrees with every other. Below is what is still"
                " open, and whose move it is. From here the demo runs on by itself.",
                "/?tab=failing",
                facts=(
                    ("due by today", "due"),
                    ("settled", "settled"),
                    ("cancelled", "cancelled"),
                    ("open, with a reason", "explained"),
                    ("open, unexplained", "unexplained"),
                    ("due later", "later"),
                    ("changed hands", "money"),
                    ("faults found by finality verify", "faults"),
                ),
            ),
        ),
    ),
)
LAST = et(24, "18:30")  # where the last scene ends
