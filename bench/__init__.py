"""What is measured with material of this repository, one figure a file; see `bench.__main__`."""

import os

# As the command line does; see visavis.cli.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
