"""Records, notes and leftovers that are damaged, foreign or of a later time: a named error or recovery, and a record
that nobody understands is left as it is."""

import json
import os

from world import KEY, N, Result, check, store

ERRORS = [N["ERROR_STORE"], N["ERROR_STORE_UNSAFE"], N["ERROR_STORE_FORMAT"], N.get("ERROR_STORE_KEY")]


def cases(servers, share=1):
    each = [lambda case=case: case(servers) for case in (locks, leftovers, folders)]
    for case in (records, bits, pendings):
        each += [lambda case=case, sealed=sealed: case(servers, share, sealed) for sealed in (False, True)]
    return each


def a_store(servers, sealed=False):
    return store(servers, "strict", **({"STORE_KEY": KEY} if sealed else {}))


# ---- the record ----


def records(servers, _, sealed):
    """Neither read nor written over, not even by a new sign-in; gone with it, all is well."""
    newer = lambda record: json.dumps({**json.loads(record), "format": 2}).encode()
    damages = {
        "zero length": lambda record: b"",
        "half a write": lambda record: record[: len(record) // 2],
        "all but the last byte of the object": lambda record: record.rstrip()[:-1],
        "zeros": lambda record: bytes(len(record)),
        "not UTF-8": lambda record: b"\xff\xfe" + record,
        "another file": lambda record: b"GIF89a not a record",
        "other JSON": lambda record: b'{"access_token": "x"}\n',
        "a list": lambda record: b"[]\n",
        "a later format": newer,
        "five megabytes": lambda record: b"{" + b" " * 5_000_000,
        "deep nesting": lambda record: b"[" * 100_000,
    }
    result = Result()
    for name, damage in damages.items():
        with result.point(f"record{' sealed' * sealed}: {name}"), a_store(servers, sealed) as s:
            s.sign_in()
            whole, path = s.record(), s.files(".json")[0]
            path.write_bytes(damage(whole))
            left_alone(s, N["ERROR_STORE_FORMAT"])
            path.write_bytes(whole)
            s.goes_on()
    return result


def left_alone(s, code):
    """Every use is that error, the server hears nothing, a sign-in keeps its token in memory; the record stays."""
    record = s.record()
    requests = s.counts()["token_requests"]
    with s.job() as job:
        for command in ("header", "refresh", "header"):
            answer = job.ask(command)
            check(answer.code == code, f"{command}: expected {code}", answer)
            check(answer.action == N["ACTION_FIX"], answer)
    check(s.counts()["token_requests"] == requests, "a request was sent all the same")
    check(s.record() == record, "the record has been overwritten")
    with s.job() as job:
        url = job.ask("url")
        if url.code >= 0:
            exchanged = s.counts()["code_exchanges"]
            answer = job.ask("exchange " + s.server.allow(url.text))
            check(answer.code == code, f"exchange: expected {code}", answer)
            if s.counts()["code_exchanges"] > exchanged:
                job.must("header")
    check(s.record() == record, "the record has been overwritten by a sign-in")


def bits(servers, share, sealed):
    """A flipped bit: in a sealed record always found; in a plain one it may have made another text of a text."""
    result = Result()
    with a_store(servers, sealed) as s:
        s.sign_in()
        whole, path = s.record(), s.files(".json")[0]
        with s.job() as job:
            header = job.must("header").text
        for at in range(0, len(whole), 16 * share):
            with result.point(f"record{' sealed' * sealed}: bit {at % 8} of byte {at} flipped"):
                damaged = bytearray(whole)
                damaged[at] ^= 1 << at % 8
                path.write_bytes(damaged)
                with s.job() as job:
                    answer = job.ask("header")
                if answer.code < 0:
                    check(answer.code in ERRORS + [N["ERROR_SIGN_IN"]], answer)
                    check(path.read_bytes() == damaged, "the record has been overwritten")
                elif sealed:
                    check(answer.text == header, "damage that is not found", answer)
                # One that seemed too old was renewed.
                if path.read_bytes() == damaged:
                    path.write_bytes(whole)
                whole = path.read_bytes()
                with s.job() as job:
                    header = job.must("header").text
        with result.point("record: whole again"):
            s.goes_on()
    return result


# ---- what stands beside it ----

GARBAGE = {
    "empty": b"",
    "garbage": os.urandom(300),
    "half": b'{"format":1,"holder":{"proc',
    "a later format": b'{"format":2,"holder":"x","sent":[1],"failures":"many"}\n',
    "numbers out of range": b'{"format":1,"holder":{"process":-1,"since":"9999-12-31T23:59:59Z"},"failures":1e99}\n',
    "a megabyte": b"x" * 1_000_000,
}


def locks(servers):
    """Notes that nobody can read are none."""
    result = Result()
    for name, garbage in GARBAGE.items():
        with result.point(f"lock: {name}"), a_store(servers) as s:
            s.sign_in()
            for path in s.files(".lock") or [s.files(".json")[0].with_suffix(".lock")]:
                path.write_bytes(garbage)
                path.chmod(0o600)
            s.goes_on()
            s.goes_on()
    others = {"a folder": os.mkdir, "a pipe": os.mkfifo, "a link": lambda path: os.symlink("/dev/null", path)}
    for name, make in others.items():
        with result.point(f"lock: {name}"), a_store(servers) as s:
            s.sign_in()
            path = s.files(".json")[0].with_suffix(".lock")
            path.unlink(missing_ok=True)
            make(path)
            with s.job() as job:
                job.must("header")
                answer = job.ask("refresh")
                check(answer.code in ERRORS, answer)
                job.must("header")
            check(s.counts()["refreshes"] == 0, "a request was sent all the same")
    return result


def leftovers(servers):
    """What a killed job has left of a successor is no successor unless it is one."""
    result = Result()
    for name, garbage in {**GARBAGE, "another's record": None}.items():
        with result.point(f"tmp: {name}"), a_store(servers) as s:
            s.sign_in()
            record = s.record()
            if garbage is None:
                members = json.loads(record)
                members.update(account="another", generation=members["generation"] + 1)
                garbage = json.dumps(members).encode()
            path = s.files(".json")[0].with_suffix(".tmp")
            path.write_bytes(garbage)
            path.chmod(0o600)
            say_sent(s)
            s.goes_on()
            check(json.loads(s.record())["account"] == "", "the token of another account")
    return result


def say_sent(s):
    """The notes of a job that was killed after it had sent its refresh token."""
    for path in s.files(".lock"):
        notes = json.loads(path.read_bytes().split(b"\n")[0])
        notes["sent"] = {"process": 1, "at": "2026-01-01T00:00:00Z", "refresh_token_hash": "0" * 64}
        path.write_text(json.dumps(notes) + "\n")


def pendings(servers, _, sealed):
    """A pending authorization that is damaged takes no other along."""
    result = Result()
    for name, garbage in GARBAGE.items():
        with result.point(f"pending{' sealed' * sealed}: {name}"), a_store(servers, sealed) as s:
            first = s.redirect()
            (path,) = s.folder.glob("*.pending/*.json")
            second = s.redirect()
            path.write_bytes(garbage)
            with s.job() as job:
                answer = job.ask("exchange " + first)
                check(answer.code in ERRORS + [N["ERROR_SEQUENCE"]] and answer.text, answer)
                check(s.counts()["token_requests"] == 0, "a request was sent all the same")
                job.must("exchange " + second)
            s.goes_on()
    return result


def folders(servers):
    """The folder is gone, is a file, or is open to all, and then is mended."""
    result = Result()
    others = {
        "gone": lambda path: None,
        "a file": lambda path: path.write_text("x"),
        "a link": lambda path: path.symlink_to("/tmp"),
        "open to all": lambda path: (path.mkdir(), path.chmod(0o777)),
    }
    for name, make in others.items():
        with result.point(f"folder: {name}"), a_store(servers) as s:
            s.sign_in()
            aside = s.folder.with_name("aside")
            with s.job() as job:
                header = job.must("header").text
                s.folder.rename(aside)
                make(s.folder)
                check(job.must("header").text == header, "the token in memory is still given out")
                job.must("rejected")
                answer = job.ask("header")
                check(answer.code in ERRORS, answer)
                check(s.counts()["refreshes"] == 0, "a request was sent all the same")
                remove(s.folder)
                aside.rename(s.folder)
                job.must("header")
            s.goes_on()
    with result.point("folder: gone, and somebody signs in"), a_store(servers) as s:
        s.sign_in()
        with s.job() as job:
            job.must("header")
            s.folder.rename(s.folder.with_name("aside"))
            s.sign_in()
            job.must("rejected")
            job.must("header")
        s.goes_on()
    return result


def remove(path):
    if path.is_symlink() or path.is_file():
        path.unlink()
    elif path.exists():
        path.rmdir()
