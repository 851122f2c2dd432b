"""The company's installation: a folder with settings, password and database, as an operator would write them."""

import json
from pathlib import Path

from mailbot.demo.cast import COMPANY, COMPLAINTS, SERVICE, STAFF, Person
from mailbot.demo.postoffice import HOST, PostOffice

FIRST_LINE = "# Made by `mailbot demo`."
SETTINGS, DATABASE, PASSWORD, CA = "mailbot.toml", "mailbot.db", "password.txt", "ca.pem"


def write(folder: Path, office: PostOffice) -> Path:
    """Write settings and password; gives the settings file. IMAP over TLS, SMTP with STARTTLS, the demo's own CA."""
    (folder / PASSWORD).write_text(f"{SERVICE.password}\n", "utf-8")
    (folder / PASSWORD).chmod(0o600)
    trusted = json.dumps(str(office.certificates.ca_file))
    login = f'host = "{HOST}"\nuser = "{COMPLAINTS}"\npassword_file = "{PASSWORD}"\nca_file = {trusted}'
    parts = [
        f"{FIRST_LINE} The mail server of the demo lives only while the demo runs; the record stays readable.",
        f'[database]\nurl = "sqlite:///{DATABASE}"',
        f'[[mailbox]]\nport = {office.imap_port}\nsecurity = "tls"\npoll_seconds = 5.0\n{login}',
        f'[smtp]\nport = {office.submission_port}\nsecurity = "starttls"\naddress = "{COMPLAINTS}"\n{login}',
        # Half past nine, so that the digest shows what fell due when the office opened.
        f'[company]\nname = "{COMPANY}"\nlanguage = "zh"\ntimezone = "Asia/Shanghai"\nprocedure = "feedback"\ndigest_at = "09:30"',
        *map(_member, STAFF),
    ]
    path = folder / SETTINGS
    path.write_text("\n\n".join(parts) + "\n", "utf-8")
    return path


def _member(person: Person) -> str:
    return (
        f'[[staff]]\nname = "{person.name}"\naddresses = ["{person.address}"]\nrole = "{person.role}"\n'
        f'department = "{person.department or "customer-service"}"\nlanguage = "{person.language}"'
    )
