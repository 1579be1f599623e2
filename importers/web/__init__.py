"""Requests to a server: transport, login, retries, throttle, worker threads, journal."""
