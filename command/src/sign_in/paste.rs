//! The address is shown, and what comes back is pasted.
#![forbid(unsafe_code)]

use std::time::Duration;

use oauth::constants as number;

use super::waiting::span;
use crate::edge::{Client, Failure};
use crate::failure::{Ended, SIGN_IN};
use crate::{output, prompt};

pub fn run(client: &Client) -> Result<(), Ended> {
    let url = client.authorize_url()?;
    output::say("Open this address in a browser and sign in:");
    output::show(&format!("\n{url}\n"));
    output::say(&format!(
        "Then copy the whole address of the page that you end at, even if that does not load, and paste it here. \
         There are {} left for that. Ctrl-C ends.",
        time_left(client)
    ));
    loop {
        output::write("> ");
        let Some(pasted) = prompt::line()? else {
            let sentence = "nothing was pasted, and nothing was stored";
            return Err(Ended::Said(SIGN_IN, sentence.to_owned()));
        };
        match client.exchange_code(&pasted) {
            Ok(()) => return Ok(()),
            Err(failure) if prompt::is_person() && may_be_pasted_again(&failure) => {
                output::say(&failure.sentence);
                output::say("Paste it once more, or end with Ctrl-C.");
            }
            Err(failure) => return Err(failure.into()),
        }
    }
}

/// Nothing was sent, or nobody has seen it.
fn may_be_pasted_again(failure: &Failure) -> bool {
    let is_not_ours = [number::OAUTH_ERROR_CODE, number::OAUTH_ERROR_STATE, number::OAUTH_ERROR_ISSUER]
        .contains(&failure.number);
    is_not_ours || failure.action == number::OAUTH_ACTION_RETRY
}

fn time_left(client: &Client) -> String {
    let seconds = client.get(number::OAUTH_PENDING_EXPIRES_IN).ok().and_then(|text| text.parse().ok());
    span(Duration::from_secs(seconds.unwrap_or(172_800)))
}
