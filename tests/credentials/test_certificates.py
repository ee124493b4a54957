import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from errno import EIO
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from visavis.credentials import Facts, Signer, inspected, sign, signer_at, tried
from visavis.credentials.certificates import authorities
from visavis.errors import InputError, OutputError

DAY = timedelta(days=1)
OPERATOR = x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Acme Films")])


def p256() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


AUTHORITY = p256()


def pem(key: Any, locked_by: KeySerializationEncryption | None = None) -> bytes:
    locked: KeySerializationEncryption = locked_by or NoEncryption()
    made: bytes = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, locked)
    return made


def certificate(
    key: Any,
    begins: timedelta = -DAY,
    ends: timedelta = 30 * DAY,
    purpose: x509.ObjectIdentifier = ExtendedKeyUsageOID.EMAIL_PROTECTION,
    issuer: Any = AUTHORITY,
) -> bytes:
    """A certificate as an operator's authority might issue it, as PEM."""
    now = datetime.now(UTC)
    usage = dict.fromkeys(
        (
            "content_commitment",
            "key_encipherment",
            "data_encipherment",
            "key_agreement",
            "crl_sign",
            "encipher_only",
            "decipher_only",
        ),
        False,
    )
    authority = key is issuer
    return (
        x509.CertificateBuilder()
        .subject_name(OPERATOR)
        .issuer_name(OPERATOR)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + begins)
        .not_valid_after(now + ends)
        .add_extension(x509.BasicConstraints(authority, None), critical=True)
        .add_extension(
            x509.KeyUsage(digital_signature=not authority, key_cert_sign=authority, **usage), critical=True
        )
        .add_extension(x509.ExtendedKeyUsage([purpose]), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.public_key()), critical=False
        )
        .sign(issuer, SHA256())
        .public_bytes(Encoding.PEM)
    )


@pytest.fixture
def files(tmp_path: Path) -> Callable[[bytes, bytes], tuple[Path, Path]]:
    """A chain and a key, written."""

    def write(chain: bytes, key: bytes) -> tuple[Path, Path]:
        paths = tmp_path / "chain.pem", tmp_path / "key.pem"
        for path, content in zip(paths, (chain, key), strict=True):
            path.write_bytes(content)
        return paths

    return write


Files = Callable[[bytes, bytes], tuple[Path, Path]]


@pytest.mark.parametrize(
    "make",
    [
        p256,
        lambda: ec.generate_private_key(ec.SECP384R1()),
        lambda: ec.generate_private_key(ec.SECP521R1()),
        lambda: rsa.generate_private_key(65537, 2048),
        ed25519.Ed25519PrivateKey.generate,
    ],
    ids=["es256", "es384", "es512", "ps256", "ed25519"],
)
def test_an_operators_certificate(files: Files, video: Path, make: Callable[[], Any]) -> None:
    key = make()
    root = certificate(AUTHORITY)
    signer = tried(Signer.of(*files(certificate(key) + root, pem(key))))
    assert signer.expires > datetime.now(UTC)
    sign(video, signer, Facts("warp 1"))
    report = inspected(video, root.decode())
    assert (report.state, report.issuer, report.trusted, report.self_made) == (
        "valid",
        "Acme Films",
        True,
        False,
    )
    assert "whose certificate is trusted here" in report.sentences[-1]
    assert "not known here" in inspected(video).sentences[-1]


def test_a_certificate_at_the_wrong_time(files: Files) -> None:
    key = p256()
    for begins, ends in ((-9 * DAY, -DAY), (DAY, 9 * DAY)):
        chain = certificate(key, begins, ends)
        with pytest.raises(
            InputError, match=r"the certificate in .*chain.pem holds from 20.* to 20.*; renew it"
        ):
            Signer.of(*files(chain, pem(key)))


def test_a_certificate_for_something_else(files: Files) -> None:
    key = p256()
    signer = Signer.of(*files(certificate(key, purpose=ExtendedKeyUsageOID.SERVER_AUTH), pem(key)))
    with pytest.raises(InputError, match=r"media cannot be signed with the certificate: .*emailProtection"):
        tried(signer)


def test_whose_certificate_it_is(files: Files, tmp_path: Path) -> None:
    key = p256()
    paths = files(certificate(key), pem(key))
    assert signer_at(tmp_path / "own", *paths) == Signer.of(*paths)
    assert not (tmp_path / "own").exists()
    for only in ((paths[0], None), (None, paths[1])):
        with pytest.raises(InputError, match=r"belong together, and only .*pem is named"):
            signer_at(tmp_path / "own", *only)
    assert signer_at(tmp_path / "own") == Signer.local(tmp_path / "own")


