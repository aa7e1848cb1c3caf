"""`python -m demo`: start the whole product with a filled shop, until Ctrl-C.

Starts the embedded services, migrates, fills a shop with generated garments, waits for the real
worker to embed them, and searches over HTTP. `.atelier/demo.json` contains addresses and secrets
for scripts. Everything that was started is stopped again; a new run ends what a killed run left.
`python -m demo clean` deletes the demo's data; `python -m demo shell` opens Django's shell on it.
"""

import fcntl
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn
from rich.table import Table

from demo.processes import BASE, CommandFailed, beat, flower, manage, web, worker
from demo.services import (
    HOST,
    Addresses,
    delete_data,
    free_port,
    is_listening,
    read_secret,
    start_services,
)
from demo.shop import PROMPT, fill_shop, open_client, prepare_shop, search
from demo.supervisor import NotReady, Supervisor

FLOWER_USER, FLOWER_PORT = "flower", 5555
FOLDER = BASE / ".atelier" / "demo"
STATE_FILE = BASE / ".atelier" / "demo.json"

console = Console()


def clean() -> int:
    """Delete the demo's data; return an exit status."""
    with _lock(FOLDER):
        Supervisor(FOLDER)  # ends the processes of a killed run
        delete_data(FOLDER)
    return 0


def shell(arguments: Sequence[str]) -> int:
    """Open Django's shell on the demo's data; return its exit status.

    Uses the services of a running demo, or starts them for as long as the shell is open.
    """
    if STATE_FILE.exists():
        return _open_shell(
            Addresses(*json.loads(STATE_FILE.read_text())["services"].values()), arguments
        )
    with _lock(FOLDER):
        supervisor = Supervisor(FOLDER)
        try:
            services = start_services(supervisor, FOLDER)
            manage(_environment(services), "migrate", "--verbosity", "0")
            return _open_shell(services, arguments)
        finally:
            supervisor.stop()


def _open_shell(services: Addresses, arguments: Sequence[str]) -> int:
    environment = {**os.environ, **_environment(services)}
    command = [sys.executable, "manage.py", "shell", *arguments]
    return subprocess.call(command, cwd=BASE, env=environment)  # noqa: S603 - our own command


def _environment(services: Addresses) -> dict[str, str]:
    return {
        **services.environment(),
        "SECRET_KEY": read_secret(FOLDER / "secret.key"),
        "MEDIA_ROOT": str(FOLDER / "media"),
        # Not to the log of a process, which would then contain addresses and links.
        "EMAIL_URL": f"filemail:///{FOLDER / 'mails'}",
        "BEAT_SCHEDULE_FILE": str(FOLDER / "celerybeat-schedule"),
    }


def main() -> int:
    """Run the demo; return an exit status."""
    with _lock(FOLDER):
        STATE_FILE.unlink(missing_ok=True)
        supervisor = Supervisor(FOLDER)
        signal.signal(signal.SIGINT, _interrupt)
        signal.signal(signal.SIGTERM, _interrupt)
        try:
            _run(supervisor)
        except KeyboardInterrupt:
            console.print("\nStopping …")
        except (NotReady, CommandFailed) as error:
            console.print(f"[red]{error}[/red]")
            return 1
        finally:
            STATE_FILE.unlink(missing_ok=True)
            supervisor.stop()
    return 0


def _interrupt(*_: object) -> None:
    """End the run on the first signal: make and the terminal may both send one."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise KeyboardInterrupt


@contextmanager
def _lock(folder: Path) -> Iterator[None]:
    """Hold the folder's lock; exit if another demo holds it."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            sys.exit("The demo is already running; stop it first (Ctrl-C where it runs).")
        yield


