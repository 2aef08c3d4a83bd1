"""The HTTP API's routes, a module per part; how they are guarded and answered is in gateway/http.py."""
