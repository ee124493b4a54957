"""Who signs: an operator's certificate and key, or ones made here at first use.

The certificate made here is issued by an authority of its own, whose key is thrown away at once: so there is
one secret, and no other certificate can be made with it. It shows that a file is as it was made, not by
whom. Owns the files in the folder it is given; refuses to know what is signed.
"""

import contextlib
import logging
import os
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from visavis.errors import InputError
from visavis.transports.place import sentences

if TYPE_CHECKING:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey

OURS: Final = "visavis (self-made certificate)"
"""The organisation in the certificates that are made here."""

SIGNER, AUTHORITIES, LOCK = "signer.pem", "authorities.pem", "signer.lock"

_YEARS: Final = timedelta(days=3650)
_RENEWED_BEFORE: Final = timedelta(days=30)
_CLOCKS_DIFFER_BY: Final = timedelta(days=1)

_CURVES: Final = {"secp256r1": "es256", "secp384r1": "es384", "secp521r1": "es512"}


@dataclass(frozen=True, slots=True)
class Signer:
    """A certificate chain, the leaf first, and its private key, both as PEM.

    algorithm: C2PA's name for the kind of key. expires: when the leaf is no longer of use.
    """

    chain: bytes
    key: bytes = field(repr=False)
    algorithm: str
    expires: datetime

    @classmethod
    def of(cls, chain: Path, key: Path) -> "Signer":
        """An operator's own, out of PEM files. Whether they fit for media, `signing.tried` tells.

        Raises:
            InputError: one of them cannot be read, they do not belong together, or it is not their time.
        """
        from cryptography.hazmat.primitives.serialization import load_pem_private_key

        certificates = _certificates(_content(chain), str(chain))
        try:
            private = load_pem_private_key(_content(key), None)
        except TypeError as error:
            raise InputError(f"the key in {key} is locked by a passphrase; give one without") from error
        # cryptography raises three kinds of errors for what is no key, some of them its own.
        except Exception as error:
            raise InputError(f"{key} holds no private key as PEM; give the one of {chain}") from error
        return _signer(certificates, private, str(chain), datetime.now(UTC))

    @classmethod
    def local(cls, folder: Path) -> "Signer":
        """The one of this installation; made when there is none yet, and anew when it runs out or is damaged.

        Raises:
            OutputError: there is none, and none can be kept in that folder.
            InputError: there may be one, and it cannot be read.
        """
        from filelock import FileLock

        if found := _kept(folder):
            return found
        with sentences(folder):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            # Two processes that start at once sign with one certificate.
            with FileLock(folder / LOCK, timeout=30):
                return _kept(folder) or _made(folder)


def authorities(folder: Path) -> str:
    """The authorities that have issued this installation's certificates, as PEM; "" if there are none.

    Raises:
        InputError: they cannot be read.
    """
    return (_own(folder / AUTHORITIES) or b"").decode("ascii", "replace")


def anchors(path: Path) -> str:
    """Certificates in a PEM file, as PEM.

    Raises:
        InputError: there are none.
    """
    return _pem(_certificates(_content(path), str(path))).decode("ascii")


def _kept(folder: Path) -> Signer | None:
    """The signer in a folder, if it is there and of use for another while."""
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    path = folder / SIGNER
    if (content := _own(path)) is None:
        return None
    try:
        soon = datetime.now(UTC) + _RENEWED_BEFORE
        return _signer(
            _certificates(content, str(path)), load_pem_private_key(content, None), str(path), soon
        )
    except (InputError, ValueError, TypeError) as error:
        logging.warning("the local certificate is made anew: %s", error)
        return None


def _made(folder: Path) -> Signer:
    """A new signer, kept in a folder; the authority first, so that no file is signed by an unknown one."""
    from cryptography.hazmat.primitives.asymmetric import ec

    now = datetime.now(UTC)
    authority_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    name = f"visavis {secrets.token_hex(4)}"
    authority = _certificate(f"{name}, authority", authority_key.public_key(), None, authority_key, now)
    leaf = _certificate(name, key.public_key(), authority, authority_key, now)
    signer = _signer([leaf, authority], key, str(folder), now)
    known = _own(folder / AUTHORITIES) or b""
    _write(folder / AUTHORITIES, known + _pem([authority]), 0o644)
    _write(folder / SIGNER, signer.key + signer.chain, 0o600)
    return signer


