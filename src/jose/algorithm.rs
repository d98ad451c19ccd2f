//! Signature algorithms by their names in JOSE (RFC 7518 section 3.1, RFC 8037 section 3.1).
#![forbid(unsafe_code)]

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    Rs256,
    Rs384,
    Rs512,
    Ps256,
    Ps384,
    Ps512,
    Es256,
    Es384,
    EdDsa,
    Hs256,
    Hs384,
    Hs512,
}

impl Algorithm {
    pub const ALL: [(&'static str, Self); 12] = [
        ("RS256", Self::Rs256),
        ("RS384", Self::Rs384),
        ("RS512", Self::Rs512),
        ("PS256", Self::Ps256),
        ("PS384", Self::Ps384),
        ("PS512", Self::Ps512),
        ("ES256", Self::Es256),
        ("ES384", Self::Es384),
        ("EdDSA", Self::EdDsa),
        ("HS256", Self::Hs256),
        ("HS384", Self::Hs384),
        ("HS512", Self::Hs512),
    ];

    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, algorithm)| *algorithm == self).map_or("", |(name, _)| name)
    }

    pub fn of_name(name: &str) -> Option<Self> {
        // RFC 9864 section 2.2: EdDSA by its curve.
        let name = if name == "Ed25519" { "EdDSA" } else { name };
        Self::ALL.iter().find(|(known, _)| *known == name).map(|(_, algorithm)| *algorithm)
    }

    /// How long its hash is (RFC 7518 section 3.1; of Ed25519, RFC 8032 section 5.1).
    pub fn hash_bits(self) -> u32 {
        match self {
            Self::Rs256 | Self::Ps256 | Self::Es256 | Self::Hs256 => 256,
            Self::Rs384 | Self::Ps384 | Self::Es384 | Self::Hs384 => 384,
            Self::Rs512 | Self::Ps512 | Self::Hs512 | Self::EdDsa => 512,
        }
    }

    /// By a secret that both sides have.
    pub fn is_symmetric(self) -> bool {
        matches!(self, Self::Hs256 | Self::Hs384 | Self::Hs512)
    }
}
