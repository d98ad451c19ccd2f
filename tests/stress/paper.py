"""What jobs leave to each other in the store: pending authorizations, accounts, records, keys."""

import json
import os
import random
import time

import weather
from storms import READY, one_new_token
from weather import NUMBERS, Server, Storm, case, check, equal, get, job, no_error, only, put, refused, storm

# ---- pending authorizations ----


def address(profile):
    (answer,) = no_error(job(profile, "url"))
    return answer.text


def exchange(profile, back):
    return job(profile, f"exchange:{back}")[0]


@case("client_secret_basic", "caller")
def code_of_another_process(http):
    with Server() as server:
        profile = server.profile(http="caller" if http == "caller" else None)
        back = server.browser(address(profile))
        no_error([exchange(profile, back)])
        refused("SEQUENCE", exchange(profile, back))
        server.api(no_error(job(profile, "header"))[0].text)
        server.requests(1)


@case()
def several_people():
    """Each has two addresses; the answers come in any order, to any process."""
    with Server() as server:
        names = [f"user{n}" for n in range(4)]
        profiles = {name: server.profile(account=name, scope=f"offline_access {name}") for name in names}
        backs = [(name, server.browser(address(profiles[name]))) for name in names * 2]
        random.shuffle(backs)
        for name, back in backs:
            other = random.choice([each for each in names if each != name])
            stranger = exchange(profiles[other], back)
            not_theirs = (NUMBERS["ERROR_STATE"], NUMBERS["ERROR_SEQUENCE"])
            check(stranger.number in not_theirs, f"{name}'s answer from {other}:", stranger)
            no_error([exchange(profiles[name], back)])
            header = no_error(job(profiles[name], "header"))[0].text
            equal(f"the scope of a token of {name}", f"offline_access {name}", server.api(header)["scope"])
        server.requests(len(backs))


@case()
def forged_state():
    with Server() as server:
        profile = server.profile()
        back = server.browser(address(profile))
        at = back.index("state=") + 6
        forged = back[:at] + ("A" if back[at] != "A" else "B") + back[at + 1 :]
        refused("STATE", exchange(profile, forged))
        server.requests(0)
        no_error([exchange(profile, back)])
        server.requests(1)


@case(6)
def one_code_by_all(processes):
    """One of them sends it; a code that came twice would be the end of its token."""
    with Server() as server:
        profile = server.profile()
        back = server.browser(address(profile))
        server.control(late=200, count=0)
        answers, _ = storm(processes, profile, "gate", f"exchange:{back}")
        equal("exchanges that succeeded", 1, sum(answer.number == 0 for answer in answers))
        for answer in answers:
            check(answer.number in (0, NUMBERS["ERROR_SEQUENCE"], NUMBERS["ERROR_BUSY"]), answer)
        server.requests(1)
        server.api(no_error(job(profile, "header"))[0].text)


@case()
def bare_code():
    """A code alone is tried with the address that was made last."""
    with Server() as server:
        profile = server.profile()
        first, second = (server.browser(address(profile)) for _ in range(2))
        code = second.split("code=")[1].split("&")[0]
        no_error([exchange(profile, code)])
        refused("SEQUENCE", exchange(profile, code))
        no_error([exchange(profile, first)])
        server.requests(2)


@case()
def expired_pending():
    """What is older than OAUTH_PENDING_EXPIRES_IN is refused."""
    with Server() as server:
        profile = server.profile(pending_expires_in=60)
        back = server.browser(address(profile))
        (file,) = [file for file in server.store.glob("*.pending/*") if file.is_file()]
        text = file.read_text()
        for word in {word for word in text.replace('"', " ").split() if word.endswith("Z") and word[:2] == "20"}:
            made = time.strptime(word, "%Y-%m-%dT%H:%M:%SZ")
            before = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.mktime(made) - time.timezone - 3 * 86400))
            text = text.replace(word, before)
        file.write_text(text)
        os.utime(file, (time.time() - 3 * 86400,) * 2)
        answer = exchange(profile, back)
        check(answer.number in (NUMBERS["ERROR_STATE"], NUMBERS["ERROR_SEQUENCE"]), answer)
        server.requests(0)
        return answer.text


