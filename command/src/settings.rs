//! What `--set` may set: nothing that is a secret, as other users see a command line.
#![forbid(unsafe_code)]

use oauth::constants as number;

const SETTINGS: &[(&str, i32)] = &[
    ("audience", number::OAUTH_AUDIENCE),
    ("ca_file", number::OAUTH_CA_FILE),
    ("grant_type", number::OAUTH_GRANT_TYPE),
    ("lock_timeout", number::OAUTH_LOCK_TIMEOUT),
    ("min_valid", number::OAUTH_MIN_VALID),
    ("qr_style", number::OAUTH_QR_STYLE),
    ("redirect_uri", number::OAUTH_REDIRECT_URI),
    ("resource", number::OAUTH_RESOURCE),
    ("scope", number::OAUTH_SCOPE),
    ("store", number::OAUTH_STORE),
    ("timeout", number::OAUTH_TIMEOUT),
];

/// `KEY=VALUE`
pub fn given(pair: &str) -> Result<(i32, String), String> {
    let (key, value) = pair.split_once('=').ok_or("--set wants KEY=VALUE, such as --set timeout=10")?;
    let known = SETTINGS.iter().find(|(name, _)| *name == key).map(|(_, number)| *number);
    let Some(property) = known else {
        let names: Vec<_> = SETTINGS.iter().map(|(name, _)| *name).collect();
        return Err(format!(
            "--set does not take {key}: it takes {}; all else stands in the profile",
            names.join(", ")
        ));
    };
    Ok((property, value.to_owned()))
}
