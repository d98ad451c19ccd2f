"""Every example against the practice server: what goes well, what a person pastes, what goes wrong."""

import re
import stat
import subprocess
import sys

import batch  # noqa: F401 - more cases
import desktop  # noqa: F401 - more cases
import device  # noqa: F401 - more cases
import discovery  # noqa: F401 - more cases
import dpop  # noqa: F401 - more cases
import ibm_i  # noqa: F401 - more cases
import ibm_i_cl  # noqa: F401 - more cases
import leave  # noqa: F401 - more cases
import mistakes  # noqa: F401 - more cases
import nightly  # noqa: F401 - more cases
import register  # noqa: F401 - more cases
import surroundings  # noqa: F401 - more cases
import web  # noqa: F401 - more cases
import whoami  # noqa: F401 - more cases
from bench import ENVIRONMENT, Profile, allow, case, check, code_alone, contains, deny, execute, main, run, server
from programs import C, C_CURL, PROGRAMS, PYTHON

# ---- what is shown when all goes well ----


def signed_in(program, base="strict", server_=None, **settings):
    """A profile for which somebody has signed in with that program."""
    profile = Profile(server_.url, base, **settings)
    done = run(program, profile, server_.api(base), allow)
    check(done.status == 0, "the sign-in:", done)
    return profile


@case(*PROGRAMS)
def signs_in_calls_refreshes_and_calls_again(program):
    with server() as s:
        profile = Profile(s.url)
        done = run(program, profile, s.api("strict"), allow)
        check(done.status == 0 and not done.errors, done)
        check(done.url.startswith(s.url + "/strict/authorize?"), done)
        shown = [line for line in done.output.splitlines() if line.strip() and not line.startswith("http")]
        answer = 'The API answers: {"refreshed":%d,"scope":"offline_access","user":"alice"}'
        check(
            shown
            == [
                "Open this address in a browser and sign in:",
                "Then paste the address that the browser ends at, or the code that the page shows:",
                "Signed in.",
                answer % 0,
                "Refreshed.",
                answer % 1,
            ],
            done,
        )
        counts = s.counts("strict")
        check((counts["code_exchanges"], counts["refreshes"], counts["api_calls"]) == (1, 1, 2), counts)
        file, _ = profile.record()
        check(stat.S_IMODE(file.stat().st_mode) == 0o600, "others can read the tokens")
        check(stat.S_IMODE(profile.store.stat().st_mode) == 0o700, "others can read the tokens' folder")


@case(*PROGRAMS)
def signs_in_by_a_request_that_is_pushed(program):
    with server() as s:
        profile = Profile(s.url, par="yes", par_endpoint="/par")
        done = run(program, profile, s.api("strict"), allow)
        check(done.status == 0 and not done.errors, done)
        check("/strict/authorize?client_id=demo&request_uri=urn" in done.url, done)
        check(s.counts("strict")["pushes"] == 1, s.counts("strict"))


@case(*PROGRAMS)
def the_second_run_asks_nobody(program):
    with server() as s:
        profile = signed_in(program, server_=s)
        done = run(program, profile, s.api("strict"))
        check(done.status == 0 and not done.url, done)
        check([answer["refreshed"] for answer in done.answers] == [1, 2], done)


@case(*PROGRAMS)
def takes_over_what_another_language_stored(program):
    with server() as s:
        profile = signed_in(PYTHON if program is C else C, server_=s)
        done = run(program, profile, s.api("strict"))
        check(done.status == 0 and not done.url, done)


@case(*PROGRAMS)
def works_with_stamps(program):
    with server() as s:
        done = run(program, Profile(s.url, "stamps"), s.api("stamps"), allow)
        check(done.status == 0 and [a["refreshed"] for a in done.answers] == [0, 1], done)
        sent = s.control()["last_request"]
        headers = [header.lower() for header in sent["headers"]]
        check("content-type: application/json" in headers, sent)
        check(not any(header.startswith("authorization:") for header in headers), sent)


