//! Whether tokens are bound to a key; the protocol's [`crate::protocol::dpop`].
#![forbid(unsafe_code)]

use super::row::{Kind, Row, Words};
use crate::constants as number;
use crate::jose::Algorithm;
use crate::protocol::dpop::{Dpop, ProofAlgorithm};

pub const ROWS: &[Row] = &[
    Row { number: number::OAUTH_DPOP, key: "dpop", kind: Kind::Word(|s| &s.dpop, |s| &mut s.dpop) },
    Row {
        number: number::OAUTH_DPOP_ALG,
        key: "dpop_alg",
        kind: Kind::Word(|s| &s.dpop_alg, |s| &mut s.dpop_alg),
    },
];

impl Words for Dpop {
    const WORDS: &'static [(&'static str, Self)] =
        &[("no", Self::No), ("yes", Self::Yes), ("required", Self::Required)];
}

impl Words for ProofAlgorithm {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("ES256", Self(Algorithm::Es256)),
        ("ES384", Self(Algorithm::Es384)),
        ("EdDSA", Self(Algorithm::EdDsa)),
    ];
}
