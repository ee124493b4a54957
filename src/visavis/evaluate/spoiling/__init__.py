"""Material spoiled on purpose, in ways that metrics have to notice: a metric that does not is of no use."""
