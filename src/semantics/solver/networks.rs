//! Networks of IP addresses, each from its first to its last address.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr};

use super::patterns::How;

/// First and last of the addresses of version 4 that a text matches, which says some of the octets, and then, as a
/// pattern, `*` for the others: `10.1.*`.
pub fn octets(text: &str, how: How) -> Option<(IpAddr, IpAddr)> {
    let named = match (how, text.strip_suffix(".*")) {
        (How::Like, Some(named)) => named,
        (How::Like | How::Exact, _) => return text.parse::<Ipv4Addr>().ok().map(|one| (one.into(), one.into())),
        (How::Folded | How::Arn, _) => return None,
    };
    let missing = 3_usize.checked_sub(named.matches('.').count())?;
    let end = |octet: &str| format!("{named}{}", format!(".{octet}").repeat(missing)).parse::<Ipv4Addr>().ok();
    Some((end("0")?.into(), end("255")?.into()))
}

/// First and last address.
pub fn network(text: &str) -> Option<(IpAddr, IpAddr)> {
    let (address, bits) = text.split_once('/').map_or((text, None), |(address, bits)| (address, Some(bits)));
    let bits = bits.map(str::parse::<u32>).transpose().ok()?;
    match address.parse().ok()? {
        IpAddr::V4(address) => {
            let host = u32::MAX.checked_shr(bits.unwrap_or(32)).unwrap_or(0);
            let first = u32::from(address) & !host;
            (bits.unwrap_or(32) <= 32).then(|| (IpAddr::V4(first.into()), IpAddr::V4((first | host).into())))
        }
        IpAddr::V6(address) => {
            let host = u128::MAX.checked_shr(bits.unwrap_or(128)).unwrap_or(0);
            let first = u128::from(address) & !host;
            (bits.unwrap_or(128) <= 128).then(|| (IpAddr::V6(first.into()), IpAddr::V6((first | host).into())))
        }
    }
}

/// Whether one of some networks, each from its first to its last address, holds an address.
pub fn lies_in(address: IpAddr, networks: &[(IpAddr, IpAddr)]) -> bool {
    let holds =
        |(first, last): &(IpAddr, IpAddr)| address.is_ipv4() == first.is_ipv4() && (*first..=*last).contains(&address);
    networks.iter().any(holds)
}

/// The ends of each network, their neighbours outside, and an address of each version that lies in few networks.
pub fn around_addresses(networks: &[(IpAddr, IpAddr)]) -> Vec<IpAddr> {
    let mut found = BTreeSet::new();
    for (first, last) in networks {
        found.extend([Some(*first), Some(*last), neighbour(*first, false), neighbour(*last, true)]);
    }
    let other = ["192.0.2.1", "2001:db8::1"].map(|text| text.parse().ok());
    found.extend(other);
    // The first and the last address there is have one neighbour each.
    found.into_iter().flatten().collect()
}

fn neighbour(address: IpAddr, above: bool) -> Option<IpAddr> {
    match address {
        IpAddr::V4(v4) => {
            let n = u32::from(v4);
            let n = if above { n.checked_add(1) } else { n.checked_sub(1) };
            n.map(|n| IpAddr::V4(n.into()))
        }
        IpAddr::V6(v6) => {
            let n = u128::from(v6);
            let n = if above { n.checked_add(1) } else { n.checked_sub(1) };
            n.map(|n| IpAddr::V6(n.into()))
        }
    }
}
