"""好就医: emergency departments, beds, ambulances, and what reaches them from the city."""
