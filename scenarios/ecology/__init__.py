"""智慧生态: the air of the city, by HJ 633-2026."""
