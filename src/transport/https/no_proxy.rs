//! Which hosts `no_proxy` lists: as curl reads it, from version 7.86 on.
#![forbid(unsafe_code)]

use std::net::IpAddr;

use super::proxy::{split_port, without_brackets};

/// Names and networks, by commas or blanks. No name is looked up for it: a network lists addresses that stand in a URL.
pub(super) fn is_listed(list: &str, host: &str, port: u16) -> bool {
    let host = without_brackets(host).trim_end_matches('.');
    let address = host.parse().ok();
    list.split([',', ' ', '\t']).filter(|entry| !entry.is_empty()).any(|entry| {
        if let (Some(address), Some((network, bits))) = (address, entry.split_once('/')) {
            return is_within(address, without_brackets(network), bits);
        }
        let (name, wanted_port) = split_port(entry);
        wanted_port.is_none_or(|wanted| wanted == port)
            && (name == "*" || address.map_or_else(|| is_of(host, name), |a| name.parse() == Ok(a)))
    })
}

/// `10.0.0.0/8`, `fe80::/10` (RFC 4632 section 3.1). What is no network has nobody in it.
fn is_within(address: IpAddr, network: &str, bits: &str) -> bool {
    let (Ok(network), Ok(bits)) = (network.parse(), bits.parse::<u8>()) else { return false };
    let (differs, size): (u128, u32) = match (address, network) {
        (IpAddr::V4(ours), IpAddr::V4(theirs)) => ((ours.to_bits() ^ theirs.to_bits()).into(), 32),
        (IpAddr::V6(ours), IpAddr::V6(theirs)) => (ours.to_bits() ^ theirs.to_bits(), 128),
        _ => return false,
    };
    let free = size.checked_sub(bits.into());
    free.is_some_and(|free| differs.checked_shr(free).unwrap_or(0) == 0)
}

/// `example.com`, `.example.com` and `*.example.com` are the host and all below it.
fn is_of(host: &str, name: &str) -> bool {
    let name = name.strip_prefix("*.").unwrap_or(name).trim_matches('.');
    let above = host.len().checked_sub(name.len()).map(|start| host.as_bytes().split_at(start));
    above.is_some_and(|(below, end)| {
        !name.is_empty()
            && end.eq_ignore_ascii_case(name.as_bytes())
            && (below.is_empty() || below.ends_with(b"."))
    })
}
