"""One subject a file. Each takes the parts from the app, and acts in the name of the one who asks."""

from typing import Annotated

from fastapi import Depends, Request

from visavis.config import Settings
from visavis.server.parts import Parts


async def _parts(request: Request) -> Parts:
    parts: Parts = request.app.state.parts
    return parts


async def _settings(request: Request) -> Settings:
    settings: Settings = request.app.state.settings
    return settings


Given = Annotated[Parts, Depends(_parts)]
Set = Annotated[Settings, Depends(_settings)]
