"""The HTTP API: one noun a file; lists are paged, filtered, and come as CSV too."""
