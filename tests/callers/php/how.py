"""PHP: the class, by its extension FFI."""

import os
import re
import subprocess
import threading
import urllib.request

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


@case()
def PHP_on_a_web_server_is_preloaded_and_FFI_is_closed_to_others():
    folder = BINDINGS / "php"
    settings = {
        "ffi.enable": "preload", "ffi.preload": folder / "liboauth.ffi.h", "opcache.enable": 1,
        "opcache.preload": folder / "preload.php",
    }  # fmt: skip
    if os.geteuid() == 0:
        settings["opcache.preload_user"] = "root"
    words = [f"-d{key}={value}" for key, value in settings.items()]
    serving = subprocess.Popen(
        ["php", *words, "-S", "127.0.0.1:0", HERE / "php/page.php"], cwd=WORK / "tmp", stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE, text=True, env={**ENVIRONMENT, "LIBOAUTH_PHP": str(folder)},
    )  # fmt: skip
    timer = threading.Timer(PATIENCE, serving.kill)
    timer.start()
    try:
        started = serving.stderr.readline()
        url = re.search(r"\((http://127.0.0.1:\d+)\) started", started)
        check(url, started)
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        for _ in range(2):
            with opener.open(url.group(1), timeout=PATIENCE) as answer:
                said = answer.read().decode()
            check(said == "L\u00f6hne\n-106\nFFI is closed\n", said)
    finally:
        timer.cancel()
        serving.kill()
        serving.wait()
        serving.stderr.close()
