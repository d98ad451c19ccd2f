"""Django OAuth Toolkit as an OpenID provider. Argument: CERTIFICATES_FOLDER

Listens over HTTP and over HTTPS, on a free port of 127.0.0.1 each, and prints both: `READY https://127.0.0.1:PORT`. The
database is a file of the folder that it runs in. alice signs in by the password `secret`.
"""
import os
import pathlib
import sys
import threading

import django
from django.conf import settings
from django.http import JsonResponse
from django.urls import include, path
from werkzeug.serving import make_server

CERTIFICATES = pathlib.Path(sys.argv[1])
REDIRECTS = "http://127.0.0.1:9999/cb http://127.0.0.1:9999/other"
LOGIN = """<form method="post">{% csrf_token %}<input name="username"><input name="password" type="password">
<input type="hidden" name="next" value="{{ next }}"><input type="submit"></form>"""

os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = "yes"  # or it refuses http://, also on loopback
settings.configure(
    SECRET_KEY="of nobody's",
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF=__name__,
    # What makes an issuer of a request looks for its scheme there.
    SECURE_PROXY_SSL_HEADER=("wsgi.url_scheme", "https"),
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "django.sqlite3", "OPTIONS": {"timeout": 60}}},
    DEFAULT_AUTO_FIELD="django.db.models.AutoField",
    USE_TZ=True,
    INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions", "oauth2_provider"],
    MIDDLEWARE=["django.contrib.sessions.middleware.SessionMiddleware",
                "django.contrib.auth.middleware.AuthenticationMiddleware"],
    TEMPLATES=[{
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "OPTIONS": {"loaders": [("django.template.loaders.locmem.Loader", {"registration/login.html": LOGIN})]},
    }],
    LOGIN_URL="/login",
    OAUTH2_PROVIDER={
        "OIDC_ENABLED": True,
        "OIDC_RSA_PRIVATE_KEY": (CERTIFICATES / "rsa.pem").read_text(),
        "OAUTH2_VALIDATOR_CLASS": f"{__name__}.Validator",
        "PKCE_REQUIRED": True,
        "SCOPES": {"openid": "who you are", "read": "to read"},
    },
)
django.setup()

from django.contrib.auth.models import User
from django.contrib.auth.views import LoginView
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from oauth2_provider.decorators import protected_resource
from oauth2_provider.models import Application
from oauth2_provider.oauth2_validators import OAuth2Validator


class Validator(OAuth2Validator):
    def get_additional_claims(self, request):
        return {"sub": request.user.username, "email": request.user.email}


@protected_resource()
def me(request):
    return JsonResponse({"username": request.resource_owner.username})


urlpatterns = [path("o/", include("oauth2_provider.urls", namespace="oauth2_provider")),
               path("login", LoginView.as_view()), path("me", me)]


def fill():
    call_command("migrate", verbosity=0)
    alice = User.objects.create_user("alice", "alice@example.com", "secret")
    # The secret is a key, too: newer ones would keep a hash alone.
    more = {"hash_client_secret": False} if hasattr(Application, "hash_client_secret") else {}
    for client_id, algorithm in (("web", "RS256"), ("secret", "HS256")):
        Application.objects.create(
            **more, client_id=client_id, client_secret=f"{client_id}-secret-0123456789abcdef0123456789", user=alice,
            redirect_uris=REDIRECTS, client_type="confidential", authorization_grant_type="authorization-code",
            skip_authorization=True, algorithm=algorithm)


class OneAtATime:
    """SQLite has one writer at a time, and tells another that it is locked."""

    def __init__(self, application):
        self.application, self.lock = application, threading.Lock()

    def __call__(self, environ, start_response):
        with self.lock:
            answer = self.application(environ, start_response)
            try:
                return list(answer)
            finally:
                answer.close()


def main():
    fill()
    one_at_a_time = OneAtATime(get_wsgi_application())
    for scheme, files in (("http", None), ("https", (CERTIFICATES / "server.pem", CERTIFICATES / "server.key"))):
        server = make_server("127.0.0.1", 0, one_at_a_time, ssl_context=files)
        threading.Thread(target=server.serve_forever).start()
        print(f"READY {scheme}://127.0.0.1:{server.server_port}", flush=True)


if __name__ == "__main__":
    # What Django imports by this module's name is this module.
    sys.modules["server"] = sys.modules[__name__]
    main()
