"""The scenarios (场景) that come with the hub: one folder each, on `hub.sdk` only."""
