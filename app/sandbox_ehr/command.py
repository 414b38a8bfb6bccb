"""The command line: serve the EHR, or print the synthetic clinic for another server."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import uvicorn

from app.sandbox_ehr.clients import APP_CALLBACK, Registry, read_registry, registered
from app.sandbox_ehr.gateway import create_gateway
from app.sandbox_ehr.settings import EhrSettings
from app.sandbox_ehr.styles import STYLES
from app.sandbox_ehr.upstream import Upstream

GRACE_SECONDS = 3


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit status 0; bad options end in argparse's 2."""
    options = _parser().parse_args(arguments)
    return int(options.run(options))


def serve(options: argparse.Namespace) -> int:
    settings = _settings(options)
    with tempfile.TemporaryDirectory(prefix="sandbox-ehr-") as scratch:
        upstream = _upstream(options, settings, Path(options.data_dir or scratch))
        gateway = create_gateway(settings, upstream)
        print(f"Sandbox EHR: {settings.base_url}/  (FHIR base {settings.fhir_base})", flush=True)
        quiet: dict[str, Any] = {"log_level": "warning", "access_log": False}
        uvicorn.run(gateway, host=options.host, port=options.port, timeout_graceful_shutdown=GRACE_SECONDS, **quiet)
    return 0


def bundles(options: argparse.Namespace) -> int:
    for bundle in _clinic(options):
        print(json.dumps(bundle, separators=(",", ":")))
    return 0


def ndjson(options: argparse.Namespace) -> int:
    from app.sandbox_ehr.clinic import write_ndjson

    options.out.mkdir(parents=True, exist_ok=True)
    write_ndjson(options.out, options.as_of, options.patients, options.seed)
    print(f"Written to {options.out}", file=sys.stderr)
    return 0


def _settings(options: argparse.Namespace) -> EhrSettings:
    return EhrSettings(
        base_url=(options.base_url or f"http://{options.host}:{options.port}").rstrip("/"),
        as_of=options.as_of,
        app_launch_url=options.app_launch_url,
        registry=_registry(options),
        user=options.user,
        access_seconds=options.token_seconds,
        faults=options.faults,
        style=options.style,
    )


def _registry(options: argparse.Namespace) -> Registry:
    if options.clients:
        return read_registry(options.clients.read_text())
    secret = options.client_secret_file.read_text().strip() if options.client_secret_file else None
    return registered(options.client_id, secret, tuple(options.redirect_uri))


def _upstream(options: argparse.Namespace, settings: EhrSettings, directory: Path) -> Upstream:
    if options.upstream:
        return Upstream(options.upstream, settings.fhir_base)
    # Only here: the store costs an import of its own, which a gateway in front of HAPI does not need.
    from app.sandbox_ehr.store import STORE_BASE, open_store

    store = open_store(directory)
    count = store.load(_charts(options))
    print(f"Loaded {count} resources as of {options.as_of}", flush=True)
    return Upstream(STORE_BASE, settings.fhir_base, httpx.ASGITransport(store.app))


def _charts(options: argparse.Namespace) -> Iterator[dict[str, Any]]:
    if options.clinic:
        yield from _clinic(options)
    for path in options.load:
        with path.open() as lines:
            yield from map(json.loads, filter(str.strip, lines))


def _clinic(options: argparse.Namespace) -> Iterator[dict[str, Any]]:
    from app.sandbox_ehr.clinic import transaction_bundles

    return transaction_bundles(options.as_of, options.patients, options.seed)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m app.sandbox_ehr", description=__doc__)
    verbs = parser.add_subparsers(required=True)
    _add_serve(verbs.add_parser("serve", help="serve the EHR on this machine"))
    lines = verbs.add_parser("bundles", help="print one transaction Bundle a line")
    lines.set_defaults(run=bundles)
    _add_clinic(lines)
    files = verbs.add_parser("ndjson", help="write one file a resource type, as a bulk export would")
    files.add_argument("--out", type=Path, required=True)
    files.set_defaults(run=ndjson)
    _add_clinic(files)
    return parser


def _add_serve(serving: argparse.ArgumentParser) -> None:
    serving.set_defaults(run=serve)
    _add_clinic(serving)
    serving.add_argument("--host", default="127.0.0.1")
    serving.add_argument("--port", type=int, default=8100)
    serving.add_argument("--base-url", help="the address that clients use; default http://HOST:PORT")
    serving.add_argument("--upstream", help="a FHIR R4 base to stand in front of, instead of the built-in store")
    serving.add_argument("--data-dir", help="where the built-in store keeps its file; default: thrown away")
    serving.add_argument("--no-clinic", dest="clinic", action="store_false", help="start with an empty store")
    serving.add_argument(
        "--load", type=Path, action="append", default=[], help="a file of Bundles, one a line, as `bundles` prints"
    )
    serving.add_argument("--faults", action="store_true", help="offer /__faults, /__log and /__tokens")
    serving.add_argument(
        "--style", choices=["", *STYLES], default="", help="offer this style to apps (smart_style_url)"
    )
    serving.add_argument("--app-launch-url", default="http://localhost:8200/launch")
    serving.add_argument("--client-id", default="sextant")
    serving.add_argument("--client-secret-file", type=Path, help="makes the client symmetric; without: public")
    serving.add_argument("--redirect-uri", action="append", default=[], help=f"may be repeated; default {APP_CALLBACK}")
    serving.add_argument("--clients", type=Path, help="a JSON list of clients, instead of the two above")
    serving.add_argument("--user", help="the clinician at the screen, e.g. Practitioner/dr-reyes")
    serving.add_argument("--token-seconds", type=int, default=3600, help="life of an access token")


def _add_clinic(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--as-of", type=date.fromisoformat, default=date.today(), help="the clinic's today")
    parser.add_argument("--patients", type=int, default=0, help="so many patients beside the named scenarios")
    parser.add_argument("--seed", type=int, default=1)
