"""The HTTP API's routes, a module per part; what guards them is in gateway/http.py."""
