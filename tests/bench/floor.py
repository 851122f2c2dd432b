"""The floor: fetch every letter from the server, parse it with the standard library, store it durably, nothing else."""

import email
import imaplib
import sqlite3
import ssl
import sys
import time


def main(host: str, port: int, ca_file: str, user: str, password: str, database: str) -> None:
    """Prints how many letters in how many seconds."""
    connection = sqlite3.connect(database, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE letter (uid INTEGER PRIMARY KEY, sender TEXT, subject TEXT, raw BLOB)")
    start, count = time.perf_counter(), 0
    client = imaplib.IMAP4_SSL(host, port, ssl_context=ssl.create_default_context(cafile=ca_file))
    client.login(user, password)
    client.select("INBOX")
    uids = client.uid("SEARCH", "ALL")[1][0].split()
    for place in range(0, len(uids), 50):
        _, answer = client.uid("FETCH", b",".join(uids[place : place + 50]).decode(), "(UID BODY.PEEK[])")
        for item in answer:
            if isinstance(item, tuple):
                parsed = email.message_from_bytes(item[1])
                for part in parsed.walk():
                    part.get_payload(decode=True)
                connection.execute(
                    "INSERT INTO letter (sender, subject, raw) VALUES (?, ?, ?)", (str(parsed["From"]), str(parsed["Subject"]), item[1])
                )
                count += 1
    client.logout()
    print(count, time.perf_counter() - start)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), *sys.argv[3:7])
