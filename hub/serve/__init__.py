"""The HTTP and websocket edge: what happens goes to every screen, what is decided to the log."""
