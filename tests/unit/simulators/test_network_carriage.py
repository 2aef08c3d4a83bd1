"""The simulated network carries messages both ways, and its fault plan does what it says."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

from simulator_cast import NOW, SWIFT, fin, instruction, mt54x, pdu, sese_023

from simulators import fin as fin_text
from simulators import mx
from simulators.swift import Network

ANSWER = (
    b"{1:F01HARBUS30AXXX0000000000}{2:I548ALDRUS30XXXXN}{3:{108:C1}}"
    b"{4:\r\n:16R:GENL\r\n:20C::SEME//C1\r\n:16S:GENL\r\n-}"
)


def network(**faults: object) -> Network:
    engine = Network()
    engine.configure(7, {**SWIFT, "faults": faults})
    return engine


def play(engine: Network) -> list[tuple[str, str, bytes, datetime]]:
    said = []
    while (due := engine.due()) is not None:
        said += [(d.link, d.label.type, d.raw, due) for d in engine.emit(due)]
    return said


def on(link: str, said: list[tuple[str, str, bytes, datetime]]) -> list[bytes]:
    return [raw for where, _, raw, _ in said if where == link]


def test_an_instruction_is_acknowledged_by_its_mur_and_delivered():
    engine = network()
    engine.receive("swift", instruction(), NOW)
    said = play(engine)
    assert on("swift", said) == [
        b"{1:F21ALDRUS30AXXX0001000001}{4:{177:2611231330}{451:0}{108:SI20261123000001}}"
    ]
    delivered = fin_text.read(on("network/HARBUS30", said)[0])
    assert delivered.application.startswith("O5411330261123ALDRUS30AXXX0001000001261123")
    assert len(delivered.application) == 47
    assert delivered.basic == "F01HARBUS30AXXX0001000001"
    assert "{TNG:}" in delivered.trailer
    assert delivered.text == fin_text.read(instruction()).text


def test_a_refused_message_is_not_delivered():
    engine = network()
    engine.receive("swift", instruction().replace(b"UNIT/1000,", b"UNIT/1000"), NOW)
    said = play(engine)
    assert [type_ for _, type_, _, _ in said] == ["NAK"]
    assert b"{451:1}{405:T43019}{108:SI20261123000001}" in said[0][2]


def test_an_unknown_receiver_is_refused():
    engine = network()
    engine.receive("swift", fin(mt54x(), receiver="KESTUX30"), NOW)
    assert b"{405:H50}" in play(engine)[0][2]


def test_garbage_is_refused_and_others_go_on():
    engine = network()
    engine.receive("swift", b"\xff\xfe nonsense", NOW)
    engine.receive("swift", instruction(), NOW)
    assert [b"405:H98" in raw for raw in on("swift", play(engine))] == [True, False]


def test_an_answer_comes_back_with_mir_and_training_trailer():
    engine = network()
    engine.receive("network/HARBUS30", ANSWER, NOW)
    (raw,) = on("swift", play(engine))
    assert raw.startswith(b"{1:F01ALDRUS30AXXX0001000001}{2:O5481330261123HARBUS30AXXX0001000001")
    assert b"{5:{CHK:" in raw
    assert b"{TNG:}" in raw


def test_a_lost_acknowledgement_was_never_sent_and_the_resend_gets_one():
    engine = network(lose_ack=1.0)
    engine.receive("swift", instruction(), NOW)
    said = play(engine)
    assert (len(on("swift", said)), len(on("network/HARBUS30", said))) == (0, 1)
    engine.receive("swift", fin(mt54x(), pde=True), NOW + timedelta(minutes=5))
    said = play(engine)
    assert len(on("swift", said)) == 1
    assert b"{PDE:}" in on("network/HARBUS30", said)[0]


def test_the_same_bytes_again_get_the_acknowledgement_that_was_lost_and_no_second_delivery():
    engine = network(lose_ack=1.0)
    label = engine.receive("swift", instruction(), NOW)
    play(engine)
    engine.repeat("swift", label, NOW + timedelta(minutes=5))
    said = play(engine)
    assert (len(on("swift", said)), len(on("network/HARBUS30", said))) == (1, 0)


def test_a_duplicate_without_mark_is_the_same_bytes():
    engine = network(duplicate=1.0)
    engine.receive("network/HARBUS30", ANSWER, NOW)
    first, second = on("swift", play(engine))
    assert first == second


def test_a_marked_duplicate_has_pdm_and_its_own_number():
    engine = network(duplicate_pdm=1.0)
    engine.receive("network/HARBUS30", ANSWER, NOW)
    first, second = (fin_text.read(raw) for raw in on("swift", play(engine)))
    assert "{PDM:" in second.trailer
    assert first.text == second.text
    assert first.basic != second.basic


def test_delay_and_overtaking_move_messages_later():
    calm, late = network(), network(delay=1.0, delay_seconds=[600, 600], reorder=1.0)
    for engine in (calm, late):
        engine.receive("network/HARBUS30", ANSWER, NOW)
    wait = play(late)[0][3] - play(calm)[0][3]
    assert timedelta(seconds=605) <= wait <= timedelta(seconds=630)


def test_a_rule_strikes_one_reference_only():
    engine = Network()
    rules = [{"fault": "lose_ack", "ref_prefix": "SI20261123000002"}]
    engine.configure(7, {**SWIFT, "fault_rules": rules})
    engine.receive("swift", instruction("SI20261123000001"), NOW)
    engine.receive("swift", instruction("SI20261123000002"), NOW)
    (ack,) = on("swift", play(engine))
    assert b"SI20261123000001" in ack


def test_order_is_kept_where_the_plan_does_not_break_it():
    engine = network()
    for n in range(20):
        engine.receive("network/HARBUS30", ANSWER.replace(b"C1", b"C%d" % n), NOW)
    murs = [fin_text.read(raw).mur for raw in on("swift", play(engine))]
    assert murs == [f"C{n}" for n in range(20)]


def test_a_data_pdu_is_reported_acked_and_delivered():
    engine = network()
    engine.receive("swiftnet", sese_023(), NOW)
    said = play(engine)
    (report,) = on("swiftnet", said)
    assert b"<Saa:SenderReference>SX20261123000001<" in report
    assert b"NetworkAcked" in report
    assert mx.read(on("network/RHEIDE30", said)[0]).reference == "SX20261123000001"


def test_a_header_that_names_another_message_is_nacked():
    engine = network()
    engine.receive(
        "swiftnet", pdu("<A/>", "sese.023.001.11", "R1", "RHEIDE30", "sese.020.001.07"), NOW
    )
    (report,) = on("swiftnet", play(engine))
    assert b"NetworkNacked" in report
    assert b"X02" in report


def test_a_document_type_is_nacked():
    engine = network()
    bomb = b'<!DOCTYPE a [<!ENTITY b "c">]>' + sese_023().partition(b"\n")[2]
    engine.receive("swiftnet", bomb, NOW)
    (report,) = on("swiftnet", play(engine))
    assert b"NetworkNacked" in report


def test_settings_are_plain_json():
    assert json.loads(json.dumps(SWIFT)) == SWIFT
