"""What strangers send: counted as it comes, known by its content, opened in a sandbox, made anew.

`studies` does all of it to one upload. Importing this loads nothing but the standard library.
"""

from visavis.intake.kinds import Kind, kind_of
from visavis.intake.received import Spool, received

__all__ = ["Kind", "Spool", "kind_of", "received"]
