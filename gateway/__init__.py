"""The shell around the pure core: HTTP, links, clock, settings, handlers, wiring, command line."""
