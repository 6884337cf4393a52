"""Stories (剧本) as data: one TOML file each."""