def test_files_that_are_something_else(files: Files, tmp_path: Path) -> None:
    key, good = p256(), certificate
    cases = [
        (good(key), pem(p256()), "the key does not belong to the first certificate"),
        (b"no certificate", pem(key), r"chain.pem holds no certificates as PEM"),
        (b"", pem(key), r"chain.pem holds no certificates as PEM"),
        (pem(key), pem(key), r"chain.pem holds no certificates as PEM"),
        (good(key), b"no key", r"key.pem holds no private key as PEM"),
        (good(key), good(key), r"key.pem holds no private key as PEM"),
        (good(key), pem(key)[:90], r"key.pem holds no private key as PEM"),
        (good(key), b"\xff" * 99, r"key.pem holds no private key as PEM"),
        (good(key), pem(key, BestAvailableEncryption(b"x")), r"key.pem is locked by a passphrase"),
    ]
    for chain, private, sentence in cases:
        with pytest.raises(InputError, match=sentence):
            Signer.of(*files(chain, private))
    small = ec.generate_private_key(ec.SECP256K1())
    with pytest.raises(InputError, match="of a kind that media are not signed with"):
        Signer.of(*files(good(small), pem(small)))
    with pytest.raises(InputError, match="cannot be read: no such file"):
        Signer.of(tmp_path / "none.pem", tmp_path / "none.pem")


def test_the_local_one_is_made_once_and_kept_to_oneself(tmp_path: Path, video: Path) -> None:
    folder = tmp_path / "data" / "credentials"
    signer = Signer.local(folder)
    assert Signer.local(folder) == signer
    modes = {path.name: path.stat().st_mode & 0o777 for path in folder.iterdir()}
    assert modes.pop("signer.lock") & 0o077 in (0, 0o44)
    assert modes == {"signer.pem": 0o600, "authorities.pem": 0o644}
    assert b"PRIVATE" not in (folder / "authorities.pem").read_bytes()
    assert "PRIVATE" not in repr(signer)
    assert signer.expires > datetime.now(UTC) + 3000 * DAY
    sign(video, tried(signer), Facts("warp 1"))
    assert inspected(video, authorities(folder)).trusted


@pytest.mark.parametrize("damage", [b"", b"damaged", b"\xff" * 50])
def test_a_damaged_one_is_made_anew(tmp_path: Path, damage: bytes, caplog: pytest.LogCaptureFixture) -> None:
    first = Signer.local(tmp_path)
    (tmp_path / "signer.pem").write_bytes(damage)
    second = Signer.local(tmp_path)
    assert second != first
    assert Signer.local(tmp_path) == second
    assert "made anew" in caplog.text


def test_one_that_runs_out_is_made_anew_and_the_old_films_stay_known(tmp_path: Path, video: Path) -> None:
    first = Signer.local(tmp_path)
    sign(video, first, Facts("warp 1"))
    key = p256()
    (tmp_path / "signer.pem").write_bytes(pem(key) + certificate(key, ends=20 * DAY))
    second = Signer.local(tmp_path)
    assert second.expires > datetime.now(UTC) + 3000 * DAY
    assert second != first
    assert inspected(video, authorities(tmp_path)).trusted


@pytest.mark.parametrize("unread", ["signer.pem", "authorities.pem"])
def test_nothing_is_made_anew_over_what_cannot_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, unread: str
) -> None:
    Signer.local(tmp_path)
    if unread == "authorities.pem":
        (tmp_path / "signer.pem").unlink()
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    read = Path.read_bytes

    def failing(path: Path) -> bytes:
        if path.name == unread:
            raise OSError(EIO, "Input/output error")
        return read(path)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "read_bytes", failing)
        with pytest.raises(InputError, match=rf"{unread} cannot be read: input/output error; see to"):
            Signer.local(tmp_path)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_authorities_are_added_to_whatever_stands_there(tmp_path: Path, video: Path) -> None:
    sign(video, Signer.local(tmp_path), Facts("warp 1"))
    known = (tmp_path / "authorities.pem").read_bytes() + "# of März\n".encode()
    (tmp_path / "authorities.pem").write_bytes(known)
    (tmp_path / "signer.pem").unlink()
    Signer.local(tmp_path)
    assert (tmp_path / "authorities.pem").read_bytes().startswith(known)
    assert inspected(video, authorities(tmp_path)).trusted


def test_processes_that_start_at_once_get_one(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from visavis.credentials import Signer; "
        "print(hash(Signer.local(Path(sys.argv[1])).chain.decode()))"
    )
    started = [
        subprocess.Popen(
            [sys.executable, "-c", script, str(tmp_path)],
            stdout=subprocess.PIPE,
            env={"PYTHONHASHSEED": "0"},
        )
        for _ in range(2)
    ]
    assert len({process.communicate(timeout=60)[0] for process in started}) == 1
    assert all(process.returncode == 0 for process in started)
    assert authorities(tmp_path).count("BEGIN") == 1


def test_a_folder_that_cannot_be(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match=r"cannot write .*file"):
        Signer.local(tmp_path / "file" / "credentials")


def test_importing_it_loads_nothing_heavy() -> None:
    code = "import sys, visavis.credentials; print({'c2pa', 'cryptography', 'PIL'} & set(sys.modules))"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert told == "set()\n"
