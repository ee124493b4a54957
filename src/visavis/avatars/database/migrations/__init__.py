"""The way of a database from one version of the tables to another, by Alembic.

A new version is one file in versions/ that names the one before it, and the next number in VERSIONS. Its
`upgrade` and `downgrade` are given Alembic's operations as an argument, and not through its module-wide
`op`: two databases can be opened at once. Everything happens in the transaction of the connection that is
given, so that a migration that fails leaves nothing of itself.

Alembic takes its time to import, so that it is loaded when there is something to do.
"""

from pathlib import Path
from typing import Final

from sqlalchemy import Connection, inspect, text

VERSIONS: Final = ("0001",)
NEWEST: Final = VERSIONS[-1]
FOLDER: Final = Path(__file__).parent


def version(connection: Connection) -> str | None:
    """Which version a database has; None where there are no tables."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return found


def upgrade(connection: Connection, folder: Path = FOLDER) -> None:
    """Bring a database to the newest version that a folder of scripts knows."""
    from alembic.operations import Operations
    from alembic.runtime.migration import MigrationContext, MigrationStep
    from alembic.script import ScriptDirectory

    scripts = ScriptDirectory(folder)

    def steps(heads: tuple[str, ...], _: MigrationContext) -> list[MigrationStep]:
        ahead = [*scripts.iterate_revisions("head", heads[0] if heads else "base")]
        return [MigrationStep.upgrade_from_script(scripts.revision_map, script) for script in reversed(ahead)]

    context = MigrationContext.configure(connection, opts={"fn": steps})
    context.run_migrations(op=Operations(context))
