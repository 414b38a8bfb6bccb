"""The address at the EHR to which the browser is sent, and what is remembered until it comes back."""

from datetime import datetime
from urllib.parse import urlencode

from app.domain.session import PendingLaunch
from app.launch.discovery import SmartConfiguration
from app.launch.pkce import new_code_verifier, random_id, s256_challenge
from app.launch.registration import EhrRegistration
from app.launch.scopes import scopes_to_request


def new_pending(
    registration: EhrRegistration, configuration: SmartConfiguration, browser: str, now: datetime
) -> PendingLaunch:
    """A pending launch with fresh random values."""
    return PendingLaunch(
        state=random_id(),
        browser=browser,
        ehr=registration.key,
        nonce=random_id(),
        code_verifier=new_code_verifier(),
        requested_scopes=scopes_to_request(registration, configuration.capabilities),
        created_at=now,
    )


def authorize_url(
    registration: EhrRegistration,
    configuration: SmartConfiguration,
    pending: PendingLaunch,
    launch: str,
    redirect_uri: str,
) -> str:
    """The authorize request as a GET, which every server must take. `launch` goes back unchanged."""
    query = {
        "response_type": "code",
        "client_id": registration.client_id,
        "redirect_uri": redirect_uri,
        "launch": launch,
        "scope": " ".join(pending.requested_scopes),
        "state": pending.state,
        "nonce": pending.nonce,
        "aud": registration.iss,
        "code_challenge": s256_challenge(pending.code_verifier),
        "code_challenge_method": "S256",
    }
    endpoint = configuration.authorization_endpoint
    return endpoint + ("&" if "?" in endpoint else "?") + urlencode(query)
