"""A tiny browser that signs in without a person: keeps cookies, follows redirects, submits HTML forms.

It never follows a redirect off the server that it started on: that redirect is the answer.
"""
import html.parser
import http.cookiejar
import re
import ssl
import urllib.error
import urllib.parse
import urllib.request

USER, PASSWORD = "alice", "secret"


class Stuck(Exception):
    """The pages do not lead to an answer."""


class Left(Exception):
    """The server redirected away from itself; str(e) is where to."""


class Forms(html.parser.HTMLParser):
    """Collects each form of a page as {action, method, fields, types}."""

    def __init__(self, text):
        super().__init__()
        self.forms = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        a = dict(attrs)
        if tag == "form":
            self.forms.append({"action": a.get("action") or "", "method": (a.get("method") or "get").lower(),
                               "fields": {}, "types": {}})
        elif tag == "input" and self.forms and a.get("name"):
            kind = (a.get("type") or "text").lower()
            if kind == "submit" or (kind in ("checkbox", "radio") and "checked" not in a):
                return
            self.forms[-1]["fields"][a["name"]] = a.get("value") or ("on" if kind == "checkbox" else "")
            self.forms[-1]["types"][a["name"]] = kind

    handle_startendtag = handle_starttag


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args):
        return None


def opener(context, *handlers):
    """An opener that follows no redirect and knows no proxy; `context` is its TLS."""
    return urllib.request.build_opener(
        NoRedirect, urllib.request.HTTPSHandler(context=context), urllib.request.ProxyHandler({}), *handlers)


def fetch(opener, url, data=None, method=None, headers=()):
    """One request: (status, headers, body)."""
    request = urllib.request.Request(url, data=data, method=method, headers=dict(headers))
    try:
        answer = opener.open(request, timeout=20)
    except urllib.error.HTTPError as e:
        answer = e
    with answer:
        return answer.status, answer.headers, answer.read()


class Browser:
    def __init__(self, ca_file):
        context = ssl.create_default_context(cafile=ca_file)
        self.opener = opener(context, urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))

    def open(self, url, fields=None):
        """Follows redirects on this server: (url, status, text). Raises Left when one leads away."""
        data = urllib.parse.urlencode(fields).encode() if fields is not None else None
        home = urllib.parse.urlsplit(url)[:2]
        for _ in range(20):
            status, headers, body = fetch(self.opener, url, data, headers={"Referer": url})
            if status not in (301, 302, 303, 307, 308) or not headers["Location"]:
                return url, status, body.decode("utf-8", "replace")
            target = urllib.parse.urljoin(url, headers["Location"])
            if urllib.parse.urlsplit(target)[:2] != home:
                raise Left(target)
            url, data = target, data if status in (307, 308) else None
        raise Stuck(f"too many redirects, the last to {url}")

    def submit(self, url, form, extra):
        target = urllib.parse.urljoin(url, form["action"])
        fields = {**form["fields"], **extra}
        if form["method"] == "get":
            return self.open(target + "?" + urllib.parse.urlencode(fields))
        return self.open(target, fields)

    def walk(self, url, choose, done=lambda url, text: None):
        """Signs in and submits every form until the server lets go; returns the final URL.

        On a page without a password field, choose(text, forms) gives the form, or a URL to open.
        done(url, text) gives the result on a page that ends the walk, such as an out-of-band code.
        """
        try:
            url, status, text = self.open(url)
            for _ in range(8):
                if end := done(url, text):
                    return end
                forms = Forms(text).forms
                if status >= 400 or not forms:
                    raise Stuck(f"no way on from {url} (status {status}):\n{text[:2000]}")
                form = next((f for f in forms if "password" in f["types"].values()), None)
                if form is None:
                    form = choose(text, forms)
                    if isinstance(form, str):
                        url, status, text = self.open(urllib.parse.urljoin(url, form))
                        continue
                extra = {}
                for name, kind in form["types"].items():
                    if kind == "password":
                        extra[name] = PASSWORD
                    elif kind in ("text", "email") and not form["fields"][name]:
                        extra[name] = USER
                url, status, text = self.submit(url, form, extra)
            raise Stuck(f"no end in sight at {url}")
        except Left as e:
            return str(e)


def oidc_provider(url, ca_file, deny=False):
    """Signs in at oidc-provider and consents, or presses Cancel; returns the redirect."""
    def choose(text, forms):
        return re.search(r'href="([^"]*/abort)"', text)[1] if deny else forms[0]

    return Browser(ca_file).walk(url, choose)


def oidc_device(url, ca_file, deny=False):
    """Confirms the code at oidc-provider, signs in and consents, or presses Cancel."""
    def choose(text, forms):
        if deny and (abort := re.search(r'href="([^"]*/abort)"', text)):
            return abort[1]
        return forms[0]

    def ended(url, text):
        return "success" in text.lower() or "interrupted" in text.lower() or None

    return Browser(ca_file).walk(url, choose, ended)


def doorkeeper(url, ca_file, deny=False):
    """Signs in at Doorkeeper and presses Authorize or Deny; returns the redirect, or the out-of-band code."""
    def shown(url, text):
        code = re.search(r'id="authorization_code">([^<]*)<', text)
        return code and code[1]

    # The consent page has two forms: Authorize, then Deny.
    return Browser(ca_file).walk(url, lambda text, forms: forms[-1 if deny else 0], shown)
