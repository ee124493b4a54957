"""/voice: voices that were registered."""

from typing import Final

from fastapi import APIRouter, Request

from visavis.media import LANGUAGES
from visavis.server.keys import Who
from visavis.server.rates import UPLOAD
from visavis.server.routes import Given, Set
from visavis.server.shapes import Gone, Speakers, SpeakerShape, VoiceInfo, Voices, VoiceShape
from visavis.server.undoing import undoing
from visavis.server.wishes import VoiceWish, form_of, registration

REGISTER: Final = "/voice/register"

router = APIRouter(tags=["voices"])


@router.post(REGISTER, status_code=201, dependencies=[UPLOAD], openapi_extra=form_of(VoiceWish))
async def register(request: Request, given: Given, settings: Set, who: Who) -> VoiceInfo:
    """Register a voice: a recording or a video of somebody speaking, and that the person has agreed."""
    async with given.spool() as spool:
        wish = await registration(request, spool, VoiceWish, settings.upload_limit)
        row = await given.registry.register_voice(
            who.owner, who.actor, wish.voice_name, spool, wish.permission, wish.user_id, wish.language
        )
    return VoiceInfo.model_validate(row)


@router.get("/voice/list")
async def listed(given: Given, who: Who, user_id: str | None = None) -> Voices:
    """All voices, or those that are made for one of your users."""
    rows = await given.registry.voices(who.owner, user_id)
    return Voices(voices=[VoiceShape.model_validate(row) for row in rows])


@router.get("/api/v1/voices")
async def speakers(given: Given, who: Who) -> Speakers:
    """All that a conversation or a video can speak with: the engine's own voices, then yours, by name."""
    rows = await given.registry.voices(who.owner)
    own = [SpeakerShape.model_validate(voice) for voice in given.engines().tts.voices]
    theirs = [
        SpeakerShape(name=row.name, language=row.language, gender=row.gender, voice_id=row.id)
        for row in rows
        if row.state == "ready"
    ]
    return Speakers(voices=[*own, *theirs], languages=list(LANGUAGES))


@router.get("/voice/{voice_id}/info")
async def info(voice_id: str, given: Given, who: Who) -> VoiceInfo:
    """One voice, by its id or name, with what was measured of it."""
    return VoiceInfo.model_validate(await given.registry.voice(who.owner, voice_id))


@router.delete("/voice/{voice_id}")
async def delete(voice_id: str, given: Given, who: Who) -> Gone:
    """Delete a voice and everything made of it but finished videos."""
    row = await given.registry.voice(who.owner, voice_id)
    async with undoing(given, who):
        await given.registry.delete_voice(who.owner, who.actor, row.id)
    return Gone(deleted=row.id)
