"""The other side of the wire: network, custodians, bank. Written from the standard, shares no code with us."""
