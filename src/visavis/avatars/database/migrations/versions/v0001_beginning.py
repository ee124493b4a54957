"""The tables as they were first."""

import sqlalchemy as sa
from alembic.operations import Operations

revision = "0001"
down_revision = None


def upgrade(op: Operations) -> None:
    """Make all tables."""
    op.create_table(
        "users",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        _time("created"),
        sa.PrimaryKeyConstraint("id", name="pk_users"),
        sa.UniqueConstraint("name", name="uq_users_name"),
    )
    op.create_table(
        "api_keys",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("owner", sa.String(64), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("prefix", sa.String(16), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        _time("created"),
        _time("used", nullable=True),
        _time("revoked", nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_api_keys"),
        sa.UniqueConstraint("digest", name="uq_api_keys_digest"),
        _owned("api_keys"),
    )
    op.create_index("ix_api_keys_owner", "api_keys", ["owner"])
    op.create_table(
        "consents",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("owner", sa.String(64), nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("purpose", sa.Text, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("statement", sa.Text, nullable=False),
        _time("given"),
        _time("revoked", nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_consents"),
        _owned("consents"),
    )
    op.create_index("ix_consents_owner_given", "consents", ["owner", "given"])
    _likenesses(op, "avatars", sa.Column("kind", sa.String(16), nullable=False))
    _likenesses(op, "voices", sa.Column("language", sa.String(16)), sa.Column("gender", sa.String(16)))
    op.create_table(
        "renderings",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("owner", sa.String(64), nullable=False),
        sa.Column("avatar", sa.String(64)),
        sa.Column("voice", sa.String(64)),
        sa.Column("language", sa.String(16), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("progress", sa.Double, nullable=False),
        sa.Column("expected", sa.Double),
        sa.Column("error", sa.Text, nullable=False),
        sa.Column("filename", sa.String(64)),
        sa.Column("options", sa.JSON, nullable=False),
        sa.Column("facts", sa.JSON, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        _time("created"),
        _time("started", nullable=True),
        _time("finished", nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_renderings"),
        sa.UniqueConstraint("filename", name="uq_renderings_filename"),
        _owned("renderings"),
    )
    op.create_index("ix_renderings_owner_created", "renderings", ["owner", "created"])
    op.create_index("ix_renderings_state_created", "renderings", ["state", "created"])
    op.create_table(
        "audit_events",
        sa.Column("id", sa.String(32), nullable=False),
        _time("at"),
        sa.Column("owner", sa.String(64), nullable=False),
        sa.Column("actor", sa.String(64), nullable=False),
        sa.Column("action", sa.String(16), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("target", sa.String(64), nullable=False),
        sa.Column("facts", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit_events"),
    )
    op.create_index("ix_audit_events_owner_at", "audit_events", ["owner", "at"])


def downgrade(op: Operations) -> None:
    """Leave nothing."""
    for table in ("audit_events", "renderings", "voices", "avatars", "consents", "api_keys", "users"):
        op.drop_table(table)


def _likenesses(op: Operations, table: str, *own: sa.Column[str]) -> None:
    """Avatars and voices have nearly everything in common."""
    op.create_table(
        table,
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("owner", sa.String(64), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("label", sa.Text, nullable=False),
        *own,
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("verdict", sa.String(16), nullable=False),
        sa.Column("report", sa.JSON, nullable=False),
        sa.Column("facts", sa.JSON, nullable=False),
        _time("created"),
        sa.Column("consent", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
        sa.UniqueConstraint("owner", "name", name=f"uq_{table}_owner_name"),
        sa.ForeignKeyConstraint(["consent"], ["consents.id"], name=f"fk_{table}_consent"),
        _owned(table),
    )
    op.create_index(f"ix_{table}_consent", table, ["consent"])


def _time(name: str, *, nullable: bool = False) -> "sa.Column[object]":
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _owned(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["owner"], ["users.id"], name=f"fk_{table}_owner", ondelete="CASCADE")
