//! What a refusal means where its code is not the RFC's: is the code or token dead, is the client wrong, will it pass?
#![forbid(unsafe_code)]

use crate::error::{GrantKind, Meaning};

/// What the request had that could be refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// An authorization code.
    Code,
    /// What stands for a person who was asked, until that person has answered.
    Polled,
    /// A refresh token, which this server has given to this client.
    Refresh,
    /// A machine's grant.
    Grant(GrantKind),
    /// Nothing that is good for one use.
    Other,
}

/// `error` is the RFC's code where it is one; `has_time`: the server says when to come again.
pub fn meaning(asked: Asked, status: u16, error: &str, words: &[String], has_time: bool) -> Meaning {
    // "Too many requests" is no verdict, whatever code stands beside it; nor is what is to be asked again.
    let is_asked_back = status == 429 || status == 503 && has_time;
    if is_asked_back && (error != "invalid_grant" || matches!(asked, Asked::Grant(_) | Asked::Other)) {
        return Meaning::Passing;
    }
    // Of who is asked; or else Auth0 says it of a client. Microsoft has its own word.
    if asked == Asked::Polled && matches!(error, "access_denied" | "authorization_declined") {
        return Meaning::Declined;
    }
    let Asked::Grant(kind) = asked else { return read(asked, status, error, words, has_time) };
    match read(Asked::Other, status, error, words, has_time) {
        // Whatever it says of the client: this is about what the client has brought along.
        Meaning::Client if error == "invalid_grant" => Meaning::Grant(kind),
        Meaning::Dead | Meaning::AsItSays => Meaning::Grant(kind),
        meaning => meaning,
    }
}

fn read(asked: Asked, status: u16, error: &str, words: &[String], has_time: bool) -> Meaning {
    let texts = || [error].into_iter().chain(words.iter().map(String::as_str)).take(MOST_TEXTS);
    let all = Words::of(texts());
    // Each for itself: two sentences together say what neither does.
    let says_dead = || words.iter().take(MOST_TEXTS).any(|text| says_dead(asked, text));
    let is_refresh = asked == Asked::Refresh;
    match error {
        "invalid_grant" if asked != Asked::Other => return Meaning::Dead,
        "invalid_request" | "access_denied" | "unauthorized_client" if all.say_too_often() => {
            return Meaning::Passing
        }
        // A dead refresh token, says league's server, and gives the reason in a hint.
        "invalid_request" if is_refresh => {}
        "invalid_request" | "access_denied" | "unauthorized_client"
            if says_dead() && !all.speak_of_client() || is_refresh && all.say_taken_back() =>
        {
            return Meaning::Dead
        }
        code if super::CODES.contains(&code) => return Meaning::AsItSays,
        _ => {}
    }
    let code_says_dead = self::says_dead(asked, error);
    let says_dead = says_dead() || code_says_dead;
    match status {
        _ if is_refresh && all.say_taken_back() || asked != Asked::Other && all.say_sign_in() => {
            Meaning::Dead
        }
        // RFC 6749 section 5.2: the client's authentication has failed, whatever it is called.
        401 if !says_dead => Meaning::Client,
        _ if all.speak_of_client() => Meaning::Client,
        _ if all.say_too_often() => Meaning::Passing,
        408 | 429 | 500.. if !code_says_dead => Meaning::AsItSays,
        _ if says_dead => Meaning::Dead,
        423 | 425 => Meaning::Passing,
        _ if has_time || all.speak_of_time() => Meaning::Passing,
        // Nothing takes token requests there, or not such ones.
        404..=407 | 410 | 411 | 413..=415 | 421 | 426 | 431 => Meaning::AsItSays,
        // It was good enough when the token was given: what else could have changed?
        200..=299 | 400..=499 if is_refresh && (error == "invalid_request" || !all.speak_of_the_way()) => {
            Meaning::Dead
        }
        _ => Meaning::AsItSays,
    }
}

/// What is longer was not written for a person.
const MOST_TEXTS: usize = 20;
const MOST_CHARACTERS: usize = 1000;

/// Whether that, beside no code, says that what was sent is no longer good.
pub fn says_dead(asked: Asked, line: &str) -> bool {
    Words::of([line]).say_dead(asked)
}

/// All words of a refusal in small letters, also those that are written together: `refreshTokenExpired`.
struct Words(Vec<String>);