@case(*PROGRAMS)
def works_with_metamaps(program):
    with server() as s:
        done = run(program, Profile(s.url, "metamaps"), s.api("metamaps"), allow)
        check(done.status == 0 and [a["refreshed"] for a in done.answers] == [0, 1], done)


@case(*PROGRAMS)
def works_without_a_refresh_token(program):
    with server() as s:
        profile = Profile(s.url, "metamaps-real")
        done = run(program, profile, s.api("metamaps-real"), allow)
        check(done.status == 0 and len(done.answers) == 2, done)
        contains(done.output, "No refresh token came with this access token")
        again = run(program, profile, s.api("metamaps-real"))
        check(again.status == 0 and not again.url, again)


@case(*PROGRAMS)
def works_with_belladati(program):
    with server() as s:
        done = run(program, Profile(s.url, "belladati"), s.api("belladati"), allow)
        check(done.status == 0 and [a["refreshed"] for a in done.answers] == [0, 1], done)


# ---- what a person pastes ----


@case(*PROGRAMS)
def takes_the_code_alone(program):
    with server() as s:
        done = run(program, Profile(s.url), s.api("strict"), code_alone)
        check(done.status == 0, done)


@case(*PROGRAMS)
def takes_quotes_and_blanks(program):
    with server() as s:
        done = run(program, Profile(s.url), s.api("strict"), lambda url: f'  "{allow(url)}"  ')
        check(done.status == 0, done)


def refused(done, *words):
    """It failed, said why, and gave no traceback or the like."""
    check(done.status == 1, done)
    for word in words:
        contains(done.errors, word)
    check(len(done.errors.splitlines()) <= 3, "too many words:", done)


@case(*PROGRAMS)
def denied_consent_is_said_so(program):
    with server() as s:
        done = run(program, Profile(s.url), s.api("strict"), deny)
        refused(done, f"{program.name}: ", "access_denied", "What to do: start again, and sign in.")


@case(*PROGRAMS)
def a_redirect_that_is_not_ours_is_refused(program):
    with server() as s:
        forged = run(
            program, Profile(s.url), s.api("strict"), lambda url: re.sub("state=[^&]*", "state=theirs", allow(url))
        )
        refused(forged, "state", "What to do: start again, and sign in.")
        check(s.counts("strict")["code_exchanges"] == 0, "the code was sent")


@case(*PROGRAMS)
def nothing_pasted_is_said_so(program):
    with server() as s:
        profile = Profile(s.url)
        refused(run(program, profile, s.api("strict"), lambda url: ""), "no authorization code")
        check(run(program, profile, s.api("strict")).status == 1, "the end of the input is no sign-in")


# ---- what goes wrong ----


@case(*PROGRAMS)
def a_wrong_secret_is_said_so(program):
    with server() as s:
        done = run(program, Profile(s.url, client_secret="wrong-secret"), s.api("strict"), allow)
        refused(done, "invalid_client", "client_secret", "What to do: mend the configuration")


@case(*PROGRAMS)
def a_missing_profile_is_said_so(program):
    profile = Profile("http://127.0.0.1:1")
    profile.argument += ".old"
    refused(run(program, profile, "http://127.0.0.1:1/"), "profile.toml.old", "What to do: mend the configuration")


@case(*PROGRAMS)
def without_arguments_it_says_what_it_wants(program):
    done = execute(program.command, env={**ENVIRONMENT, **program.environment}, stdin=subprocess.DEVNULL)
    check(done.returncode == 1 and "PROFILE API_URL" in done.stdout, done.returncode, done.stdout)


@case(*PROGRAMS)
def an_expired_token_is_refreshed_by_itself(program):
    with server() as s:
        profile = signed_in(program, server_=s)
        profile.expire(10)
        done = run(program, profile, s.api("strict"))
        check(done.status == 0 and not done.url, done)
        check([answer["refreshed"] for answer in done.answers] == [2, 3], done)
        check(s.counts("strict")["api_refused"] == 0, "the old token was sent")


