"""A PostgreSQL server of the tests' own: a temporary folder, a socket in it and no network."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path


def binaries() -> Path | None:
    """The folder of the newest server that is installed; None without one."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    if folders:
        return folders[-1].parent
    found = shutil.which("initdb")
    return Path(found).parent if found else None


class PostgresServer:
    """Runs until it is stopped; durable enough for tests, which do not cut the power."""

    def __init__(self, programs: Path) -> None:
        self._programs = programs
        self.folder = Path(tempfile.mkdtemp(prefix="luthier-pg-", dir="/tmp"))  # a socket's path is at most 107 characters
        if os.geteuid() == 0:
            shutil.chown(self.folder, "postgres", "postgres")
        settings = ("--username", "tester", "--auth", "trust", "--encoding", "UTF8", "--locale", "C", "--no-sync")
        self._run("initdb", "--pgdata", str(self.folder / "data"), *settings)
        options = f"-c listen_addresses= -c unix_socket_directories={self.folder} -c fsync=off -c max_connections=60"
        self._run("pg_ctl", "--pgdata", str(self.folder / "data"), "--options", options, "--log", str(self.folder / "log"), "--wait", "start")

    @property
    def url(self) -> str:
        """Of a database that any test may empty."""
        return f"postgresql://tester@/postgres?host={self.folder}"

    def stop(self) -> None:
        """Stop the server and remove its files."""
        self._run("pg_ctl", "--pgdata", str(self.folder / "data"), "--mode", "immediate", "--wait", "stop")
        shutil.rmtree(self.folder, ignore_errors=True)

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self._programs / program), *arguments]
        command = ["runuser", "-u", "postgres", "--", *command] if os.geteuid() == 0 else command  # it refuses to run as root
        subprocess.run(command, check=True, cwd="/", stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
