"""应急: rain, ponding, gas, fire, manholes, and what each of them means for what is near."""
