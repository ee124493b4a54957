"""Content Credentials (C2PA) into a file: that it is made, and with what.

What is said is the engines' names, the language and the consents' ids, never a user's text or a file's
name. Owns the claim's wording; a file is signed in place, whole or not at all.
"""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BufferedRandom, BytesIO, FileIO
from pathlib import Path
from typing import Any, Final

import visavis
from visavis.credentials.certificates import Signer
from visavis.credentials.kinds import ENDINGS, kind_of
from visavis.errors import InputError
from visavis.media import Language
from visavis.transports.place import placing, sentences

# IPTC's words for it, NewsCodes "digitalsourcetype". A photograph that is moved and voiced by programs is a
# composite with a synthetic part; it is one with generated media where a network has drawn the pixels.
COMPOSED: Final = "compositeSynthetic"
GENERATED: Final = "compositeWithTrainedAlgorithmicMedia"
_SOURCES: Final = "http://cv.iptc.org/newscodes/digitalsourcetype/"

# Films of an hour are neither copied into memory nor hashed in one piece; that c2pa does with smaller ones.
_LARGE: Final = 64 * 2**20
_MEMORY_MB: Final = 16
_PIECE_KB: Final = 1024

# The smallest picture there is, 1 x 1: to sign for trial.
_GIF: Final = b"GIF89a\1\0\1\0\x80\0\0\0\0\0\xff\xff\xff,\0\0\0\0\1\0\1\0\0\2\2D\1\0;"


@dataclass(frozen=True, slots=True)
class Facts:
    """What a file says about itself.

    face, voice: the engines and their versions, as in "warp 1"; voice is empty where nothing is heard.
    consents: ids of the records by which the people shown and heard have agreed.
    generated: whether a network has drawn the pixels, or moved those of the photograph.
    """

    face: str
    voice: str = ""
    language: Language | None = None
    consents: tuple[str, ...] = ()
    generated: bool = False


def sign(path: Path, signer: Signer, facts: Facts) -> None:
    """Put credentials into an MP4, MOV, JPEG, PNG or WebP file; those that it had are replaced. Blocks.

    Raises:
        InputError: the file cannot carry any, is damaged, or the certificate is of no use any more.
        OutputError: it cannot be written.
    """
    kind = kind_of(path)
    settings = _settings(large=path.stat().st_size > _LARGE)
    with placing(path, ENDINGS) as part, sentences(path):
        with path.open("rb") as source, _Target(FileIO(part, "r+")) as target, _explained(path, target):
            _signed(source, target, kind, signer, facts, settings)
        shutil.copymode(path, part)


def signer_at(folder: Path, chain: Path | None = None, key: Path | None = None) -> Signer:
    """The operator's signer, tried, where its two files are named; else this installation's, in a folder.

    Raises:
        InputError: only one of the two is named, or they are of no use.
        OutputError: none can be kept in that folder.
    """
    if chain and key:
        return tried(Signer.of(chain, key))
    if chain or key:
        raise InputError(
            f"a certificate and its key belong together, and only {chain or key} is named; name both"
        )
    return Signer.local(folder)


def tried(signer: Signer) -> Signer:
    """The same signer, if it can sign: told at start rather than after a film was made.

    Raises:
        InputError: the certificate is not one for media.
    """
    import c2pa

    try:
        _signed(BytesIO(_GIF), BytesIO(), "image/gif", signer, Facts(face="trial"), _settings(large=False))
    except c2pa.C2paError as error:
        raise _unfit(error) from error
    return signer


def _signed(
    source: Any, target: Any, kind: str, signer: Signer, facts: Facts, settings: dict[str, Any]
) -> None:
    import c2pa

    info = c2pa.C2paSignerInfo(signer.algorithm, signer.chain, signer.key, None)
    context = c2pa.Context(c2pa.Settings.from_dict(settings))
    with (
        context,
        c2pa.Signer.from_info(info) as pen,
        c2pa.Builder(json.dumps(_manifest(facts)), context=context) as builder,
    ):
        builder.sign(pen, kind, source, target)


def _manifest(facts: Facts) -> dict[str, Any]:
    """C2PA 2.2, 18.15: one action, by which the file came to be."""
    agent = {"name": "visavis", "version": visavis.__version__}
    known = {
        "face": facts.face,
        "voice": facts.voice,
        "language": facts.language,
        "consents": ", ".join(facts.consents),
    }
    action = {
        "action": "c2pa.created",
        "when": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "digitalSourceType": _SOURCES + (GENERATED if facts.generated else COMPOSED),
        "softwareAgent": agent,
        "parameters": {name: value for name, value in known.items() if value},
    }
    said = {"label": "c2pa.actions.v2", "data": {"actions": [action], "allActionsIncluded": True}}
    return {"claim_generator_info": [agent], "assertions": [said]}


def _settings(*, large: bool) -> dict[str, Any]:
    core: dict[str, Any] = {"backing_store_memory_threshold_in_mb": _MEMORY_MB}
    if large:
        core["merkle_tree_chunk_size_in_kb"] = _PIECE_KB
    return {"core": core, "builder": {"thumbnail": {"enabled": False}}}


class _Target(BufferedRandom):
    """A file that remembers why it could not be written: c2pa does not pass that on."""

    trouble: OSError | None = None

    def write(self, content: Any) -> int:
        try:
            return super().write(content)
        except OSError as error:
            self.trouble = error
            raise


@contextmanager
def _explained(path: Path, target: _Target) -> Iterator[None]:
    """Turn what c2pa raises into a sentence, or into the error behind it."""
    import c2pa

    try:
        yield
    except (c2pa.C2paError.Signature, c2pa.C2paError.Verify) as error:
        raise _unfit(error) from error
    except c2pa.C2paError as error:
        if target.trouble:
            raise target.trouble from error
        raise InputError(f"{path} is damaged or cut short, and is not signed; make it anew") from error


def _unfit(error: Exception) -> InputError:
    reason = str(error).replace("\n", " ").partition(" (self#")[0].rpartition(": ")[2]
    return InputError(
        f"media cannot be signed with the certificate: {reason}; it has to hold now, with the key usage "
        "digitalSignature, the extended one emailProtection, and the identifier of its authority's key"
    )
