"""A private certificate authority and a server certificate for loopback, as PEM files.

`Authority(directory)` makes the authority; `issue` makes a certificate for the given names, by default localhost and
127.0.0.1. `days=-1` makes one that has expired. Keys are P-256: a pair takes about a millisecond. Like many a home-made
authority it leaves key identifiers out, which Python 3.13 asks for unless told otherwise.
"""

import datetime as dt
from collections.abc import Sequence
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

LOOPBACK = ("localhost", "127.0.0.1")


class Authority:
    """A certificate authority nobody trusts unless told to."""

    def __init__(self, directory: Path) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self._directory = directory
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = _name("mailbot test authority")
        self.ca_file = str(directory / "ca.pem")
        usage = x509.KeyUsage(False, False, False, False, False, True, True, False, False)  # noqa: FBT003 - it signs certificates, nothing else
        builder = _valid(self._name, self._name, self._key, days=3650)
        certificate = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        certificate = certificate.add_extension(usage, critical=True)
        Path(self.ca_file).write_bytes(_pem(certificate.sign(self._key, hashes.SHA256())))

    def issue(self, stem: str = "server", names: Sequence[str] = LOOPBACK, days: int = 365) -> tuple[Path, Path]:
        """Certificate and key files for a server of these names."""
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = _valid(_name(names[0]), self._name, key, days).add_extension(
            x509.SubjectAlternativeName([_general(n) for n in names]), critical=False
        )
        cert_file, key_file = self._directory / f"{stem}.pem", self._directory / f"{stem}.key"
        cert_file.write_bytes(_pem(certificate.sign(self._key, hashes.SHA256())))
        key_file.write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
        return cert_file, key_file


def _valid(subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, days: int) -> x509.CertificateBuilder:
    now = dt.datetime.now(dt.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=30))
        .not_valid_after(now + dt.timedelta(days=days))
    )


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _general(name: str) -> x509.GeneralName:
    return x509.IPAddress(ip_address(name)) if name[0].isdigit() else x509.DNSName(name)


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)
