"""How much a number of calls takes: a simulation fed with measured service times (`python -m ops.measure.capacity`)."""
