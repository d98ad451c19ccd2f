//! Clients: made, set up from a profile, closed.

use std::ffi::c_char;

use super::guard::guard;
use super::handle;
use super::text::TextIn;
use crate::client::Client;

/// Makes a client: one registration at one authorization server, with its settings and its token.
///
/// Set it up with `oauth_set`, close it with `oauth_client_close`. Handles are never given out twice.
///
/// Returns the client's handle, greater than 0, or OAUTH_ERROR_LIMIT. Since 0.1.
#[no_mangle]
pub extern "C" fn oauth_client_new() -> i32 {
    guard(&|| handle::open(|place| Ok(Client::new(place))))
}

/// Makes a client that is set up from a profile.
///
/// `profile`: a profile's name, looked for in the files `$LIBOAUTH_PROFILES`,
/// `$XDG_CONFIG_HOME/liboauth/profiles.toml` (`~/.config` where that is not set) and
/// `/etc/liboauth/profiles.toml`, then among the known servers (see OAUTH_PROFILE). A text with a `/` is a
/// profile file, or a file and a name: `/home/me/oauth.toml#acme`. A `$LIBOAUTH_PROFILES` that is set must be there.
/// On Windows the other two are `%APPDATA%\liboauth\profiles.toml` and `%PROGRAMDATA%\liboauth\profiles.toml`, and
/// a `\` makes a file of it as well.
/// No other call reads these variables, and none
/// is read in a setuid program.
///
/// Returns the client's handle, OAUTH_ERROR_PROFILE (`oauth_error_text` names file, line and key), or
/// OAUTH_ERROR_LIMIT. Since 0.1.
///
/// # Safety
/// `profile` is readable as `length` says.
#[no_mangle]
pub unsafe extern "C" fn oauth_client_open(profile: *const c_char, length: i32) -> i32 {
    guard(&|| {
        // SAFETY: the caller's promise, as documented.
        let profile = unsafe { TextIn::read("profile", profile, length) }?;
        handle::open(|place| Client::open(place, profile.as_str()))
    })
}

/// Closes a client and wipes the library's copies of its secrets from memory; what was handed out is the caller's to
/// wipe. Its store is left as it is.
///
/// `client`: from `oauth_client_new` or `oauth_client_open`; 0 is harmless. Calls of other threads that are under
/// way end as they would have.
///
/// Returns 0, OAUTH_ERROR_HANDLE, or OAUTH_ERROR_STORE and its like where tokens could not be stored to the last: the
/// client is closed all the same, and they are lost. Since 0.1.
#[no_mangle]
pub extern "C" fn oauth_client_close(client: i32) -> i32 {
    guard(&|| handle::close(client))
}