impl Words {
    fn of<'a>(texts: impl IntoIterator<Item = &'a str>) -> Self {
        let mut words = Vec::new();
        for text in texts {
            let mut word = String::new();
            let mut was_small = false;
            for c in text.chars().take(MOST_CHARACTERS) {
                if !c.is_alphanumeric() || (c.is_uppercase() && was_small) {
                    words.extend((!word.is_empty()).then(|| std::mem::take(&mut word)));
                }
                word.extend(c.is_alphanumeric().then(|| c.to_lowercase()).into_iter().flatten());
                was_small = c.is_lowercase();
            }
            words.push(word);
        }
        words.retain(|word| !word.is_empty());
        Self(words)
    }

    fn have(&self, any: &[&str]) -> bool {
        self.0.iter().any(|word| any.contains(&word.as_str()))
    }

    /// One word after the other.
    fn have_pair(&self, first: &[&str], second: &[&str]) -> bool {
        self.0.windows(2).any(|pair| first.contains(&pair[0].as_str()) && second.contains(&pair[1].as_str()))
    }

    fn name_what_was_sent(&self, asked: Asked) -> bool {
        const TOKEN: &[&str] = &["token", "tokens", "refreshtoken", "grant", "session"];
        const CODE: &[&str] = &["code", "grant", "authcode", "verification", "authorizationcode"];
        /// What else a code is of, and what is said of a request.
        const NOT_THE_CODE: &[&str] = &[
            "redirect",
            "uri",
            "url",
            "challenge",
            "verifier",
            "json",
            "status",
            "type",
            "missing",
            "required",
            "parameter",
            "country",
            "region",
            "postal",
            "area",
            "currency",
            "language",
        ];
        match asked {
            Asked::Code | Asked::Polled => self.have(CODE) && !self.have(NOT_THE_CODE),
            Asked::Refresh => self.have(TOKEN) && !self.have_pair(&["missing"], &["authentication"]),
            Asked::Grant(_) | Asked::Other => false,
        }
    }

    fn say_dead(&self, asked: Asked) -> bool {
        const DEAD: &[&str] = &[
            "expired",
            "expire",
            "expires",
            "revoked",
            "invalid",
            "bad",
            "wrong",
            "unknown",
            "incorrect",
            "used",
            "reused",
            "reuse",
            "redeemed",
            "consumed",
            "inactive",
            "malformed",
            "unrecognized",
            "unrecognised",
            "decrypt",
            "deleted",
            "removed",
            "blacklisted",
            "invalidated",
            "terminated",
            "ended",
            "illegal",
        ];
        const NOT: &[&str] = &["not", "no", "longer", "never", "doesn", "isn", "cannot"];
        const GOOD: &[&str] =
            &["found", "valid", "active", "exist", "exists", "recognized", "longer", "accepted"];
        let is_over =
            self.have(&["session"]) && (self.have(&["timeout"]) || self.have_pair(&["timed"], &["out"]));
        self.name_what_was_sent(asked)
            && (is_over
                || self.have(DEAD)
                || self.have_pair(NOT, GOOD)
                || self.have(&["notfound", "nonexistent"]))
    }

    /// The person, or who keeps the accounts, has ended it.
    fn say_taken_back(&self) -> bool {
        const WHAT: &[&str] =
            &["user", "access", "consent", "account", "authorization", "permission", "permissions"];
        const ENDED: &[&str] =
            &["revoked", "removed", "withdrawn", "disabled", "deleted", "suspended", "deauthorized"];
        self.have(WHAT) && self.have(ENDED) || self.have(&["uninstalled"])
    }

    fn say_sign_in(&self) -> bool {
        let again = self.have_pair(&["log", "sign"], &["in"]) || self.have(&["login", "signin"]);
        again && self.have(&["again"]) || self.have(&["reauthorize", "reauthenticate", "relogin"])
    }

    fn speak_of_client(&self) -> bool {
        const CLIENT: &[&str] = &[
            "client",
            "clients",
            "clientid",
            "clientsecret",
            "consumer",
            "credential",
            "credentials",
            "secret",
            "appid",
            "appsecret",
            "appkey",
            "apikey",
        ];
        const BINDS: &[&str] = &["issued", "linked", "belong", "belongs", "bound", "granted", "assigned"];
        // "Issued to another client", "user credentials": that is of the token, and of the person.
        let is_of_token = self.name_what_was_sent(Asked::Refresh) || self.name_what_was_sent(Asked::Code);
        let is_persons = self.have_pair(&["user"], &["credentials"]);
        let has_client = self.have(CLIENT) || self.have_pair(&["app", "api"], &["id", "secret", "key"]);
        let is_bound = is_of_token && (self.have(BINDS) || self.have_pair(OTHER, &["client"]));
        has_client && !is_persons && !is_bound || !is_of_token && self.have(&["app", "application"])
    }

    fn say_too_often(&self) -> bool {
        self.have_pair(&["too"], &["many", "often", "frequent", "frequently", "fast"])
            || self.have(&["ratelimit", "ratelimited", "throttled", "throttling", "throttle", "quota"])
            || self.have_pair(&["rate", "request", "requests"], &["limit", "limited", "limits", "exceeded"])
            || self.have_pair(&["slow"], &["down"])
            || self.have_pair(&["limit"], &["exceeded", "reached"])
    }

    fn speak_of_time(&self) -> bool {
        self.have(&[
            "later",
            "temporarily",
            "temporary",
            "timeout",
            "unavailable",
            "maintenance",
            "overloaded",
            "busy",
            "retry",
            "locked",
            "deadlock",
            "upstream",
            "fatal",
        ]) || self.have_pair(&["timed"], &["out"])
            || self.have_pair(&["try"], &["again"])
            || self.have_pair(&["in"], &["progress"])
            || self.have_pair(&["internal", "system"], &["error", "server", "exception", "failure"])
    }

    /// Of what is between here and there, or of how the request is written: no token is the reason.
    fn speak_of_the_way(&self) -> bool {
        self.have(&[
            "ip",
            "whitelisted",
            "allowlisted",
            "json",
            "proxy",
            "https",
            "tenant",
            "clock",
            "timestamp",
            "skew",
        ]) || self.have_pair(&["grant", "content"], &["type"])
            || self.have_pair(&["missing"], &["authentication", "parameter"])
            || self.have_pair(&["request"], &["body"])
    }
}

const OTHER: &[&str] = &["another", "other", "different", "this", "the"];
