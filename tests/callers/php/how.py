"""PHP: the class, by its extension FFI."""

import os
import re
import subprocess
import threading
import urllib.error
import urllib.parse
import urllib.request
from contextlib import contextmanager

from bench import ENVIRONMENT, LIB, PATIENCE, WORK, case, check
from callers import BINDINGS, HERE, Caller

STRICT = ["-d", "error_reporting=-1", "-d", "display_errors=stderr", "-d", "zend.exception_ignore_args=0"]
PHP = Caller(
    "PHP",
    "php",
    ["php", *STRICT, BINDINGS / "php/signin.php"],
    ["php", *STRICT, HERE / "php/mistakes.php", BINDINGS / "php"],
    environment={"LIBOAUTH_LIBRARY": str(LIB / "liboauth.so.2")},
    lacks={"threads": "it has none"},
    looks_up="*",
    has_own_http=True,
)


@contextmanager
def pages(file, *words):
    """PHP's own web server, one process for all pages: it gives what a page says."""
    serving = subprocess.Popen(
        ["php", "-doutput_buffering=0", *words, "-S", "127.0.0.1:0", HERE / "php" / file], cwd=WORK / "tmp",
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        env={**ENVIRONMENT, "LIBOAUTH_PHP": str(BINDINGS / "php")},
    )  # fmt: skip
    timer = threading.Timer(PATIENCE, serving.kill)
    timer.start()
    try:
        started = serving.stderr.readline()
        url = re.search(r"\((http://127.0.0.1:\d+)\) started", started)
        check(url, started)
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

        def page(**query):
            try:
                answer = opener.open(f"{url.group(1)}/?{urllib.parse.urlencode(query)}", timeout=PATIENCE)
            except urllib.error.HTTPError as failure:  # a fatal error
                answer = failure
            with answer:
                return answer.read().decode()

        yield page
    finally:
        timer.cancel()
        serving.kill()
        serving.wait()
        serving.stderr.close()


@case()
def PHP_on_a_web_server_is_preloaded_and_FFI_is_closed_to_others():
    with pages("page.php", *preloaded()) as page:
        for _ in range(2):
            said = page()
            check(said == "L\u00f6hne\n-106\nFFI is closed\n", said)


def preloaded():
    folder = BINDINGS / "php"
    settings = {
        "ffi.enable": "preload", "ffi.preload": folder / "liboauth.ffi.h", "opcache.enable": 1,
        "opcache.preload": folder / "preload.php",
    }  # fmt: skip
    if os.geteuid() == 0:
        settings["opcache.preload_user"] = "root"
    return [f"-d{key}={value}" for key, value in settings.items()]


# What ends a page, and whether its shutdown functions still have the client: PHP destructs after an exception.
ENDS = {
    "well": "open", "exit": "open", "exception": "open",
    "memory": "closed", "time": "closed", "user": "closed", "class": "closed",
}  # fmt: skip


@case("preloaded", "loaded by each page")
def PHP_keeps_no_lock_when_a_page_ends_whatever_ends_it(how):
    settings = preloaded() if how == "preloaded" else ["-dffi.enable=1"]
    store = WORK / "tmp" / f"store-{how.split()[0]}"
    with pages("fatal.php", *settings) as page:
        for end, client in [*ENDS.items(), ("well", "open")]:
            said = page(end=end, store=store)
            check(said == f"-2\n{client}\n", end, said)
