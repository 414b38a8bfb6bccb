"""A launch without a browser: what the frame does, step by step, so that a test can stop or bend any step."""

import re
from dataclasses import dataclass, field
from html import unescape

import httpx


@dataclass
class Frame:
    """The frame in which Sextant is opened. Browsers send a Secure cookie to http://localhost, HTTP libraries do not:
    the cookie is kept by hand."""

    client: httpx.Client = field(default_factory=lambda: httpx.Client(timeout=60, trust_env=False))
    cookie: str = ""

    def get(self, url: str) -> httpx.Response:
        """One request; redirects are not followed."""
        return self._kept(self.client.get(url, headers=self._headers(url)))

    def post(self, url: str, form: dict[str, str | list[str]], **headers: str) -> httpx.Response:
        """One form."""
        return self._kept(self.client.post(url, data=form, headers={**self._headers(url), **headers}))

    def _headers(self, url: str) -> dict[str, str]:
        return {"Cookie": self.cookie} if self.cookie and "//localhost" in url else {}

    def _kept(self, answer: httpx.Response) -> httpx.Response:
        self.cookie = answer.headers.get("set-cookie", self.cookie).partition(";")[0]
        return answer

    def launch_url(self, ehr_url: str, patient: str) -> str:
        """The address that the chart's app tab puts into its frame."""
        tab = self.client.get(f"{ehr_url}/chart/{patient}/app")
        found = re.search(r'<iframe[^>]* src="([^"]+)"', tab.text)
        assert found, f"the chart's app tab answered {tab.status_code}"
        return unescape(found[1])

    def callback_url(self, ehr_url: str, patient: str) -> str:
        """As far as the EHR's redirect to our callback, which is not followed."""
        authorize = self.get(self.launch_url(ehr_url, patient)).headers["location"]
        return str(self.get(authorize).headers["location"])

    def open(self, ehr_url: str, patient: str) -> str:
        """The whole launch; the address of the visit page (not yet asked for)."""
        answer = self.get(self.callback_url(ehr_url, patient))
        assert answer.status_code == 303, answer.text
        return str(answer.next_request.url) if answer.next_request else ""


def visible_text(page: httpx.Response) -> str:
    """The page's text without markup, spaces joined."""
    body = re.sub(r"<(style|script)[^>]*>.*?</\1>", " ", page.text, flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())
