//! What a mail server is shown instead of a password: the client's response in SASL's OAUTHBEARER (RFC 7628) and in XOAUTH2,
//! which Google and Microsoft had before it.
#![forbid(unsafe_code)]

use base64::engine::general_purpose::STANDARD;
use base64::Engine;

use crate::error::{Error, Result};
use crate::secret::{Secret, Wiped};
use crate::token::Mechanism;

/// Whose mailbox it is, or empty: a server of OAUTHBEARER knows it by the token then.
#[derive(Clone, Copy)]
pub struct User<'a>(&'a str);

impl<'a> User<'a> {
    /// `account`: tells it where it is an address and `username` is not set.
    pub fn of(mechanism: Mechanism, username: &'a str, account: &'a str) -> Result<Self> {
        let user = if username.is_empty() && account.contains('@') { account } else { username };
        let refused =
            || Error::Value { key: "username", reason: "no mailbox has control characters".to_owned() };
        match mechanism {
            // They end its parts.
            _ if user.contains(char::is_control) => Err(refused()),
            Mechanism::Xoauth2 if user.is_empty() => {
                Err(Error::Missing { key: "username", operation: "oauth_sasl_response" })
            }
            _ => Ok(Self(user)),
        }
    }
}

/// In base64, as IMAP's AUTHENTICATE and SMTP's AUTH send it.
pub fn response(mechanism: Mechanism, user: User<'_>, access_token: &str) -> Secret {
    let before = match mechanism {
        Mechanism::Xoauth2 => format!("user={}", user.0),
        // RFC 7628 section 3.1: the header of GS2 (RFC 5801 section 4), without channel binding.
        Mechanism::Oauthbearer if user.0.is_empty() => "n,,".to_owned(),
        Mechanism::Oauthbearer => format!("n,a={},", saslname(user.0)),
    };
    let whole = [&before, "\u{1}auth=Bearer ", access_token, "\u{1}\u{1}"].concat();
    Secret::new(STANDARD.encode(&*Wiped::new(whole)))
}

/// RFC 5801 section 4.
fn saslname(user: &str) -> String {
    user.replace('=', "=3D").replace(',', "=2C")
}

#[cfg(test)]
mod tests {
    use super::{response, User};
    use crate::token::Mechanism::{self, Oauthbearer, Xoauth2};
    use base64::engine::general_purpose::STANDARD;
    use base64::Engine;

    /// Mechanism, username, account, and what is sent; or the error's number.
    type Row<'a> = (Mechanism, &'a str, &'a str, Result<&'a str, i32>);

    #[test]
    fn responses_to_mail_servers() {
        let rows: &[Row<'_>] = &[
            (Xoauth2, "me@example.com", "", Ok("user=me@example.com\x01auth=Bearer T\x01\x01")),
            (Xoauth2, "", "me@example.com", Ok("user=me@example.com\x01auth=Bearer T\x01\x01")),
            (Xoauth2, "shared", "me@example.com", Ok("user=shared\x01auth=Bearer T\x01\x01")),
            (Xoauth2, "a=b,c@example.com", "", Ok("user=a=b,c@example.com\x01auth=Bearer T\x01\x01")),
            (Xoauth2, "", "", Err(-200)),
            (Xoauth2, "", "the-shop", Err(-200)),
            (Oauthbearer, "me@example.com", "", Ok("n,a=me@example.com,\x01auth=Bearer T\x01\x01")),
            (Oauthbearer, "a=b,c@example.com", "", Ok("n,a=a=3Db=2Cc@example.com,\x01auth=Bearer T\x01\x01")),
            (Oauthbearer, "J\u{fc}rgen", "", Ok("n,a=J\u{fc}rgen,\x01auth=Bearer T\x01\x01")),
            (Oauthbearer, "", "the-shop", Ok("n,,\x01auth=Bearer T\x01\x01")),
            (Oauthbearer, "a\x01host=b", "", Err(-106)),
            (Oauthbearer, "a\0", "", Err(-106)),
            (Xoauth2, "a\r\nb", "", Err(-106)),
            (Xoauth2, "", "a\u{85}@example.com", Err(-106)),
        ];
        for (mechanism, username, account, expected) in rows {
            let user = User::of(*mechanism, username, account);
            let found = user.map(|user| decoded(response(*mechanism, user, "T").expose()));
            let expected = expected.map(str::to_owned);
            assert_eq!(
                found.map_err(|error| error.code()),
                expected,
                "{mechanism:?} {username:?} {account:?}"
            );
        }
    }

    /// RFC 7628 section 4.1. Host and port are for tokens that are made for one server; a bearer's goes without.
    #[test]
    fn the_example_of_rfc_7628() {
        let example =
            "bixhPXVzZXJAZXhhbXBsZS5jb20sAWhvc3Q9c2VydmVyLmV4YW1wbGUuY29tAXBvcnQ9MTQzAWF1dGg9QmVhcmVyI\
                       HZGOWRmdDRxbVRjMk52YjNSbGNrQmhiSFJoZG1semRHRXVZMjl0Q2c9PQEB";
        let expected = decoded(example).replace("host=server.example.com\x01port=143\x01", "");
        let user = User::of(Oauthbearer, "user@example.com", "").unwrap();
        let token = "vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==";
        assert_eq!(decoded(response(Oauthbearer, user, token).expose()), expected);
    }

    /// The one in Google's description of XOAUTH2.
    #[test]
    fn the_example_of_google() {
        let user = User::of(Xoauth2, "someuser@example.com", "").unwrap();
        let token = "ya29.vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg";
        let expected =
            "dXNlcj1zb21ldXNlckBleGFtcGxlLmNvbQFhdXRoPUJlYXJlciB5YTI5LnZGOWRmdDRxbVRjMk52YjNSbGNrQmhkSFJoZG\
                        1semRHRXVZMjl0Q2cBAQ==";
        assert_eq!(response(Xoauth2, user, token).expose(), expected);
    }

    fn decoded(text: &str) -> String {
        String::from_utf8(STANDARD.decode(text).unwrap()).unwrap()
    }
}
