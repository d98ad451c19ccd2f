#![forbid(unsafe_code)]
//! The servers that are played, as data: one [`Dialect`] each.

/// How one authorization server behaves. Its name is its base path.
#[allow(clippy::struct_excessive_bools)] // each is a habit of its own
pub struct Dialect {
    pub name: &'static str,
    pub title: &'static str,
    /// Paths below the base path; the first is the one to use.
    pub authorize: &'static [&'static str],
    pub token: &'static str,
    /// Compared as it is, letter case too.
    pub response_type: &'static str,
    /// To the letter of RFC 6749 and RFC 9700: what others overlook is refused.
    pub exact: bool,
    /// RFC 9207: the redirect says who sent it.
    pub sends_iss: bool,
    pub oob: Oob,
    /// What each code ends in: at some servers it must be encoded on its way.
    pub code_tail: &'static str,
    pub pkce: Pkce,
    pub carriers: &'static [Carrier],
    pub basic: Basic,
    pub secret_optional: bool,
    pub refresh_token: RefreshToken,
    pub rotation: Rotation,
    /// Where tokens are revoked, if anywhere, and how far that goes (RFC 7009).
    pub revocation: Option<(&'static str, Revocation)>,
    pub lifetime: Lifetime,
    pub token_type: &'static str,
    pub dpop: Dpop,
    pub sends_scope: bool,
    /// Between scopes in the answer; those who write commas take them in the question too.
    pub scope_separator: char,
    pub sends_created_at: bool,
    pub answer: Answer,
    pub errors: Errors,
}

/// Where the browser lands when there is no redirect URI to go to (`urn:ietf:wg:oauth:2.0:oob`).
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Oob {
    /// `<authorize>/native?code=…`
    Native,
    /// `<authorize>/<code>`, as Doorkeeper before 4.3.
    Path,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Pkce {
    /// S256 only, and a client without a secret must use it (RFC 9700 §2.1.1).
    Required,
    /// Checked when a challenge was sent.
    Optional,
    Unknown,
}

/// Where the parameters of a token request may be.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Carrier {
    Form,
    Json,
    Query,
}

/// What HTTP Basic means at the token endpoint.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Basic {
    /// Decoded as RFC 6749 §2.3.1 says.
    Form,
    /// Taken as it is, as Doorkeeper does.
    Raw,
    Refused,
    Ignored,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum RefreshToken {
    /// When the scope `offline_access` was asked for.
    OfflineAccess,
    Always,
    Never,
}

/// What a refresh does to the refresh token.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Rotation {
    /// A new one each time; the use of an old one ends the whole family (RFC 9700 §4.14.2).
    Detect,
    /// As `Detect`, but the one before the current one works once more for a while, as at Auth0.
    Overlap,
    /// A new one each time; an old one is refused, and that is all.
    Replace,
    /// The same one comes back.
    Keep,
}

/// What goes with a token that is revoked.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Revocation {
    /// With a refresh token, an old one too, its whole family; an access token alone.
    Family,
    /// All refresh tokens of the family. Access tokens live until they expire, as at Auth0.
    RefreshTokens,
    /// Access and refresh token are one, and nobody is told that it was not theirs, as at Doorkeeper.
    Pair,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Lifetime {
    Number(u64),
    /// `"expires_in": "3600"`
    Text(u64),
    /// Nothing is said, and the token does not expire.
    Unsaid,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    Json,
    TrailingComma,
    Form,
    /// A form, but JSON for who asks with `Accept: application/json`.
    FormUnlessAsked,
    /// The token is in `authed_user`, success in `ok`.
    Nested,
}

/// Whether tokens can be bound to a client's key (RFC 9449).
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Dpop {
    Unknown,
    /// Who comes with a proof gets a token that is bound.
    Taken,
    /// No token without a proof, and no proof without this server's nonce.
    Demanded,
}

/// In whose manner a token request is refused.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Errors {
    Rfc,
    Auth0,
    Doorkeeper,
    GitHub,
    Slack,
}

impl Dialect {
    pub fn named(name: &str) -> Option<&'static Dialect> {
        DIALECTS.iter().find(|dialect| dialect.name == name.trim_matches('/'))
    }

    /// Below the base path.
    pub fn revoke(&self) -> Option<&'static str> {
        self.revocation.map(|(path, _)| path)
    }

    pub fn is(&self, other: &Dialect) -> bool {
        self.name == other.name
    }
}

