"""A conversation: who hears, thinks, speaks and shows when, and what was heard of it."""