# ---- accounts ----


def words_in(server, words):
    """A file of words for job.c."""
    file = server.folder / "words"
    file.write_text("".join(f"{word}\n" for word in words))
    return f"@{file}"


@case(2500)
def accounts(count):
    with Server() as server:
        profile = server.profile()
        (record,) = server.signed_in(server.profile(account="a0000"), get("TOKEN_RECORD"))
        server.signed_in(server.profile(client_id="public", client_secret=None, account="another's"))
        names = [f"a{n:04}" for n in range(1, count)]
        words = []
        for name in names:
            words += [put("ACCOUNT", name), "import:0:" + json.dumps({**json.loads(record.text), "account": name})]
        no_error(job(profile, words_in(server, words), LD_PRELOAD=str(weather.WORK / "unsynced.so")))
        names.append("a0000")
        pages = no_error(job(profile, *(f"accounts:{page}" for page in range(1, 5))))
        listed = [page.text.splitlines() for page in pages]
        equal("accounts on the pages", [1000, 1000, 500, 0], [len(page) for page in listed])
        equal("names", sorted(names), sorted(sum(listed, [])))
        equal("the answer after the last page", 0, pages[3].number)
        # One of them goes; the others stay.
        gone = job(profile, put("ACCOUNT", "a0007"), "forget", "header", "accounts:3", put("ACCOUNT", "a0008"), "header")
        refused("SIGN_IN", gone[2])
        no_error([gone[1], gone[5]])
        equal("accounts on the last page", 499, len(gone[3].text.splitlines()))
        server.requests(2)


@case()
def forgotten():
    """What one process forgets is gone for the others, too, and can be there again."""
    with Server() as server:
        profile = server.profile()
        server.signed_in(profile, expires_in=1)
        others = Storm(4, weather.WORK / "job", profile, "gate", "header")
        no_error(job(profile, "forget"))
        time.sleep(2.1)
        for answer in others.begin().answers():
            refused("SIGN_IN", answer)
        server.signed_in(profile)
        one_new_token(job(profile, "header"))


@case("builtin", "caller")
def revoked(http):
    """Eight processes have the token in memory and revoke it: one of them tells the server, and all are content."""
    with Server() as server:
        profile = server.profile(revocation_endpoint="/revoke", http=http)
        server.signed_in(profile)
        answers, _ = storm(8, profile, "header", "gate", "revoke", "header")
        no_error(only("revoke", answers))
        equal("revocation requests at the server", 2, server.counts()["revocations"])
        for before, answer in zip(answers, answers[1:]):
            if before.what == "revoke":
                refused("SIGN_IN", answer)


# ---- records ----


@case()
def generations():
    """Whoever has seen the record last may replace it: one of eight."""
    with Server() as server:
        profile = server.profile()
        first, seen = server.signed_in(profile, get("TOKEN_RECORD"), get("GENERATION"))
        equal("generation", "1", seen.text)
        second, seen, header = no_error(job(profile, "refresh", get("TOKEN_RECORD"), get("GENERATION"), "header"))[1:]
        equal("generation", "2", seen.text)
        refused("GENERATION", job(profile, f"import:1:{first.text}")[0])
        refused("GENERATION", job(profile, f"import:0:{first.text}")[0])
        server.control(reset_counts=1)
        answers, _ = storm(8, profile, "gate", f"import:2:{second.text}", "header")
        imports = [answer for answer in answers if answer.what != "header"]
        equal("imports that succeeded", 1, sum(answer.number == 0 for answer in imports))
        for answer in imports:
            if answer.number != 0:
                refused("GENERATION", answer)
        equal("header", header.text, one_new_token([answer for answer in answers if answer.what == "header"]))
        server.requests(0)
        after = no_error(job(profile, get("GENERATION"), f"import:-1:{second.text}", "refresh", get("GENERATION")))
        check(int(after[0].text) > 2 and int(after[3].text) > int(after[0].text), "generations do not grow:", *after)
        for other in ("account", "client_id", "token_endpoint"):
            stranger = json.dumps({**json.loads(second.text), other: "https://another.example/token"})
            check(job(profile, f"import:-1:{stranger}")[0].number < 0, f"a record with another {other} was taken")