/// What most of them do.
const USUAL: Dialect = Dialect {
    name: "",
    title: "",
    authorize: &["/authorize"],
    token: "/token",
    response_type: "code",
    exact: false,
    sends_iss: false,
    oob: Oob::Native,
    code_tail: "",
    pkce: Pkce::Unknown,
    carriers: &[Carrier::Form],
    basic: Basic::Form,
    secret_optional: false,
    refresh_token: RefreshToken::Always,
    rotation: Rotation::Replace,
    revocation: None,
    lifetime: Lifetime::Number(3600),
    token_type: "Bearer",
    dpop: Dpop::Unknown,
    sends_scope: true,
    scope_separator: ' ',
    sends_created_at: false,
    answer: Answer::Json,
    errors: Errors::Rfc,
};

const STRICT: Dialect = Dialect {
    name: "strict",
    title: "Strict",
    exact: true,
    sends_iss: true,
    pkce: Pkce::Required,
    refresh_token: RefreshToken::OfflineAccess,
    rotation: Rotation::Detect,
    revocation: Some(("/revoke", Revocation::Family)),
    dpop: Dpop::Taken,
    ..USUAL
};

const METAMAPS: Dialect = Dialect {
    name: "metamaps",
    title: "Metamaps, as documented",
    authorize: &["/oauth/authorize"],
    token: "/oauth/token",
    carriers: &[Carrier::Query, Carrier::Form],
    basic: Basic::Raw,
    revocation: Some(("/oauth/revoke", Revocation::Pair)),
    lifetime: Lifetime::Number(7200),
    token_type: "bearer",
    sends_scope: false,
    ..USUAL
};

const GITHUB: Dialect = Dialect {
    name: "github",
    title: "GitHub-like",
    authorize: &["/login/oauth/authorize"],
    token: "/login/oauth/access_token",
    pkce: Pkce::Optional,
    carriers: &[Carrier::Query, Carrier::Form, Carrier::Json],
    basic: Basic::Ignored,
    refresh_token: RefreshToken::Never,
    lifetime: Lifetime::Unsaid,
    token_type: "bearer",
    scope_separator: ',',
    answer: Answer::FormUnlessAsked,
    errors: Errors::GitHub,
    ..USUAL
};

pub static DIALECTS: [Dialect; 9] = [
    STRICT,
    Dialect {
        name: "bound",
        title: "Strict, tokens bound to keys (DPoP)",
        refresh_token: RefreshToken::Always,
        dpop: Dpop::Demanded,
        ..STRICT
    },
    Dialect {
        name: "stamps",
        title: "Stamps.com-like",
        token: "/oauth/token",
        pkce: Pkce::Optional,
        carriers: &[Carrier::Form, Carrier::Json],
        basic: Basic::Refused,
        refresh_token: RefreshToken::OfflineAccess,
        rotation: Rotation::Overlap,
        revocation: Some(("/oauth/revoke", Revocation::RefreshTokens)),
        lifetime: Lifetime::Text(3600),
        errors: Errors::Auth0,
        ..USUAL
    },
    Dialect {
        name: "belladati",
        title: "BellaDati, as documented",
        authorize: &["/auth/oauth/request:new", "/auth/oauth/request"],
        token: "/oauth/v2/accessToken",
        response_type: "CODE",
        carriers: &[Carrier::Query],
        basic: Basic::Ignored,
        secret_optional: true,
        rotation: Rotation::Keep,
        token_type: "bearer",
        sends_scope: false,
        answer: Answer::TrailingComma,
        ..USUAL
    },
    METAMAPS,
    // Doorkeeper 4.2.6 with the settings that Metamaps runs with.
    Dialect {
        name: "metamaps-real",
        title: "Metamaps, as it runs",
        oob: Oob::Path,
        refresh_token: RefreshToken::Never,
        lifetime: Lifetime::Unsaid,
        sends_scope: true,
        sends_created_at: true,
        errors: Errors::Doorkeeper,
        ..METAMAPS
    },
    GITHUB,
    Dialect { name: "github-form", title: "GitHub-like, always a form", answer: Answer::Form, ..GITHUB },
    Dialect {
        name: "nested",
        title: "Slack-like",
        code_tail: "/+=",
        scope_separator: ',',
        answer: Answer::Nested,
        errors: Errors::Slack,
        ..USUAL
    },
];
