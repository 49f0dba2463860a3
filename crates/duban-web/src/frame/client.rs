//! Where a request comes from, and with what: for counting wrong guesses, and for telling people which of their
//! sessions is which. A forwarded address is believed from a proxy that is trusted, and read from its end: what stands
//! left of that, whoever calls may have written themselves.

use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    str::FromStr,
};

use axum::{
    extract::{ConnectInfo, Request},
    http::{HeaderMap, header::USER_AGENT},
};
use duban_domain::Lang;

use super::site::Site;

/// The header that is read when proxies are named and no header is.
const FORWARDED: &str = "x-forwarded-for";

/// Addresses and networks of proxies: `10.0.0.5`, `10.0.0.0/8`, `fd00::/8` (可信代理).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Proxies(Vec<(IpAddr, u8)>);

impl FromStr for Proxies {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let one = |part: &str| -> Option<(IpAddr, u8)> {
            let (address, bits) = part.split_once('/').map_or((part, None), |(a, b)| (a, Some(b)));
            let address: IpAddr = address.parse().ok()?;
            let all = if address.is_ipv4() { 32 } else { 128 };
            let bits = bits.map_or(Some(all), |bits| bits.parse().ok())?;
            (bits <= all).then_some((address, bits))
        };
        let parts = text.split([',', ' ']).filter(|part| !part.is_empty());
        parts.map(|part| one(part).ok_or_else(|| part.to_owned())).collect::<Result<_, _>>().map(Self)
    }
}

impl fmt::Display for Proxies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts: Vec<String> = self.0.iter().map(|(address, bits)| format!("{address}/{bits}")).collect();
        f.write_str(&parts.join(", "))
    }
}

impl Proxies {
    fn has(&self, address: IpAddr) -> bool {
        self.0.iter().any(|(net, bits)| match (net, address) {
            (IpAddr::V4(net), IpAddr::V4(one)) => {
                begin(net.to_bits().into(), one.to_bits().into(), 32 - bits)
            }
            (IpAddr::V6(net), IpAddr::V6(one)) => begin(net.to_bits(), one.to_bits(), 128 - bits),
            _ => false,
        })
    }

    /// Whether the other end of the line is a proxy of ours: one that was named, or, when none was, one of the house.
    fn trusts(&self, peer: IpAddr) -> bool {
        if !self.0.is_empty() {
            return self.has(peer);
        }
        match peer {
            IpAddr::V4(peer) => peer.is_loopback() || peer.is_private(),
            IpAddr::V6(peer) => peer.is_loopback() || peer.is_unique_local(),
        }
    }
}

/// Whether two addresses are the same but for their last bits.
fn begin(a: u128, b: u128, but: u8) -> bool {
    a.checked_shr(but.into()).unwrap_or(0) == b.checked_shr(but.into()).unwrap_or(0)
}

/// Where a request comes from. Of an address of the new kind only the network counts, for a house has very many of them.
pub(crate) fn caller(site: &Site, request: &Request) -> Option<IpAddr> {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip().to_canonical());
    let options = &site.options;
    let name = match options.client_header.as_str() {
        "" if options.proxies.0.is_empty() => {
            if is_first_unread(site, request) {
                tracing::warn!(
                    "a request says in X-Forwarded-For who calls, and no setting reads it: behind a proxy all visitors \
                     count as one address, for wrong passwords too; name the proxy with --trusted-proxies \
                     (DUBAN_TRUSTED_PROXIES), or the header that it sets with --client-header (DUBAN_CLIENT_HEADER)"
                );
            }
            return peer.map(network);
        }
        "" => FORWARDED,
        name => name,
    };
    if peer.is_some_and(|peer| !options.proxies.trusts(peer)) {
        return peer.map(network);
    }
    let said = request.headers().get_all(name);
    let said: Vec<&str> = said.iter().filter_map(|v| v.to_str().ok()).flat_map(|v| v.split(',')).collect();
    let mut found = None;
    for part in said.iter().rev() {
        let Ok(address) = part.trim().parse::<IpAddr>() else { break };
        let address = address.to_canonical();
        found = Some(address);
        if !options.proxies.has(address) {
            break;
        }
    }
    found.map(network)
}

