"""`python -m app.sandbox_ehr serve | bundles | ndjson`."""

from app.sandbox_ehr.command import main

if __name__ == "__main__":
    raise SystemExit(main())
