"""The commands, one a file: `add` declares what it takes, `run` does it.

Each imports what it needs when it runs, so that help and the other commands stay quick.
"""