def _run(supervisor: Supervisor) -> None:
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=console, transient=False) as progress:
        step = progress.add_task("Starting PostgreSQL, Redis and Chroma", total=None)
        services = start_services(supervisor, FOLDER)
        environment = _environment(services)
        progress.update(step, description="Preparing the database")
        manage(environment, "migrate", "--verbosity", "0")
        progress.update(step, description="Preparing the demo shop")
        secrets = prepare_shop(environment, FOLDER)
        environment["DEMO_API_KEY"] = secrets["api_key"]
        progress.update(step, description="Starting the web server and the workers")
        url = _start_processes(supervisor, environment)
        flower_login = _start_flower(supervisor, environment)
        threading.Thread(target=supervisor.watch, args=(console.print,), daemon=True).start()
        progress.remove_task(step)
        client = open_client(url, secrets["api_key"])
        fill_shop(progress, environment, FOLDER, client, secrets["shop_id"])
    answer = search(client)
    _show(answer, url, secrets, flower_login)
    _write_state(
        url=url, secrets=secrets, services=services, flower_login=flower_login, answer=answer
    )
    threading.Event().wait()


def _start_processes(supervisor: Supervisor, environment: dict[str, str]) -> str:
    port = int(os.environ.get("ATELIER_PORT") or 0)
    if port and is_listening(port):
        raise NotReady(f"Another program listens on port {port}; choose another ATELIER_PORT.")
    port = port or (8000 if not is_listening(8000) else free_port())
    url = environment["SITE_URL"] = f"http://{HOST}:{port}"
    for program in (web(port, environment), worker(environment), beat(environment)):
        supervisor.start(program)
    supervisor.wait_until_ready("web")
    return url


def _start_flower(supervisor: Supervisor, environment: dict[str, str]) -> dict[str, str]:
    """Start Flower; return its address and its login."""
    port = FLOWER_PORT if not is_listening(FLOWER_PORT) else free_port()
    password = read_secret(FOLDER / "flower.password")
    supervisor.start(flower(port, environment, login=f"{FLOWER_USER}:{password}"))
    return {"url": f"http://{HOST}:{port}", "user": FLOWER_USER, "password": password}


def _show(
    answer: dict[str, Any], url: str, secrets: dict[str, str], flower_login: dict[str, str]
) -> None:
    table = Table("", "name", "score", "match", title=f"“{PROMPT}”")
    for place, result in enumerate(answer["results"], 1):
        table.add_row(str(place), result["name"], f"{result['score']:.3f}", result["match"] or "")
    console.print(table)
    console.print(f"Try it yourself:   {url}/")
    console.print(f"API documentation: {url}/api/docs/")
    console.print(f"Admin:             {url}/admin/")
    console.print(f"  sign in as {secrets['admin_email']} with {secrets['admin_password']}")
    console.print(f"Tasks and workers: {flower_login['url']}/")
    console.print(
        f"  sign in as {flower_login['user']} with {flower_login['password']}", soft_wrap=True
    )
    console.print(f"API key:           {secrets['api_key']}", soft_wrap=True)
    console.print("Ctrl-C stops everything.")


def _write_state(
    *,
    url: str,
    secrets: dict[str, str],
    services: Addresses,
    flower_login: dict[str, str],
    answer: dict[str, Any],
) -> None:
    """Write the state file atomically, readable for this user only."""
    state = {
        "state": "ready",
        "url": url,
        **{name: secrets[name] for name in ("api_key", "admin_email", "admin_password")},
        "services": {
            "postgres": services.database_url,
            "redis": services.redis_url,
            "chroma": services.chroma_url,
            "postgres_owner": services.database_owner_url,
        },
        "flower": flower_login,
        "pid": os.getpid(),
        "prompt": PROMPT,
        "results": [
            {name: result[name] for name in ("id", "name", "score", "match")}
            for result in answer["results"]
        ],
    }
    draft = STATE_FILE.with_suffix(".draft")
    draft.touch(mode=0o600)
    draft.write_text(json.dumps(state, indent=2))
    draft.replace(STATE_FILE)


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["clean"]:
            sys.exit(clean())
        case ["shell", *arguments]:
            sys.exit(shell(arguments))
        case _:
            sys.exit(main())
