"""A device at home counts in a live launch, not only in a file: its scope is asked for, granted and used."""

from tests.e2e.conftest import World
from tests.e2e.launching import Frame


def test_cpap_at_home_is_evidence_of_treated_sleep_apnea(reading_world: World) -> None:
    frame = Frame()
    page = frame.open(reading_world.ehr.base_url, "careful-at-78")
    review = frame.get(f"{page}/review.json").json()
    assert review["feeds"]["procedures"] == "available"
    evidence = [each["reference"] for finding in review["findings"] for each in finding["evidence"]]
    assert "DeviceUseStatement/careful-at-78-device-1" in evidence
