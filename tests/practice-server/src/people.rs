#![forbid(unsafe_code)]
//! Who is known: one user, three clients, and where a browser may be sent back to.

pub const USER: &str = "alice";
pub const PASSWORD: &str = "secret";

pub const OOB: &str = "urn:ietf:wg:oauth:2.0:oob";

pub struct Client {
    pub id: &'static str,
    /// Public clients have none (RFC 6749 §2.1).
    pub secret: Option<&'static str>,
    pub name: &'static str,
}

pub static CLIENTS: [Client; 3] = [
    Client { id: "demo", secret: Some("demo-secret"), name: "The demonstration client" },
    // Every character that encodings of HTTP Basic disagree on.
    Client { id: "odd:id", secret: Some("p@ss:w%rd+/= &x"), name: "The client with the odd secret" },
    Client { id: "public", secret: None, name: "The client without a secret" },
];

pub fn client(id: &str) -> Option<&'static Client> {
    CLIENTS.iter().find(|client| client.id == id)
}

/// The user, by what only the user knows.
pub fn is_user(username: &str, password: &str) -> bool {
    (username, password) == (USER, PASSWORD)
}

/// Is that redirect URI registered? Compared exactly, but a loopback address may have any port
/// (RFC 8252 §7.3).
pub fn is_registered(uri: &str) -> bool {
    if uri == OOB || uri == "https://www.stamps.com" {
        return true;
    }
    let loopback = ["http://127.0.0.1", "http://[::1]", "http://localhost"]
        .iter()
        .find_map(|host| uri.strip_prefix(host));
    let Some(rest) = loopback else { return false };
    let (port, path) = rest.find('/').map_or((rest, ""), |at| rest.split_at(at));
    let port_is_good = match port.strip_prefix(':') {
        None => port.is_empty(),
        Some(digits) => {
            digits.bytes().all(|b| b.is_ascii_digit()) && digits.parse::<u16>().is_ok_and(|port| port > 0)
        }
    };
    port_is_good && (path == "/cb" || path == "/callback")
}

#[cfg(test)]
mod tests {
    use super::is_registered;

    #[test]
    fn a_loopback_redirect_may_have_any_port_and_nothing_else_may_differ() {
        for good in [
            "http://127.0.0.1/cb",
            "http://127.0.0.1:9999/cb",
            "http://[::1]:1/callback",
            "http://localhost:1/cb",
        ] {
            assert!(is_registered(good), "{good}");
        }
        let bad = [
            "http://127.0.0.1:99999/cb",
            "http://127.0.0.1:/cb",
            "http://127.0.0.1:80@example.com/cb",
            "http://127.0.0.1.example.com/cb",
            "http://127.0.0.1/cb/",
            "http://127.0.0.1/cb?x=1",
            "http://app.localhost/cb",
            "https://127.0.0.1/cb",
            "https://www.stamps.com/",
        ];
        for bad in bad {
            assert!(!is_registered(bad), "{bad}");
        }
    }
}
