//! What the bridge on IBM i has besides the library's functions. They stand in the /copy members alone: no other
//! caller has a CCSID to choose.
#![forbid(unsafe_code)]

use crate::model::{Doc, Function, Parameter};

/// Programs are bound to an export's place: each keeps this one, the first being 0, whatever the library adds.
pub const PLACES: [usize; 1] = [37];

pub fn functions() -> Vec<Function> {
    let paragraphs = [
        "From now on the texts of this activation group, in all its threads, are in `ccsid`, such as 37, or 1208 for UTF-8. \
         0: in the job's, as before the first call; that of a job with 65535 is its default one. Every text is meant, also \
         the headers and the body of an HTTP answer; lengths and capacities are bytes of that CCSID.",
        "Returns 0, or OAUTH_ERROR_CCSID where the system cannot convert it, or a character has more than a byte in it, as in \
         UTF-16: then nothing has changed. Since 0.1.",
    ];
    vec![Function {
        name: "oauth_bridge_ccsid".to_owned(),
        file: file!().to_owned(),
        parameters: vec![Parameter::Int("ccsid".to_owned())],
        doc: Doc { paragraphs: paragraphs.map(str::to_owned).to_vec(), since: (0, 1) },
    }]
}
