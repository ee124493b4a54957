"""What is measured, one figure a file. `python -m bench` prints all and appends them to RESULTS.md."""

import os

# As the command line does; see visavis.cli.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
