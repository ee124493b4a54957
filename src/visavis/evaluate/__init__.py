"""How good it is: scenarios are performed, what comes out is measured, and the figures are judged.

    scenario (TOML) -> subject performs it -> material -> metrics -> readings -> results -> report, verdict

Only `subjects` knows who is evaluated, and only `footage` opens what is measured; a metric sees one piece of
material, and asks engines of the house where words or voices are to be held against others. The report sees
results and the clips beside them. A further scenario, metric or subject is one file, and nothing else has to
be edited.
"""
