"""The other side of the wire: network, custodians, bank. It shares no code with us."""
