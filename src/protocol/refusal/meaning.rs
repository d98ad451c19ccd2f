//! What a refusal means where its code is not the RFC's: is the code or token dead, is the client wrong, will it pass?
#![forbid(unsafe_code)]

use crate::error::Meaning;

/// What the request had that could be refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// An authorization code.
    Code,
    /// A refresh token, which this server has given to this client.
    Refresh,
    /// Nothing that is good for one use.
    Other,
}

/// `error` is the RFC's code where it is one.
pub fn meaning(asked: Asked, status: u16, error: &str, words: &[String]) -> Meaning {
    let code = Words::of([error]);
    let all = Words::of([error].into_iter().chain(words.iter().map(String::as_str)));
    match (error, asked) {
        ("invalid_grant", Asked::Code | Asked::Refresh) => return Meaning::Dead,
        // A dead refresh token, says league's server, and gives the reason in a hint.
        ("invalid_request", Asked::Refresh) => {}
        ("invalid_request", Asked::Code) if all.say_dead(asked) && !all.speak_of_client() => {
            return Meaning::Dead
        }
        (code, _) if super::CODES.contains(&code) => return Meaning::AsItSays,
        _ => {}
    }
    match status {
        // RFC 6749 section 5.2: the client's authentication has failed, whatever it is called.
        401 => Meaning::Client,
        _ if all.speak_of_client() => Meaning::Client,
        _ if all.say_too_often() => Meaning::Passing,
        408 | 429 | 500.. if !code.say_dead(asked) => Meaning::AsItSays,
        _ if all.say_dead(asked) => Meaning::Dead,
        _ if all.speak_of_time() => Meaning::Passing,
        // Nothing takes token requests there, or not such ones.
        404..=406 | 410 | 411 | 413..=415 | 421 | 426 | 431 => Meaning::AsItSays,
        // It was good enough when the token was given: what else could have changed?
        200..=299 | 400..=499 if asked == Asked::Refresh && !all.speak_of_clock() => Meaning::Dead,
        _ => Meaning::AsItSays,
    }
}

/// Whether that, beside no code, says that what was sent is no longer good.
pub fn says_dead(asked: Asked, line: &str) -> bool {
    Words::of([line]).say_dead(asked)
}

/// All words of a refusal in small letters, also those that are written together: `refreshTokenExpired`.
struct Words(Vec<String>);

impl Words {
    fn of<'a>(texts: impl IntoIterator<Item = &'a str>) -> Self {
        // What is longer was not written for a person.
        const MOST_TEXTS: usize = 20;
        const MOST_CHARACTERS: usize = 1000;
        let mut words = Vec::new();
        for text in texts.into_iter().take(MOST_TEXTS) {
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
        const CODE: &[&str] = &["code", "grant", "authcode", "verification"];
        const NOT_THE_CODE: &[&str] = &["redirect", "uri", "url", "challenge", "json", "status"];
        match asked {
            Asked::Code => self.have(CODE) && !self.have(NOT_THE_CODE),
            Asked::Refresh => self.have(TOKEN),
            Asked::Other => false,
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
        ];
        const NOT: &[&str] = &["not", "no", "longer", "never", "doesn", "isn", "cannot"];
        const GOOD: &[&str] =
            &["found", "valid", "active", "exist", "exists", "recognized", "longer", "accepted"];
        self.name_what_was_sent(asked)
            && (self.have(DEAD) || self.have_pair(NOT, GOOD) || self.have(&["notfound", "nonexistent"]))
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
        // "Issued to another client": that is of the token.
        let is_of_token = self.name_what_was_sent(Asked::Refresh) || self.name_what_was_sent(Asked::Code);
        let has_client = self.have(CLIENT) || self.have_pair(&["app", "api"], &["id", "secret", "key"]);
        has_client && !(is_of_token && (self.have(BINDS) || self.have_pair(OTHER, &["client"])))
            || !is_of_token && self.have(&["app", "application"])
    }

    fn say_too_often(&self) -> bool {
        self.have_pair(&["too"], &["many", "often", "frequent", "frequently", "fast"])
            || self.have(&["ratelimit", "ratelimited", "throttled", "throttling", "throttle"])
            || self.have_pair(&["rate", "request", "requests"], &["limit", "limited", "limits", "exceeded"])
            || self.have_pair(&["slow"], &["down"])
            || self.have_pair(&["limit", "quota"], &["exceeded", "reached"])
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
        ]) || self.have_pair(&["timed"], &["out"])
            || self.have_pair(&["try"], &["again"])
    }

    fn speak_of_clock(&self) -> bool {
        self.have(&["clock", "timestamp", "skew"])
    }
}

const OTHER: &[&str] = &["another", "other", "different", "this", "the"];
