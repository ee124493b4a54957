"""The way of a database from one version of the tables to another, by Alembic.

A new version is one file in versions/ that names the one before it, and the next number in VERSIONS. Its
`upgrade` and `downgrade` are given Alembic's operations as an argument, and not through its module-wide
`op`: two databases can be opened at once. Everything happens in the transaction of the connection that is
given, so that a migration that fails leaves nothing of itself.

Alembic takes its time to import, so that it is loaded when there is something to do.
"""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sqlalchemy import Connection, inspect, text

if TYPE_CHECKING:
    from alembic.runtime.migration import MigrationContext, MigrationStep
    from alembic.script import ScriptDirectory

VERSIONS: Final = ("0001",)
NEWEST: Final = VERSIONS[-1]
FOLDER: Final = Path(__file__).parent

_Steps = Callable[["ScriptDirectory", str | None], "Iterable[MigrationStep]"]


def version(connection: Connection) -> str | None:
    """Which version a database has; None where there are no tables."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return found


def upgrade(connection: Connection, folder: Path = FOLDER) -> None:
    """Bring a database to the newest version that a folder of scripts knows."""
    _migrate(connection, folder, _upwards)


def downgrade(connection: Connection, folder: Path = FOLDER) -> None:
    """Take a database back to where it has no tables. Everything that is in it is lost."""
    _migrate(connection, folder, _downwards)


def _migrate(connection: Connection, folder: Path, steps: _Steps) -> None:
    from alembic.operations import Operations
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory

    scripts = ScriptDirectory(folder)

    def decided(heads: tuple[str, ...], context: "MigrationContext") -> "Iterable[MigrationStep]":
        return steps(scripts, heads[0] if heads else None)

    context = MigrationContext.configure(connection, opts={"fn": decided})
    context.run_migrations(op=Operations(context))


def _upwards(scripts: "ScriptDirectory", start: str | None) -> "Iterable[MigrationStep]":
    from alembic.runtime.migration import MigrationStep

    ahead = [*scripts.iterate_revisions("head", start or "base")]
    return [MigrationStep.upgrade_from_script(scripts.revision_map, script) for script in reversed(ahead)]


def _downwards(scripts: "ScriptDirectory", start: str | None) -> "Iterable[MigrationStep]":
    from alembic.runtime.migration import MigrationStep

    behind = scripts.iterate_revisions(start, "base") if start else ()
    return [MigrationStep.downgrade_from_script(scripts.revision_map, script) for script in behind]
