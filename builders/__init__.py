"""Values to bytes: one instruction, two wires. Nothing here does I/O."""
