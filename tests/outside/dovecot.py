"""A Dovecot for IMAP that takes tokens alone, and asks the practice server what each of them is."""

import pathlib
import shutil
import socket
import subprocess
import tempfile
import time

PATIENCE = 60

CONFIGURATION = """
base_dir = {folder}/base
state_dir = {folder}/state
log_path = {folder}/log
protocols = imap
listen = 127.0.0.1
ssl = no
auth_mechanisms = xoauth2 oauthbearer
mail_location = maildir:{folder}/mail/%u
first_valid_uid = 1
passdb {{
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = {folder}/oauth2.conf
}}
userdb {{
  driver = static
  args = uid=mail gid=mail home={folder}/mail/%u
}}
service imap-login {{
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
"""

ASKS = """
introspection_mode = post
introspection_url = http://demo:demo-secret@{server}/strict/introspect
username_attribute = username
active_attribute = active
active_value = true
"""


class Dovecot:
    """`server`: HOST:PORT of the practice server. It goes with the `with`."""

    def __init__(self, server):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="liboauth-dovecot-"))
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        (self.folder / "oauth2.conf").write_text(ASKS.format(server=server))
        (self.folder / "dovecot.conf").write_text(CONFIGURATION.format(folder=self.folder, port=self.port))

    def __enter__(self):
        self.folder.chmod(0o755)
        (self.folder / "mail").mkdir()
        shutil.chown(self.folder / "mail", "mail", "mail")
        self.process = subprocess.Popen(["dovecot", "-F", "-c", self.folder / "dovecot.conf"], stderr=subprocess.DEVNULL)
        end = time.monotonic() + PATIENCE
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port)).close()
                return self
            except OSError:
                if time.monotonic() > end or self.process.poll() is not None:
                    raise AssertionError(f"Dovecot does not begin: {self.log()}") from None
                time.sleep(0.05)

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def log(self):
        log = self.folder / "log"
        return log.read_text()[-2000:] if log.exists() else "it says nothing"
