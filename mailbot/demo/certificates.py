"""A certificate authority made for one run of the demo, and the post office's certificate.

Takes a folder, gives PEM files: the service verifies certificates in the demo exactly as it does in production.
The authority's key is never written; after the run nobody can issue anything in its name.
"""

from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from msgspec import Struct

VALID_FOR = timedelta(days=30)


class Certificates(Struct, frozen=True):
    """PEM files: what clients trust, and what the server shows."""

    ca_file: Path
    certificate: Path
    key: Path


def make(folder: Path) -> Certificates:
    """A fresh authority and a certificate for localhost and 127.0.0.1 in `folder`."""
    made = Certificates(folder / "ca.pem", folder / "server.pem", folder / "server.key")
    authority, server = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    issuer, subject = _named("mailbot demo authority"), _named("localhost")
    names = x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))])
    root = _begun(issuer, issuer, authority).add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    root = root.add_extension(x509.SubjectKeyIdentifier.from_public_key(authority.public_key()), critical=False)
    root = root.add_extension(_may_sign_certificates(), critical=True)
    shown = _begun(subject, issuer, server).add_extension(names, critical=False)
    shown = shown.add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.public_key()), critical=False)
    made.ca_file.write_bytes(root.sign(authority, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    made.certificate.write_bytes(shown.sign(authority, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    made.key.touch(mode=0o600)
    made.key.write_bytes(server.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain))
    return made


def _begun(subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key.public_key())
    return builder.serial_number(x509.random_serial_number()).not_valid_before(now - timedelta(hours=1)).not_valid_after(now + VALID_FOR)


def _may_sign_certificates() -> x509.KeyUsage:
    content = ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment")
    others = (*content, "key_agreement", "encipher_only", "decipher_only")
    return x509.KeyUsage(key_cert_sign=True, crl_sign=True, **dict.fromkeys(others, False))


def _named(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
