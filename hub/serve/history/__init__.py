"""历史回放: the city as it was, on a websocket of its own (docs/protocol.md)."""
