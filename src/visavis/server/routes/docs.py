"""/docs: what the server answers, as one page without scripts, and as OpenAPI at /openapi.json.

FastAPI's own page loads its scripts from somebody else's server; this one works where there is no network.
"""

import base64
import hashlib
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any, Final

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, Response

router = APIRouter(include_in_schema=False)

STYLE: Final = """
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
section { border-top: 1px solid #8886; padding: .8rem 0 }
h2 { font: 600 1rem/1.4 ui-monospace, monospace; margin: 0; overflow-wrap: anywhere }
h2 b { display: inline-block; min-width: 4.5rem }
td { padding: .1rem 1rem .1rem 0; vertical-align: top }
td:first-child, pre { font-family: ui-monospace, monospace; font-size: .9rem }
pre { overflow-x: auto; background: #8882; padding: .5rem }
"""

_DIGEST: Final = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
POLICY: Final = (
    f"default-src 'none'; style-src 'sha256-{_DIGEST}'; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)

EXAMPLE: Final = """\
curl -F file=@photo.jpg -F avatar_name=Ada -F consent=true -F subject=Ada -F purpose=demo \\
     http://localhost:8000/avatar/register
curl -H 'Content-Type: application/json' -d '{"text": "Hello!", "avatar_id": "Ada"}' \\
     http://localhost:8000/api/v1/generate
curl -O http://localhost:8000/api/v1/videos/FILENAME"""


@router.get("/docs")
async def docs(request: Request) -> Response:
    """What the server answers."""
    return HTMLResponse(page(request.app.openapi()), headers={"content-security-policy": POLICY})


def page(description: Mapping[str, Any]) -> str:
    """An OpenAPI description as a page."""
    title = escape(description["info"]["title"])
    operations = "".join(
        _operation(method, path, operation, description)
        for path, methods in description["paths"].items()
        for method, operation in methods.items()
    )
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{STYLE}</style><h1>{title}</h1>'
        "<p>Errors are answered as <code>{&quot;code&quot;, &quot;detail&quot;}</code>. "
        "Where keys are enabled, send yours as <code>Authorization: Bearer KEY</code>.</p>"
        f"<pre>{escape(EXAMPLE)}</pre>{operations}</html>"
    )


def _operation(method: str, path: str, operation: Mapping[str, Any], description: Mapping[str, Any]) -> str:
    rows = "".join(
        f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>"
        for row in _rows(operation, description)
    )
    title = f"<h2><b>{method.upper()}</b> {escape(path)}</h2>"
    return f"<section>{title}<p>{escape(operation.get('description', ''))}</p><table>{rows}</table></section>"


def _rows(operation: Mapping[str, Any], description: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Name, kind and meaning of each field that an operation takes; what is needed comes first."""
    for parameter in operation.get("parameters", ()):
        yield _row(
            parameter["name"], parameter["schema"] | parameter, required=parameter.get("required", False)
        )
    bodies = operation.get("requestBody", {}).get("content", {}).values()
    schema = _resolved([body["schema"] for body in bodies][-1], description) if bodies else {}
    fields, needed = schema.get("properties", {}), schema.get("required", ())
    for name in sorted(fields, key=lambda name: name not in needed):
        yield _row(name, fields[name], required=name in needed)


def _row(name: str, field: Mapping[str, Any], *, required: bool) -> tuple[str, str, str]:
    default = field.get("default")
    usual = str(default).lower() if isinstance(default, bool) else default
    needed = "needed" if required else f"{usual} by default" if usual not in (None, "") else ""
    return name, ", ".join(filter(None, [_kind(field), needed])), field.get("description", "")


def _kind(field: Mapping[str, Any]) -> str:
    choices = field.get("enum") or ([field["const"]] if "const" in field else [])
    if choices:
        return " or ".join(map(str, choices))
    if "anyOf" in field:
        return " or ".join(_kind(one) for one in field["anyOf"] if one.get("type") != "null")
    return "file" if field.get("format") == "binary" else str(field.get("type", ""))


def _resolved(schema: Mapping[str, Any], description: Mapping[str, Any]) -> Mapping[str, Any]:
    if "$ref" not in schema:
        return schema
    found: Mapping[str, Any] = description["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return found
