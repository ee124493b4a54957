"""How good it is: scenarios are performed, what comes out is measured, and the figures are judged.

    scenario (TOML) -> subject performs it -> material -> metrics -> readings -> results -> report, verdict

Only `subjects` knows engines and servers, only `takes` and `seeing` open media; a metric sees one piece of
material and nothing else, the report sees results and the clips beside them. A further scenario, metric or
subject is one file, and nothing else has to be edited.
"""
