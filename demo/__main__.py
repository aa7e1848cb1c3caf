"""The first run: everything real, started from nothing, in one command.

Starts the embedded services, migrates, makes a demo shop of generated garments, has the real
worker embed them, asks a prompt over HTTP, and stays up until Ctrl-C. `.atelier/demo.json`
tells scripts where everything is. What this starts it also stops; a run that was killed
leaves nothing that stops the next one.
"""

import fcntl
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn
from rich.table import Table

from demo.processes import BASE, CommandFailed, beat, manage, web, worker
from demo.services import HOST, Addresses, forget, free_port, is_listening, start_services
from demo.supervisor import NotReady, Supervisor

GARMENTS, SEED = 300, 1
PROMPT = "red dress with floral patterns"
INDEXING_TIMEOUT = 600

console = Console()


FOLDER = BASE / ".atelier" / "demo"


def clean() -> int:
    """Forget the demo's data; return an exit status."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with _only_one(FOLDER):
        Supervisor(FOLDER)  # ends what a killed run left behind
        forget(FOLDER)
    return 0


def main() -> int:
    """Run the demo; return an exit status."""
    folder = FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    with _only_one(folder):
        state = BASE / ".atelier" / "demo.json"
        state.unlink(missing_ok=True)
        supervisor = Supervisor(folder)
        signal.signal(signal.SIGINT, _interrupt)
        signal.signal(signal.SIGTERM, _interrupt)
        try:
            _run(supervisor, folder, state)
        except KeyboardInterrupt:
            console.print("\nStopping …")
        except (NotReady, CommandFailed) as error:
            console.print(f"[red]{error}[/red]")
            return 1
        finally:
            state.unlink(missing_ok=True)
            supervisor.stop()
    return 0


def _interrupt(*_: object) -> None:
    """End the run on Ctrl-C or SIGTERM, once: make and the terminal may both send it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise KeyboardInterrupt


