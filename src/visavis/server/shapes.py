"""What answers look like: the fields that clients see of what is stored, and no others."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, computed_field

Id = Annotated[str, Field(validation_alias="id")]
Name = Annotated[str, Field(validation_alias="name")]
Label = Annotated[str, Field(validation_alias="label", description="your own word for whom it is made")]
Report = Annotated[
    dict[str, Any], Field(validation_alias="report", description="scores, a sentence each, and advice")
]
Agreed = Annotated[str, Field(validation_alias="consent")]


class Shape(BaseModel):
    """Made of a row by `model_validate`."""

    model_config = ConfigDict(from_attributes=True)


class AvatarShape(Shape):
    """An avatar in a list."""

    avatar_id: Id
    avatar_name: Name
    user_id: Label
    kind: str
    state: str
    verdict: str
    created: datetime


class AvatarInfo(AvatarShape):
    """An avatar with what was found out about it."""

    quality: Report
    facts: dict[str, Any]
    consent_id: Agreed


class Avatars(Shape):
    avatars: list[AvatarShape]


class VoiceShape(Shape):
    """A voice in a list."""

    voice_id: Id
    voice_name: Name
    user_id: Label
    language: str | None
    gender: str | None
    state: str
    verdict: str
    created: datetime


class VoiceInfo(VoiceShape):
    """A voice with what was measured of it."""

    quality: Report
    facts: dict[str, Any]
    consent_id: Agreed


class Voices(Shape):
    voices: list[VoiceShape]


class SpeakerShape(Shape):
    """A voice to choose. voice_id: of one that was registered; an engine's own has none."""

    name: str
    language: str | None
    gender: str | None
    voice_id: str | None = None


class Speakers(Shape):
    voices: list[SpeakerShape]
    languages: list[str]


class ConsentShape(Shape):
    """What somebody agreed to; digest: SHA-256 of the file that it is about."""

    consent_id: Id
    kind: str
    subject: str
    purpose: str
    statement: str
    digest: str
    given: datetime
    revoked: datetime | None


class Consents(Shape):
    consents: list[ConsentShape]


class EventShape(Shape):
    """Something that was changed, when and by whom."""

    at: datetime
    actor: str
    action: str
    kind: str
    target: str
    facts: dict[str, Any]


class Events(Shape):
    events: list[EventShape]


class ProgressShape(Shape):
    """How far a job is. done, expected: seconds of video. place: in the line; 0 where it does not wait.

    error, code: why it failed, in a sentence, and in a word for programs.
    """

    state: str
    done: float
    expected: float | None
    place: int
    error: str
    code: str


class JobShape(Shape):
    """A video that was ordered. facts: its length and timings, when it is done."""

    job_id: Id
    progress: ProgressShape
    filename: str
    avatar: str | None
    voice: str | None
    language: str | None
    options: dict[str, Any]
    facts: dict[str, Any]
    created: datetime
    started: datetime | None
    finished: datetime | None

    @computed_field
    def url(self) -> str:
        """Where the video is, when it is done."""
        return f"/api/v1/videos/{self.filename}"

    @computed_field
    def events(self) -> str:
        """Where its progress can be followed."""
        return f"/api/v1/jobs/{self.job_id}/events"


class Jobs(Shape):
    jobs: list[JobShape]


class VideoShape(BaseModel):
    """A video that was made. duration: seconds. timings: seconds that each stage took."""

    filename: str
    url: str
    duration: float
    timings: dict[str, float]
    job_id: str
    avatar_id: str | None


class SegmentShape(Shape):
    """A stretch of speech; start and end in seconds of the recording."""

    text: str
    language: str
    start: float
    end: float


class TranscriptShape(Shape):
    """What is said in a recording. duration: seconds. language: None where nothing was understood."""

    text: str
    language: str | None
    duration: float
    segments: list[SegmentShape]


class AnswerShape(Shape):
    """What the mind answers."""

    reply: str


class TurnShape(Shape):
    """One turn. transcript: of what was spoken. asked: in words. video: when it is made; job: else.

    timings: seconds that understanding and thinking took.
    """

    transcript: TranscriptShape | None
    asked: str
    reply: str
    video: VideoShape | None
    job: JobShape | None
    timings: dict[str, float]


class CacheShape(Shape):
    """How the cache of prepared faces does; hit_rate: 0..1 of all that were asked for."""

    entries: int
    bytes: int
    most_bytes: int
    disk_bytes: int
    hits: int
    disk_hits: int
    misses: int
    evictions: int
    hit_rate: float


class Gone(Shape):
    """What was deleted."""

    deleted: str


class Failure(Shape):
    """What went wrong: a word for programs, a sentence for people."""

    code: str
    detail: str
