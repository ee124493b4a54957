"""What is measured, one figure a file. `python -m bench` prints all and appends them to RESULTS.md."""
