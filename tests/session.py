"""A signed-in browser without the browser, for what is to be seen at the level of HTTP."""

import http.client
import re
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from urllib.parse import urlencode

from tests.journeys.candidate import EMAIL, QUESTION

PATIENCE = 10  # seconds for one answer
HIDDEN = re.compile(r'name="(?P<name>csrfmiddlewaretoken|key)" value="(?P<value>[^"]+)"')


@dataclass
class Session:
    """The demo candidate: a connection, and the cookies."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)
    _connection: http.client.HTTPConnection | None = None

    def twin(self) -> "Session":
        """The same person on a connection of its own."""
        return Session(self.port, dict(self.cookies))

    def close(self) -> None:
        """Close the connection; the next question opens another one."""
        if self._connection:
            self._connection.close()
            self._connection = None

    def ask(
        self, path: str, fields: dict[str, str] | None = None, **headers: str
    ) -> tuple[int, str]:
        """Get a page, or post a form; gives the status and the body. OSError: no answer."""
        connection = self._connection or http.client.HTTPConnection(
            "127.0.0.1", self.port, timeout=PATIENCE
        )
        self._connection = None  # kept only when all goes well
        headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        body = None
        if fields is not None:
            body = urlencode(fields)
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            headers["X-CSRFToken"] = self.cookies.get("csrftoken", "")
        try:
            connection.request("POST" if fields is not None else "GET", path, body, headers)
            answer = connection.getresponse()
            text = answer.read().decode()
        except (OSError, http.client.HTTPException) as problem:
            connection.close()
            raise ConnectionError(f"no whole answer: {problem!r}") from problem
        self._connection = connection
        for set_cookie in answer.headers.get_all("Set-Cookie", []):
            self.cookies.update({k: m.value for k, m in SimpleCookie(set_cookie).items()})
        return answer.status, answer.headers.get("Location") or text

    def sign_in(self, *, password: str) -> None:
        """Sign in by the form, as a browser does."""
        _, page = self.ask("/accounts/login/")
        form = {**_hidden(page), "login": EMAIL, "password": password, "remember": "on"}
        status, _ = self.ask("/accounts/login/", form)
        assert status == 302, f"the sign-in answered {status}"

    def start_interview(self) -> str:
        """Start an interview; gives its id."""
        _, page = self.ask(f"/questions/{QUESTION}/")
        choices = {"framework": "four-stage", "minutes": "45", "target": "senior"}
        form = {**_hidden(page), **choices, "pacing": "soft"}
        status, _ = self.ask(f"/questions/{QUESTION}/interviews/", form)
        assert status == 302, f"the start answered {status}"
        return form["key"]


def _hidden(page: str) -> dict[str, str]:
    """The hidden fields of a page's forms."""
    return {found["name"]: found["value"] for found in HIDDEN.finditer(page)}
