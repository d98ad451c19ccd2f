"""Another process that shares a stored token. Reads a job from standard input, writes its results to standard output.

    {"carrier": "builtin", "ca_file": null, "settings": {"store": "file:..."}, "calls": ["bearer_header", "refresh"]}

A call is a method of Client, with its arguments behind it: ["exchange_code", "..."]. Its result is
{"ok": what it gave}, or {"refused": name of the number, "text": sentence}.
"""
import json
import sys

from client import Carrier, Client, OAuthError

job = json.load(sys.stdin)
results = []
with Client(Carrier(job["carrier"], job["ca_file"]), **job["settings"]) as client:
    for call in job["calls"]:
        name, *arguments = [call] if isinstance(call, str) else call
        try:
            results.append({"ok": getattr(client, name)(*arguments)})
        except OAuthError as e:
            results.append({"refused": e.name, "text": e.text})
json.dump(results, sys.stdout)