@contextmanager
def _only_one(folder: Path) -> Iterator[None]:
    with (folder / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            sys.exit("The demo is running already; stop it first (Ctrl-C where it runs).")
        yield


def _run(supervisor: Supervisor, folder: Path, state: Path) -> None:
    with _progress() as progress:
        step = progress.add_task("Starting PostgreSQL, Redis and Chroma", total=None)
        services = start_services(supervisor, folder)
        environment = {
            **services.environment(),
            "MEDIA_ROOT": str(folder / "media"),
            "BEAT_SCHEDULE_FILE": str(folder / "celerybeat-schedule"),
        }
        progress.update(step, description="Preparing the database")
        manage(environment, "migrate", "--verbosity", "0")
        progress.update(step, description="Preparing the demo shop")
        secrets = json.loads(manage(environment, "prepare_demo", str(folder / "secrets.json")))
        environment["DEMO_API_KEY"] = secrets["api_key"]
        progress.update(step, description="Starting the web server and the workers")
        url = _start_processes(supervisor, environment)
        watcher = threading.Thread(target=supervisor.watch, args=(console.print,), daemon=True)
        watcher.start()
        progress.remove_task(step)
        client = httpx.Client(
            base_url=f"{url}/api/v1/",
            headers={"Authorization": f"Api-Key {secrets['api_key']}"},
            timeout=30,
        )
        _fill_shop(progress, environment, folder, client, secrets)
    answer = _ask(client)
    _show(answer, url, secrets)
    _write_state(state, url=url, secrets=secrets, services=services, answer=answer)
    threading.Event().wait()


def _start_processes(supervisor: Supervisor, environment: dict[str, str]) -> str:
    port = int(os.environ.get("ATELIER_PORT") or 0)
    if port and is_listening(port):
        raise NotReady(f"Something else listens on port {port}; choose another ATELIER_PORT.")
    port = port or (8000 if not is_listening(8000) else free_port())
    for program in (web(port, environment), worker(environment), beat(environment)):
        supervisor.start(program)
    supervisor.wait_until_ready("web")
    return f"http://{HOST}:{port}"


def _fill_shop(
    progress: Progress,
    environment: dict[str, str],
    folder: Path,
    client: httpx.Client,
    secrets: dict[str, str],
) -> None:
    """Draw and load the garments, unless they are there, and wait until all are indexed."""
    if _count(client)["total"] < GARMENTS:
        garments = folder / "garments"
        options = ["--count", str(GARMENTS), "--seed", str(SEED)]
        _manage_with_progress(
            progress, "Drawing garments", environment, "generate_garments", str(garments), *options
        )
        options = ["--shop", secrets["shop_id"]]
        _manage_with_progress(
            progress, "Uploading garments", environment, "load_garments", str(garments), *options
        )
    task = progress.add_task("Embedding photos", total=GARMENTS)
    deadline = time.monotonic() + INDEXING_TIMEOUT
    while not (counts := _count(client))["is_settled"]:
        progress.update(task, total=counts["total"], completed=counts["indexed"])
        if time.monotonic() > deadline:
            raise NotReady(f"The photos were not embedded in time; see {folder / 'worker.log'}")
        time.sleep(0.3)
    progress.update(task, total=counts["total"], completed=counts["indexed"])


def _count(client: httpx.Client) -> dict[str, int]:
    counts = client.get("index/").raise_for_status().json()
    numbers = {name: counts[name] for name in ("pending", "indexed", "failed")}
    is_settled = not counts["pending"] and counts["is_complete"] and counts["is_calibrated"]
    return {**numbers, "total": sum(numbers.values()), "is_settled": is_settled}


def _ask(client: httpx.Client) -> dict[str, Any]:
    """Ask the demo's prompt; the worker may still be loading its model, so try again."""
    deadline = time.monotonic() + 60
    while True:
        body = {"prompt": PROMPT, "number_of_images": 5}
        response = client.post("recommendations/", json=body)
        if response.status_code != httpx.codes.SERVICE_UNAVAILABLE or time.monotonic() > deadline:
            answer: dict[str, Any] = response.raise_for_status().json()
            return answer
        time.sleep(float(response.headers.get("Retry-After", 1)))


def _show(answer: dict[str, Any], url: str, secrets: dict[str, str]) -> None:
    table = Table("", "name", "score", "match", title=f"“{PROMPT}”")
    for place, result in enumerate(answer["results"], 1):
        table.add_row(str(place), result["name"], f"{result['score']:.3f}", result["match"] or "")
    console.print(table)
    console.print(f"Try it yourself:   {url}/")
    console.print(f"API documentation: {url}/api/docs/")
    console.print(f"Admin:             {url}/admin/")
    console.print(f"  sign in as {secrets['admin_email']} with {secrets['admin_password']}")
    console.print(f"API key:           {secrets['api_key']}", soft_wrap=True)
    console.print("Ctrl-C stops everything.")


def _write_state(
    file: Path, *, url: str, secrets: dict[str, str], services: Addresses, answer: dict[str, Any]
) -> None:
    """Say where everything is, in one step, so that a reader never sees half of it."""
    state = {
        "state": "ready",
        "url": url,
        **{name: secrets[name] for name in ("api_key", "admin_email", "admin_password")},
        "services": {
            "postgres": services.database_url,
            "redis": services.redis_url,
            "chroma": services.chroma_url,
        },
        "pid": os.getpid(),
        "prompt": PROMPT,
        "results": [
            {name: result[name] for name in ("id", "name", "score", "match")}
            for result in answer["results"]
        ],
    }
    draft = file.with_suffix(".draft")
    draft.touch(mode=0o600)
    draft.write_text(json.dumps(state, indent=2))
    draft.replace(file)


def _progress() -> Progress:
    return Progress(
        SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(),
        console=console, transient=False,
    )  # fmt: skip


def _manage_with_progress(
    progress: Progress, title: str, environment: dict[str, str], *arguments: str
) -> None:
    """Run a management command that prints `done/total` lines, and show them as a bar."""
    task = progress.add_task(title, total=GARMENTS)
    with subprocess.Popen(  # noqa: S603 - our own command
        [sys.executable, "manage.py", *arguments],
        cwd=BASE, env={**os.environ, **environment}, stdout=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        for line in process.stdout or ():
            done, slash, total = line.strip().partition("/")
            if slash and done.isdigit() and total.isdigit():
                progress.update(task, completed=int(done), total=int(total))
    if process.returncode:
        raise NotReady(f"manage.py {arguments[0]} failed.")


if __name__ == "__main__":
    sys.exit(clean() if sys.argv[1:] == ["clean"] else main())
