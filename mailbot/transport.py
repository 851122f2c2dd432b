"""What IMAP and SMTP share: verified TLS, and the sentence an operator reads when a server can't be used.

Takes a login from the settings and what the network or a server said; gives TLS contexts and errors of the tree. Each
message is "what is wrong and where; the cure", without a secret: `finding` splits it at the first semicolon. Knows
neither letters nor tickets and opens no connection itself. Limit: hints exist for the providers in `PROVIDERS` only.
"""

import errno
import socket
import ssl
from collections.abc import Mapping

from mailbot.errors import MailbotError, ServerRefused, Transient, WrongSettings
from mailbot.settings import Mailbox, Smtp

Finding = tuple[bool, str, str]

AUTHORISATION_CODE = (
    "this provider takes an authorisation code (授权码) instead of the password: "
    "make one in the web mail's settings, switch IMAP and SMTP on there, and put the code into password_file"
)
APP_CODE = "this provider takes an app password instead of the account's: make one in its security settings and put it into password_file"
NO_PASSWORDS = "this provider has switched password logins off: use token_file with a program that keeps an access token fresh"
PROVIDERS: Mapping[str, str] = {
    **dict.fromkeys(("163.com", "126.com", "yeah.net", "188.com", "qq.com", "foxmail.com", "qiye.163.com"), AUTHORISATION_CODE),
    **dict.fromkeys(("sina.com", "sina.cn", "sohu.com", "aliyun.com"), AUTHORISATION_CODE),
    **dict.fromkeys(("gmail.com", "googlemail.com", "icloud.com", "yahoo.com"), APP_CODE),
    **dict.fromkeys(("office365.com", "outlook.com", "hotmail.com"), NO_PASSWORDS),
}
TLS_PORTS = {"IMAP": (993, 143), "SMTP": (465, 587)}


def context(login: Mailbox | Smtp) -> ssl.SSLContext:
    """A TLS context that checks chain and name, unless the settings say verify = false.

    Raises WrongSettings when ca_file can't be used.
    """
    try:
        made = ssl.create_default_context(cafile=login.ca_file or None)
    except (OSError, ssl.SSLError) as error:
        reason = "is not a PEM certificate" if isinstance(error, ssl.SSLError) else f"can't be read ({error.strerror})"
        raise WrongSettings(
            f"ca_file {login.ca_file} for {login.host} {reason}; name a PEM file with the authority's certificate"
        ) from None
    if login.ca_file:
        made.verify_flags &= ~ssl.VERIFY_X509_STRICT  # from Python 3.13 on; home-made authorities lack key identifiers
    if not login.verify:
        made.check_hostname = False
        made.verify_mode = ssl.CERT_NONE
    return made


def place(login: Mailbox | Smtp) -> str:
    """The server as sentences name it."""
    return f"{_protocol(login)} server {login.host}:{login.port}"


def unreachable(login: Mailbox | Smtp, error: OSError) -> MailbotError:
    """The error for a connection that could not be made, secured or kept."""
    where = place(login)
    if isinstance(error, ssl.SSLError):
        return _insecure(login, error)
    if isinstance(error, socket.gaierror):
        return Transient(f"{where}: the name can't be resolved; check host and this machine's DNS")
    if isinstance(error, TimeoutError):
        return Transient(f"{where} did not answer within {login.timeout:g} s; check host, port and firewall")
    if isinstance(error, ConnectionRefusedError) or f"Errno {errno.ECONNREFUSED}" in str(error):
        return Transient(f"{where} refuses connections; check host and port, and that the server runs")
    return Transient(f"{where}: the connection broke ({clean(login, error.strerror or str(error))}); it is tried again")


def login_cure(login: Mailbox | Smtp) -> str:
    """What to do about a login that was refused."""
    if login.token_file:
        return f"see that the program that renews {login.token_file} runs, and that the token is for this user and allows IMAP and SMTP"
    return hint(login) or "check user and the password in password_file"


def hint(login: Mailbox | Smtp) -> str:
    """What the provider is known to want; empty when it isn't known."""
    host = login.host.lower()
    return next((cure for name, cure in PROVIDERS.items() if host == name or host.endswith(f".{name}")), "")


def clean(login: Mailbox | Smtp, said: str) -> str:
    """A server's words in one line, without the secret, fit to stand before the semicolon of a cure."""
    line = " ".join(said.split()).replace(";", ",")[:300]
    return line.replace(login.password, "…") if login.password else line


def finding(error: MailbotError) -> Finding:
    """An error as `mailbot check` prints it: (False, sentence, cure)."""
    sentence, _, cure = str(error).partition("; ")
    return False, sentence, cure


def security_findings(login: Mailbox | Smtp) -> list[Finding]:
    """What `mailbot check` holds against the settings themselves."""
    found: list[Finding] = []
    if not login.verify and login.security != "none":
        cure = "remove verify = false; name a private authority in ca_file"
        found.append((False, f"{place(login)}: the certificate is not checked, anyone on the way can read the mail and the password", cure))
    if login.security == "none" and login.allow_plaintext:
        cure = 'use security = "tls" or "starttls" and remove allow_plaintext'
        found.append((False, f"{place(login)}: mail and password go in the clear", cure))
    return found


def _protocol(login: Mailbox | Smtp) -> str:
    return "IMAP" if isinstance(login, Mailbox) else "SMTP"


def _insecure(login: Mailbox | Smtp, error: ssl.SSLError) -> MailbotError:
    where = place(login)
    if "WRONG_VERSION_NUMBER" in str(error):
        tls, starttls = TLS_PORTS[_protocol(login)]
        return ServerRefused(f'{where} does not begin with TLS; use security = "starttls" (port {starttls}) or the TLS port {tls}')
    if not isinstance(error, ssl.SSLCertVerificationError):
        return Transient(f"{where}: TLS failed ({clean(login, error.reason or str(error))}); if it goes on, ask who runs the server")
    reason = error.verify_message
    if "mismatch" in reason or "not valid for" in reason:
        return ServerRefused(f"{where} shows a certificate for another name; set host to the name in the certificate")
    if "expired" in reason:
        return ServerRefused(f"{where} shows a certificate that has expired; whoever runs the server must renew it")
    return ServerRefused(f"{where} shows a certificate that is not trusted ({reason}); name the authority's PEM file in ca_file")