@case(*PROGRAMS)
def a_token_that_the_API_refuses_is_refreshed(program):
    with server() as s:
        profile = signed_in(program, server_=s)
        s.control(revoke="access")
        done = run(program, profile, s.api("strict"))
        check(done.status == 0 and not done.url, done)
        check(s.counts("strict")["api_refused"] == 1, s.counts("strict"))


@case(*PROGRAMS)
def a_dead_refresh_token_leads_to_a_new_sign_in(program):
    with server() as s:
        profile = signed_in(program, server_=s)
        s.control(revoke="all")
        done = run(program, profile, s.api("strict"), allow)
        check(done.status == 0 and done.url, done)
        check([answer["refreshed"] for answer in done.answers] == [0, 1], done)


@case(*PROGRAMS)
def an_API_that_always_refuses_is_asked_twice(program):
    with server() as s:
        profile = signed_in(program, server_=s)
        before = s.counts("strict")["api_calls"]
        s.control(at="api", status=401, count=0)
        refused(run(program, profile, s.api("strict")), "the API answers 401")
        check(s.counts("strict")["api_calls"] == before + 2, s.counts("strict"))


@case(*PROGRAMS)
def an_API_out_of_order_is_said_so(program):
    with server() as s:
        profile = signed_in(program, server_=s)
        s.control(at="api", status=503)
        refused(run(program, profile, s.api("strict")), "the API answers 503", "out of order")


@case(*PROGRAMS)
def the_token_does_not_follow_a_redirect(program):
    with server() as s, server() as elsewhere:
        profile = signed_in(program, server_=s)
        s.control(at="api", redirect=elsewhere.api("strict"))
        refused(run(program, profile, s.api("strict")), "the API answers 302")
        check(elsewhere.counts("strict")["api_calls"] == 0, "the token went elsewhere")


@case(*PROGRAMS)
def a_server_that_is_down_is_said_so(program):
    with server() as s:
        profile = signed_in(program, server_=s)
        api = s.api("strict")
        s.stop()
        refused(run(program, profile, api), "the API cannot be reached")
        profile.expire(10)
        why = "no answer" if program is C_CURL else "no connection to 127.0.0.1"
        refused(run(program, profile, api), why, "What to do: try again later.")


@case(*PROGRAMS)
def a_server_that_goes_down_during_the_sign_in_is_said_so(program):
    with server() as s:

        def person(url):
            redirect = allow(url)
            s.stop()
            return redirect

        refused(run(program, Profile(s.url), s.api("strict"), person), "What to do: try again later.")


@case(*PROGRAMS)
def a_server_out_of_order_is_said_so(program):
    with server() as s:
        profile = signed_in(program, server_=s)
        for fault, word in (({"html": 1}, "not understood"), ({"huge": 3_000_000}, "larger than 1 MiB")):
            s.control(count=0, **fault)
            refused(run(program, profile, s.api("strict")), word, "What to do: ")
        s.control(clear=1)
        check(run(program, profile, s.api("strict")).status == 0, "it has not recovered")
        s.control(status=503, retry_after=600)
        refused(run(program, profile, s.api("strict")), "status 503", "What to do: try again later.")
        before = s.counts("strict")["token_requests"]
        refused(run(program, profile, s.api("strict")), "left alone", "What to do: try again later.")
        check(s.counts("strict")["token_requests"] == before, "asked too early")


@case(*PROGRAMS)
def a_passing_fault_is_no_error_while_the_old_token_lives(program):
    with server() as s:
        profile = signed_in(program, server_=s)
        profile.expire(-20)  # less than the 30 seconds that it should still be good for
        s.control(status=503)
        done = run(program, profile, s.api("strict"))
        check(done.status == 0 and [answer["refreshed"] for answer in done.answers] == [1, 2], done)


@case(*PROGRAMS)
def a_margin_larger_than_a_tokens_life_ends(program):
    with server() as s:
        done = run(program, Profile(s.url, min_valid=36000), s.api("strict"), allow, patience=10)
        check(done.status == 0 and s.counts("strict")["refreshes"] <= 4, done, s.counts("strict"))


if __name__ == "__main__":
    sys.exit(main())
