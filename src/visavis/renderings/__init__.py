"""Videos that were ordered: who waits for which, what is being made, and where it lies when it is done."""
