"""All simulators in one process: same engines, same journals, handing over in memory."""

from __future__ import annotations

from simulators import launch


def main() -> None:
    """Run network, custodians and banks until they are stopped."""
    launch.main("all")


if __name__ == "__main__":
    main()