@case()
def database_row():
    """A shop that keeps the record itself: the row goes from process to process, and no store is there."""
    with Server() as server:
        profile = server.profile(store=None)
        (row,) = server.signed_in(profile, get("TOKEN_RECORD"))
        for _ in range(3):
            answers = no_error(job(profile, put("TOKEN_RECORD", row.text), "refresh", "header", get("TOKEN_RECORD")))
            server.api(answers[2].text)
            row = answers[3]
        server.requests(4)


# ---- keys ----


def contents(server):
    return {file.name: file.read_bytes() for file in server.store.glob("*.json")}


@case()
def sealed():
    """A wrong key, or none, reads nothing and overwrites nothing; who knows the old key can seal with a new one."""
    with Server() as server:
        keys = {"old": "0f" * 32, "new": "a1" * 32}
        file = server.folder / "key"
        file.write_text(keys["old"] + "\n")
        file.chmod(0o600)
        sealed = server.profile(store_key=f"file:{file}")
        token, header, *_ = server.signed_in(sealed, get("ACCESS_TOKEN"), "header")
        for text in contents(server).values():
            check(token.text.encode() not in text, "the token can be read:", text)
        before = contents(server)
        for wrong in (None, keys["new"], "env:NO_SUCH_VARIABLE"):
            for answer in job(server.profile(store_key=wrong), "header", "refresh", "reseal"):
                refused("STORE_KEY", answer)
        equal("records after a wrong key", before, contents(server))
        server.requests(1)

        both = server.profile(store_key="env:NEW_KEY", store_old_key=f"file:{file}")
        read = no_error(job(both, "header", "reseal", "reseal", NEW_KEY=keys["new"]))
        equal("header", header.text, read[0].text)
        equal("records sealed anew", [1, 0], [answer.number for answer in read[1:]])
        refused("STORE_KEY", job(sealed, "header")[0])
        answers, _ = storm(8, server.profile(store_key=keys["new"]), *READY)
        equal("header", header.text, one_new_token(answers))


@case()
def resealed_in_a_storm():
    """Records are sealed anew while others refresh them: nothing is lost."""
    with Server() as server:
        names = [f"user{n}" for n in range(6)]
        for name in names:
            server.signed_in(server.profile(account=name, scope=f"offline_access {name}"))
        keyed = server.profile(store_key="a1" * 32, store_old_key="0f" * 32, store_allow_plain="yes")
        turns = [word for name in names * 2 for word in (put("ACCOUNT", name), "refresh", "header")]
        running = Storm(4, weather.WORK / "job", keyed, "gate", *turns)
        sealing = Storm(2, weather.WORK / "job", keyed, "gate", "reseal", "reseal")
        answers = no_error(running.begin().answers() + sealing.begin().answers())
        check(len(answers) > 100, "too few answers")
        for name in names:
            header = no_error(job(server.profile(store_key="a1" * 32), put("ACCOUNT", name), "header"))[1].text
            equal(f"the scope of a token of {name}", f"offline_access {name}", server.api(header)["scope"])
        equal("token requests that the server refused", 0, server.counts()["refused"])


@case()
def status():
    """The line for a person has no secret in it."""
    with Server() as server:
        profile = server.profile(account="somebody")
        asked = (get("ACCESS_TOKEN"), get("REFRESH_TOKEN"), get("STATUS_LINE"))
        token, refresh_token, line = server.signed_in(profile, *asked)
        for secret in (token.text, refresh_token.text, "demo-secret"):
            check(secret not in line.text, "a secret is told:", line)
        check("somebody" in line.text and server.url.split("//")[1] in line.text, "not who, or not where:", line)
        check("\n" not in line.text, "more than a line:", line)
        (line,) = job(profile, get("STATUS_LINE"))
        check("somebody" in line.text, "another process knows nothing:", line)
        return line.text
