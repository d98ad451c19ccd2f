//! What a person sees in the browser who was sent here: small pages without scripts, that say no more than they have to and
//! are kept nowhere.
#![forbid(unsafe_code)]

use base64::engine::general_purpose::STANDARD;
use base64::Engine;
use sha2::{Digest, Sha256};

use super::request::Fault;

/// What has become of a browser's request.
pub enum Page<'a> {
    SignedIn,
    /// The program has the code, and exchanges it itself.
    Arrived,
    /// In the words of an error.
    Failed(&'a str),
    /// It is no answer to a sign-in that waits here.
    Unasked,
    Refused(Fault),
}

const STYLE: &str = ":root{color-scheme:light dark}\
body{margin:0;min-height:100vh;display:flex;align-items:center;justify-content:center;\
font:1.125rem/1.5 system-ui,sans-serif;background:#f4f5f7;color:#1c2330}\
main{box-sizing:border-box;width:100%;max-width:34rem;margin:1rem;padding:1.75rem 2rem;border-radius:.75rem;\
border-top:.375rem solid #1a7f47;background:#fff;box-shadow:0 .125rem .75rem #1c233026;overflow-wrap:anywhere}\
main.bad{border-top-color:#b3261e}\
h1{margin:0 0 .75rem;font-size:1.5rem;line-height:1.25}p{margin:.75rem 0 0}\
@media(prefers-color-scheme:dark){body{background:#14181f;color:#e8ebf0}main{background:#1f2530;box-shadow:none;\
border-top-color:#4cc38a}main.bad{border-top-color:#ff8a80}}";

impl Page<'_> {
    /// The whole answer. `is_head`: its body is not asked for.
    pub fn response(&self, is_head: bool) -> Vec<u8> {
        let (status, title, sentence, advice) = self.words();
        let kind = if status.starts_with('2') { "" } else { " class=\"bad\"" };
        let style_hash = STANDARD.encode(Sha256::digest(STYLE));
        // The empty icon keeps browsers from asking for one.
        let body = format!(
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n\
             <title>{title}</title>\n<link rel=\"icon\" href=\"data:,\">\n<style>{STYLE}</style>\n</head>\n\
             <body>\n<main{kind}>\n<h1>{title}</h1>\n<p>{}</p>\n<p>{advice}</p>\n</main>\n</body>\n</html>\n",
            escaped(&sentence)
        );
        let allow = if status.starts_with("405") { "Allow: GET, POST\r\n" } else { "" };
        let head = format!(
            "HTTP/1.1 {status}\r\n{allow}Content-Type: text/html; charset=utf-8\r\nContent-Length: {}\r\n\
             Connection: close\r\nCache-Control: no-store\r\nReferrer-Policy: no-referrer\r\n\
             X-Content-Type-Options: nosniff\r\nCross-Origin-Resource-Policy: same-origin\r\n\
             Content-Security-Policy: default-src 'none'; style-src 'sha256-{style_hash}'; img-src data:; \
             base-uri 'none'; form-action 'none'; frame-ancestors 'none'\r\n\r\n",
            body.len()
        );
        [head.as_str(), if is_head { "" } else { &body }].concat().into_bytes()
    }

    /// Status, title, what has happened, and what to do.
    fn words(&self) -> (&'static str, &'static str, String, &'static str) {
        const CLOSE: &str = "You can close this window and go back to the program.";
        let refused = |status, sentence: &str| {
            (status, "Nothing here", sentence.to_owned(), "You can close this window.")
        };
        match self {
            Self::SignedIn => ("200 OK", "You are signed in", "The program has what it needs.".to_owned(), CLOSE),
            Self::Arrived => {
                ("200 OK", "Your answer has arrived", "The program goes on with the sign-in.".to_owned(), CLOSE)
            }
            Self::Failed(sentence) => (
                "400 Bad Request",
                "The sign-in has failed",
                (*sentence).to_owned(),
                "Close this window and see what the program says.",
            ),
            Self::Unasked => (
                "400 Bad Request",
                "Not a sign-in of this program",
                "This address does not answer a sign-in that the program on this computer waits for.".to_owned(),
                "If you have just signed in, go back to the program and begin again. Otherwise close this window.",
            ),
            Self::Refused(Fault::NotHttp) => refused("400 Bad Request", "This is no request that a browser sends."),
            Self::Refused(Fault::Path) => {
                refused("404 Not Found", "The program on this computer waits for a sign-in, at another address.")
            }
            Self::Refused(Fault::Method) => refused("405 Method Not Allowed", "A sign-in comes back by GET or POST."),
            Self::Refused(Fault::Length) => refused("411 Length Required", "The request does not say how long it is."),
            Self::Refused(Fault::TooLarge) => refused("413 Content Too Large", "No sign-in is as long as this."),
            Self::Refused(Fault::Form) => refused("415 Unsupported Media Type", "This is not the form of a sign-in."),
            Self::Refused(Fault::Host) => refused("421 Misdirected Request", "This was meant for another server."),
            Self::Refused(Fault::HeadTooLarge) => {
                refused("431 Request Header Fields Too Large", "No sign-in is as long as this.")
            }
        }
    }
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            _ => escaped.push(character),
        }
    }
    escaped
}
