//! Where a webhook may post to: a public name over HTTPS, or a server of our own network that the installation names.
//!
//! This is the first of two fences: it keeps out what can be seen in the text. What a name leads to is looked at when it is
//! called, by whoever opens the connection, and what was looked at is what is connected to.

/// Longest address.
pub const URL_MAX: usize = 500;
/// Names that never lead outside, whatever a resolver says.
const INSIDE: [&str; 7] = ["localhost", "local", "internal", "intranet", "lan", "home", "arpa"];

/// An address that a webhook may have (推送地址).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    text: String,
    host: String,
}

impl Address {
    /// Reads one. `inside` are the hosts of our own network that the installation names: of those also bare names,
    /// numbers and plain HTTP are taken.
    #[must_use]
    pub fn parse(raw: &str, inside: &[String]) -> Option<Self> {
        let text = raw.trim();
        // What two readers could understand differently is not taken at all.
        let plain =
            |b: u8| b.is_ascii_graphic() && !matches!(b, b'\\' | b'#' | b'"' | b'<' | b'>' | b'^' | b'`');
        if text.len() > URL_MAX || !text.bytes().all(plain) {
            return None;
        }
        let (scheme, rest) = text.split_once("://")?;
        let (authority, tail) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
        let (host, port) = authority.split_once(':').map_or((authority, None), |(h, p)| (h, Some(p)));
        let (scheme, host) = (scheme.to_ascii_lowercase(), host.to_ascii_lowercase());
        let ours = inside.contains(&host);
        let port_fits = port.is_none_or(|port| port.parse::<u16>().is_ok_and(|n| n > 0));
        let fits = is_host(&host) && (ours || is_public_name(&host)) && port_fits;
        if !fits || !(scheme == "https" || (ours && scheme == "http")) {
            return None;
        }
        let port = port.map(|port| format!(":{port}")).unwrap_or_default();
        Some(Self { text: format!("{scheme}://{host}{port}{tail}"), host })
    }

    /// The whole of it.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The host, in small letters.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// As the record of changes shows it: what stands behind `?` is often a key.
    #[must_use]
    pub fn shown(text: &str) -> String {
        text.split_once('?').map_or_else(|| text.to_owned(), |(head, _)| format!("{head}?…"))
    }
}

/// Letters, digits, hyphens and dots.
fn is_host(host: &str) -> bool {
    let label = |label: &str| {
        let ends = !label.starts_with('-') && !label.ends_with('-');
        (1..=63).contains(&label.len())
            && ends
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    host.len() <= 253 && host.split('.').all(label)
}

/// A name of several parts whose last is a word: no number in any of its spellings, no name of one's own network.
fn is_public_name(host: &str) -> bool {
    let Some((_, last)) = host.rsplit_once('.') else { return false };
    last.len() > 1 && last.starts_with(|c: char| c.is_ascii_alphabetic()) && !INSIDE.contains(&last)
}
