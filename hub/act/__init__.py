"""The outbox edge: forwards events between partitions and sends commands to devices."""
