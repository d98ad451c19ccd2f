"""examples/c/nightly.c: a job that nobody signs in for, and what its exit status says to who has started it."""

from bench import Profile, case, check, contains, execute, run, server
from programs import NIGHTLY

RETRY, MEND, REFUSED = 75, 78, 1


def machine(url, **settings):
    return Profile(url, **{"grant_type": "client_credentials", **settings})


@case()
def a_job_without_a_person_has_a_token_and_the_next_job_the_same():
    with server() as s:
        profile = machine(s.url, scope="read")
        for _ in range(2):
            done = run(NIGHTLY, profile, s.api("strict"))
            check(done.status == 0 and not done.errors, done)
            check(done.output.strip() == '{"client":"demo","refreshed":0,"scope":"read"}', done)
        check(s.counts("strict")["token_requests"] == 1, s.control())


@case()
def a_token_that_the_api_refuses_is_replaced():
    with server() as s:
        profile = machine(s.url)
        check(run(NIGHTLY, profile, s.api("strict")).status == 0, "the first")
        s.control(revoke="access")
        done = run(NIGHTLY, profile, s.api("strict"))
        check(done.status == 0, done)
        check(s.counts("strict")["token_requests"] == 2, s.control())


@case()
def what_goes_wrong_is_in_the_exit_status():
    with server() as s:
        for settings, says in [
            ({"client_secret": "wrong-secret"}, "invalid_client: check client_id, client_secret"),
            ({"grant_type": "password", "username": "alice", "password": "wrong"}, "invalid_grant: check username and password"),
            ({"grant_type": "fb_exchange_token"}, "unsupported_grant_type: check grant_type"),
            ({"scope": "forbidden"}, "invalid_scope: check scope"),
            ({"grant_type": "password"}, "username is not set"),
        ]:
            done = run(NIGHTLY, machine(s.url, **settings), s.api("strict"))
            check(done.status == MEND, settings, done)
            contains(done.errors, "nightly: " + says)
        s.control(status=503, count=0)
        done = run(NIGHTLY, machine(s.url), s.api("strict"))
        check(done.status == RETRY, done)
        s.control(clear=1)
        s.control(at="api", status=403, count=0)
        done = run(NIGHTLY, machine(s.url), s.api("strict"))
        check(done.status == REFUSED, done)
    done = execute([*NIGHTLY.command])
    check(done.returncode == MEND and done.stdout == "usage: nightly PROFILE API_URL\n", done.stdout)