/// Whether a request names who calls, and is the first since the start to do so: it is told once.
fn is_first_unread(site: &Site, request: &Request) -> bool {
    let mut first = false;
    if request.headers().contains_key(FORWARDED) {
        site.unread.call_once(|| first = true);
    }
    first
}

fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V6(long) => IpAddr::V6(Ipv6Addr::from_bits(long.to_bits() >> 64 << 64)),
        short @ IpAddr::V4(_) => short,
    }
}

/// An address as it is kept and shown: enough to tell the office from a place far away, not which desk.
pub(crate) fn shortened(address: IpAddr) -> String {
    match address {
        IpAddr::V4(address) => {
            let [a, b, c, _] = Ipv4Addr::octets(&address);
            format!("{a}.{b}.{c}.*")
        }
        IpAddr::V6(address) => {
            let [a, b, c, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}:*")
        }
    }
}

/// What the browser calls itself.
pub(crate) fn agent(headers: &HeaderMap) -> String {
    let text = headers.get(USER_AGENT).and_then(|v| v.to_str().ok()).unwrap_or_default();
    text.chars().filter(|c| !c.is_control()).take(200).collect()
}

/// The same in words: the browser and the system. The first that fits, for browsers name their forebears too.
pub(crate) fn device(agent: &str, lang: Lang) -> String {
    const BROWSERS: [(&str, &str, &str); 9] = [
        ("MicroMessenger", "微信", "WeChat"),
        ("DingTalk", "钉钉", "DingTalk"),
        ("Edg", "Edge", "Edge"),
        ("QQBrowser", "QQ 浏览器", "QQ Browser"),
        ("OPR/", "Opera", "Opera"),
        ("Firefox/", "Firefox", "Firefox"),
        ("HeadlessChrome/", "Chrome", "Chrome"),
        ("Chrome/", "Chrome", "Chrome"),
        ("Safari/", "Safari", "Safari"),
    ];
    const SYSTEMS: [(&str, &str, &str); 8] = [
        ("HarmonyOS", "鸿蒙", "HarmonyOS"),
        ("OpenHarmony", "鸿蒙", "HarmonyOS"),
        ("Android", "安卓", "Android"),
        ("iPhone", "iPhone", "iPhone"),
        ("iPad", "iPad", "iPad"),
        ("Windows", "Windows", "Windows"),
        ("Mac OS X", "Mac", "Mac"),
        ("Linux", "Linux", "Linux"),
    ];
    let find = |list: &[(&str, &'static str, &'static str)]| {
        list.iter().find(|(mark, ..)| agent.contains(mark)).map(|(_, zh, en)| lang.t(zh, en))
    };
    match (find(&BROWSERS), find(&SYSTEMS)) {
        (Some(browser), Some(system)) => format!("{browser} · {system}"),
        (Some(one), None) | (None, Some(one)) => one.to_owned(),
        (None, None) => lang.t("认不出的设备", "an unknown device").to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    };

    use axum::body::Body;
    use duban_testkit::world::World;
    use tracing::{Event, Level, Metadata, Subscriber, span};

    use super::*;
    use crate::Options;

    #[test]
    fn a_forwarded_address_is_believed_from_a_trusted_proxy_and_from_its_end_only() {
        let world = World::sqlite();
        for (proxies, header, peer, said, from) in [
            ("", "", "203.0.113.9", "1.1.1.1", "203.0.113.9"),
            ("10.0.0.0/8", "", "203.0.113.9", "1.1.1.1", "203.0.113.9"),
            ("10.0.0.0/8", "", "10.0.0.5", "1.1.1.1, 198.51.100.7", "198.51.100.7"),
            ("10.0.0.0/8", "", "10.0.0.5", "1.1.1.1, 198.51.100.7, 10.9.9.9", "198.51.100.7"),
            ("10.0.0.0/8", "", "10.0.0.5", "198.51.100.7, nonsense", ""),
            ("10.0.0.5", "x-real-ip", "10.0.0.5", "198.51.100.7", "198.51.100.7"),
            ("10.0.0.5", "x-real-ip", "10.0.0.6", "198.51.100.7", "10.0.0.6"),
            ("", "x-real-ip", "127.0.0.1", "198.51.100.7", "198.51.100.7"),
            ("", "x-real-ip", "127.0.0.1", "1.1.1.1, 10.1.2.3", "10.1.2.3"),
            ("", "x-real-ip", "203.0.113.9", "198.51.100.7", "203.0.113.9"),
            ("fd00::/8", "", "fd00::1", "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ] {
            let options = Options {
                client_header: header.to_owned(),
                proxies: proxies.parse().unwrap(),
                ..Options::default()
            };
            let site = Site::new(world.app.clone(), options);
            let name = if header.is_empty() { FORWARDED } else { header };
            let mut request = Request::get("/").header(name, said).body(Body::empty()).unwrap();
            let peer = SocketAddr::new(peer.parse().unwrap(), 1);
            request.extensions_mut().insert(ConnectInfo(peer));
            let found = caller(&site, &request).map(|address| address.to_string()).unwrap_or_default();
            assert_eq!(found, from, "{proxies:?} {header:?} {peer} {said:?}");
        }
        assert_eq!("10.0.0.0/33".parse::<Proxies>(), Err("10.0.0.0/33".to_owned()));
    }

    #[test]
    fn whoever_runs_it_behind_a_proxy_that_no_setting_names_is_told_once() {
        let world = World::sqlite();
        let request = |said: bool| {
            let request = Request::get("/");
            let request = if said { request.header(FORWARDED, "198.51.100.7") } else { request };
            request.body(Body::empty()).unwrap()
        };
        let log = Log::default();
        let told = |options: Options| {
            let site = Site::new(world.app.clone(), options);
            let before = log.0.load(Ordering::Relaxed);
            tracing::subscriber::with_default(log.clone(), || {
                for said in [false, true, true] {
                    caller(&site.clone(), &request(said));
                }
            });
            log.0.load(Ordering::Relaxed) - before
        };
        assert_eq!(told(Options::default()), 1);
        assert_eq!(told(Options { proxies: "10.0.0.5".parse().unwrap(), ..Options::default() }), 0);
        assert_eq!(told(Options { client_header: "x-real-ip".into(), ..Options::default() }), 0);
    }

    /// Counts the warnings about who calls.
    #[derive(Clone, Default)]
    struct Log(Arc<AtomicUsize>);

    impl Subscriber for Log {
        fn enabled(&self, _: &Metadata<'_>) -> bool {
            true
        }
        fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
            span::Id::from_u64(1)
        }
        fn record(&self, _: &span::Id, _: &span::Record<'_>) {}
        fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}
        fn event(&self, event: &Event<'_>) {
            if *event.metadata().level() == Level::WARN && event.metadata().target() == module() {
                self.0.fetch_add(1, Ordering::Relaxed);
            }
        }
        fn enter(&self, _: &span::Id) {}
        fn exit(&self, _: &span::Id) {}
    }

    fn module() -> &'static str {
        module_path!().trim_end_matches("::tests")
    }

    #[test]
    fn a_device_is_told_in_words_and_a_place_is_shortened() {
        let edge = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0";
        assert_eq!(device(edge, Lang::Zh), "Edge · Windows");
        let phone = "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/140.0 MicroMessenger/8.0";
        assert_eq!(device(phone, Lang::Zh), "微信 · 安卓");
        assert_eq!(device("curl/8", Lang::En), "an unknown device");
        assert_eq!(shortened("192.0.2.77".parse().unwrap()), "192.0.2.*");
        assert_eq!(shortened("2001:db8:1:2::".parse().unwrap()), "2001:db8:1:*");
    }
}
