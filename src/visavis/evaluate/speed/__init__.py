"""How fast it is, what it takes, and how that grows: fixed work, measured again and again.

    work (one file each) -> a process of its own performs it, in turns with the others -> samples, each with a
    reference run beside it -> a line of the history -> summaries, growth, comparison, chart

A work knows engines and nothing of measuring; all other modules know nothing of engines. No figure rests on
one run, and each has its ratio to a piece of work that stands for the machine, so that machines compare.
"""