def _certificate(
    name: str,
    key: "EllipticCurvePublicKey",
    issuer: "x509.Certificate | None",
    issuer_key: Any,
    now: datetime,
) -> "x509.Certificate":
    """An authority's certificate, or, by an issuer, one that fits C2PA's profile for signers.

    C2PA 2.2, 14.5.1: X.509 v3, digitalSignature, an extended key usage for signing (here emailProtection),
    and the issuer's key by its identifier.
    """
    from cryptography import x509
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, OURS),
            x509.NameAttribute(NameOID.COMMON_NAME, name),
        ]
    )
    authority = issuer is None
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.subject if issuer else subject)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _CLOCKS_DIFFER_BY)
        .not_valid_after(now + _YEARS)
        .add_extension(x509.BasicConstraints(authority, 0 if authority else None), critical=True)
        .add_extension(_usage(authority=authority), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )
    if issuer:
        uses = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION])
        signed_by = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key())
        builder = builder.add_extension(uses, critical=False).add_extension(signed_by, critical=False)
    return builder.sign(issuer_key, SHA256())


def _usage(*, authority: bool) -> "x509.KeyUsage":
    from cryptography import x509

    return x509.KeyUsage(
        digital_signature=not authority,
        key_cert_sign=authority,
        crl_sign=authority,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _signer(certificates: "Sequence[x509.Certificate]", key: Any, where: str, at: datetime) -> Signer:
    """A signer, if the key is the first certificate's and that one holds at a time."""
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    leaf = certificates[0]
    if key.public_key() != leaf.public_key():
        raise InputError(f"the key does not belong to the first certificate in {where}; give that one's key")
    begins, ends = leaf.not_valid_before_utc, leaf.not_valid_after_utc
    if not begins <= at < ends:
        raise InputError(
            f"the certificate in {where} holds from {begins:%Y-%m-%d} to {ends:%Y-%m-%d}; renew it, "
            "or leave the settings empty to sign with one that is made here"
        )
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return Signer(_pem(certificates), private, _algorithm(key, where), ends)


def _algorithm(key: Any, where: str) -> str:
    """C2PA's name for a private key's kind (C2PA 2.2, 13.2.1)."""
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

    if isinstance(key, ec.EllipticCurvePrivateKey) and key.curve.name in _CURVES:
        return _CURVES[key.curve.name]
    if isinstance(key, rsa.RSAPrivateKey) and key.key_size >= 2048:
        return "ps256"
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return "ed25519"
    raise InputError(
        f"the key of {where} is of a kind that media are not signed with; give one on P-256, P-384 or P-521, "
        "Ed25519, or RSA of 2048 bits and more"
    )


def _certificates(content: bytes, where: str) -> "list[x509.Certificate]":
    from cryptography import x509

    try:
        return x509.load_pem_x509_certificates(content)
    except ValueError as error:
        raise InputError(
            f"{where} holds no certificates as PEM; give the chain, the signer's own first"
        ) from error


def _pem(certificates: "Sequence[x509.Certificate]") -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding

    return b"".join(certificate.public_bytes(Encoding.PEM) for certificate in certificates)


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise InputError(f"{path} cannot be read: {reason}; name another file") from error


def _own(path: Path) -> bytes | None:
    """What stands in a file that is made here; None if it was not made yet, and only then."""
    try:
        return path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise InputError(f"{path} cannot be read: {reason}; see to its rights, or to the disk") from error


def _write(path: Path, content: bytes, mode: int) -> None:
    """A file in its place when it is whole, and never readable by others meanwhile."""
    part = path.with_name(f".{secrets.token_hex(6)}.part")
    try:
        with os.fdopen(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.chmod(mode)
        part.replace(path)
    finally:
        with contextlib.suppress(OSError):
            part.unlink()
