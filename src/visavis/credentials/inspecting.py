"""Content Credentials out of a file: what it says of its making, by whom, and whether that still holds.

Nothing is fetched for it. What a file says is a stranger's text: it is cut short, and holds no control
characters when it leaves here.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

from visavis.credentials.certificates import OURS
from visavis.credentials.kinds import kind_of
from visavis.errors import InputError

State = Literal["unsigned", "valid", "invalid", "unreadable"]

# C2PA 2.2, 15.2: what a check found, as far as it can happen to a file; the first word that fits holds.
_FAULTS: Final = (
    ("assertion.bmffHash.mismatch", "the picture or the sound was changed after it was signed"),
    ("assertion.dataHash.mismatch", "the picture was changed after it was signed"),
    ("assertion.boxesHash", "the picture was changed after it was signed"),
    ("assertion.", "what it says about itself was changed after it was signed"),
    ("claimSignature.outsideValidity", "it was signed when the certificate did not hold"),
    ("claimSignature.", "the signature is not that of what was signed"),
    ("claim.", "what was signed is incomplete"),
    ("signingCredential.expired", "the certificate has run out, and nothing shows that it held at the time"),
    ("signingCredential.", "the certificate is not one for signing media"),
    ("ingredient.", "something it was made from does not fit"),
)
# Whom to trust is told apart from whether the file has changed.
_NO_FAULTS: Final = ("signingCredential.untrusted",)
_SURE: Final = ("signingCredential.trusted", "claimSignature.validated")

_SOURCES: Final = {
    "compositeSynthetic": "a photograph that was moved and voiced by programs",
    "compositeWithTrainedAlgorithmicMedia": "a photograph with pictures that a network has drawn",
    "trainedAlgorithmicMedia": "made by a trained network",
    "algorithmicMedia": "made by a program",
    "digitalCapture": "taken by a camera",
    "humanEdits": "edited by people",
}

_LONGEST: Final = 200


@dataclass(frozen=True, slots=True)
class Report:
    """What a file's credentials say.

    state: unsigned, there are none; valid, the file is as it was signed; invalid, it is not; unreadable,
        it is damaged so much that nothing can be told.
    faults: why it is not valid, in words. codes: the same in C2PA's.
    signer, issuer: in the certificate. trusted: whether that leads to an authority that is trusted here;
        self_made: whether it says that it was made by visavis itself.
    when: in ISO 8601; software: with its version; source: IPTC's word for how it came to be.
    facts: what else is said of the making, by name.
    """

    state: State
    faults: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    signer: str = ""
    issuer: str = ""
    trusted: bool = False
    self_made: bool = False
    when: str = ""
    software: str = ""
    source: str = ""
    facts: tuple[tuple[str, str], ...] = ()

    @property
    def sentences(self) -> tuple[str, ...]:
        """All of it, for a reader."""
        return tuple(_told(self))


def inspected(path: Path, trusted: str = "") -> Report:
    """What the credentials of a video or a picture say, and whether they hold. Reads all of it; blocks.

    trusted: certificates of authorities, as PEM, whose signers are believed to be who they say.

    Raises:
        InputError: there is no such file, or it is none that can carry credentials.
    """
    import c2pa

    kind = kind_of(path)
    # Nothing is fetched, whatever the file asks for.
    settings: dict[str, Any] = {"verify": {"remote_manifest_fetch": False, "ocsp_fetch": False}}
    if trusted:
        settings["trust"] = {"user_anchors": trusted}
    try:
        with (
            c2pa.Context(c2pa.Settings.from_dict(settings)) as context,
            path.open("rb") as file,
            c2pa.Reader(kind, file, context=context) as reader,
        ):
            return _report(json.loads(reader.json()))
    except c2pa.C2paError.ManifestNotFound:
        return Report("unsigned")
    except (c2pa.C2paError, ValueError):
        return Report("unreadable", ("the file or its credentials are damaged or cut short",))
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise InputError(f"{path} cannot be read: {reason}; name another file") from error


def _report(store: Mapping[str, Any]) -> Report:
    manifest = store.get("manifests", {}).get(store.get("active_manifest"), {})
    results = store.get("validation_results", {}).get("activeManifest", {})
    signature = manifest.get("signature_info", {})
    action = _creation(manifest.get("assertions", ()))
    issuer = _clean(signature.get("issuer"))
    wrong = [code for code in _codes(results, "failure") if code not in _NO_FAULTS]
    holds = not wrong and store.get("validation_state") in ("Valid", "Trusted")
    return Report(
        state="valid" if holds else "invalid",
        faults=() if holds else tuple(dict.fromkeys(map(_fault, wrong))) or ("a check failed",),
        codes=tuple(wrong),
        signer=_clean(signature.get("common_name")),
        issuer=issuer,
        trusted=set(_SURE) <= set(_codes(results, "success")),
        self_made=issuer == OURS,
        when=_clean(signature.get("time") or action.get("when")),
        software=_software(manifest.get("claim_generator_info", ())),
        source=_clean(str(action.get("digitalSourceType", "")).rpartition("/")[2]),
        facts=tuple((_clean(name), _clean(value)) for name, value in _parameters(action)),
    )


def _codes(results: Mapping[str, Any], how: str) -> list[str]:
    return [str(check.get("code")) for check in results.get(how, ())]


def _fault(code: str) -> str:
    known = (sentence for prefix, sentence in _FAULTS if code.startswith(prefix))
    return next(known, f"the check {_clean(code)} failed")


def _creation(assertions: Iterable[Mapping[str, Any]]) -> Mapping[str, Any]:
    """The first action of a manifest, by which the file came to be."""
    for assertion in assertions:
        if str(assertion.get("label")).startswith("c2pa.actions"):
            for action in assertion.get("data", {}).get("actions", ()):
                return dict(action)
    return {}


def _parameters(action: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in sorted(action.get("parameters", {}).items()):
        if isinstance(value, str):
            yield name, value


def _software(generators: Iterable[Mapping[str, Any]]) -> str:
    return next((_clean(f"{each.get('name')} {each.get('version', '')}") for each in generators), "")


def _clean(said: object) -> str:
    """A stranger's text as it may be shown."""
    shown = "".join(c for c in str(said or "") if c.isprintable()).strip()
    return shown if len(shown) <= _LONGEST else f"{shown[:_LONGEST]}..."


def _told(report: Report) -> Iterator[str]:
    if report.state == "unsigned":
        yield "There are no Content Credentials in it: nothing says how it was made."
        return
    if report.state == "unreadable":
        yield f"Nothing can be told of it: {report.faults[0]}."
        return
    if report.state == "valid":
        yield "It is as it was signed."
    else:
        yield f"It is not to be believed: {', and '.join(report.faults)}."
    yield f"It says: {_SOURCES.get(report.source, report.source) or 'nothing of how it came to be'}."
    if report.software:
        yield f"Made with {report.software}{f' at {report.when}' if report.when else ''}."
    if report.facts:
        yield f"With {', '.join(f'{name} {value}' for name, value in report.facts)}."
    yield _by_whom(report)


def _by_whom(report: Report) -> str:
    if report.trusted and report.self_made:
        return f"Signed by this installation of visavis ({report.signer}), with a certificate of its own."
    if report.trusted:
        return f"Signed by {report.signer} ({report.issuer}), whose certificate is trusted here."
    if report.self_made:
        return (
            f"Signed by another installation of visavis ({report.signer}), with a certificate of its own: "
            "anyone can make one in any name."
        )
    return (
        f"Signed by {report.signer or 'somebody'} ({report.issuer or 'without a name'}), whose certificate "
        "is not known here: anyone can make one in any name."
    )
