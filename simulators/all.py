"""All simulators in one process: the same engines and journals, handed over in memory where both ends are here."""

from __future__ import annotations

from simulators import launch


def main() -> None:
    """Run network, custodians and banks until they are stopped."""
    launch.main("all")


if __name__ == "__main__":
    main()
