//! HTTP to other servers: bounded in time and size, to public addresses only unless the pack says
//! that the server is inside, and never following where an answer points. Beside it the ways that
//! messages take: [`smtp`] and [`sms`].

mod push;
mod sms;
mod smtp;
#[cfg(test)]
mod tests_push;
#[cfg(test)]
mod tests_registers;
#[cfg(test)]
mod tests_ways;

use std::{io, net::IpAddr, path::PathBuf, sync::Arc, time::Duration};

use duban_app::{
    notice::{Gateway, Gateways},
    remote::{Call, Lost, Push, Reply, Wire},
};
use duban_domain::city::is_plain;
use ureq::{
    Agent,
    config::Config,
    http::Uri,
    unversioned::{
        resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver},
        transport::{DefaultConnector, NextTimeout},
    },
};

use self::push::Receivers;
use crate::ways::Ways;

/// How long one call may take, from the name to the last byte.
const CALL_MAX: Duration = Duration::from_secs(30);
/// How long connecting may take.
const CONNECT_MAX: Duration = Duration::from_secs(10);
/// Most bytes of an answer.
const BYTES_MAX: u64 = 8 << 20;
/// The same for a whole register, and how long it may take.
const DOCUMENT_BYTES_MAX: u64 = 128 << 20;
const DOCUMENT_MAX: Duration = Duration::from_secs(300);

/// Calls over HTTP.
pub(crate) struct Http {
    outside: Agent,
    inside: Agent,
    receivers: Receivers,
    /// Where files lie that somebody laid ready.
    folder: PathBuf,
    /// The hosts of our own network that documents may be read from.
    hosts: Vec<String>,
}

impl Http {
    /// `hosts` are those of our own network that webhooks may post to.
    pub(crate) fn new(hosts: &[String]) -> Self {
        Self::with(CALL_MAX, Receivers::new(hosts))
    }

    /// For registers: large documents, and files of a folder. Of our own network only those hosts are read that the
    /// settings of the server name: what a register says is shown to whoever may edit the city's files.
    pub(crate) fn for_registers(folder: PathBuf, hosts: &[String]) -> Self {
        Self { folder, hosts: hosts.to_vec(), ..Self::with(DOCUMENT_MAX, Receivers::new(&[])) }
    }

    #[cfg(test)]
    fn within(longest: Duration, hosts: &[String]) -> Self {
        Self::with(longest, Receivers::within(longest, hosts))
    }

    fn with(longest: Duration, receivers: Receivers) -> Self {
        let agent = |private| agent(longest, CONNECT_MAX, private);
        Self {
            outside: agent(false),
            inside: agent(true),
            receivers,
            folder: PathBuf::new(),
            hosts: Vec::new(),
        }
    }

    fn agent(&self, private: bool) -> &Agent {
        if private { &self.inside } else { &self.outside }
    }
}

/// The ways out that the settings name; `name` is what mail is sent as when they give no name.
pub(crate) fn gateways(ways: &Ways, name: &str) -> anyhow::Result<Gateways> {
    let mail = ways.mail()?.map(|out| smtp::Smtp::new(&out, name)).transpose()?;
    let sms = ways.sms()?.map(sms::Sms::new);
    Ok(Gateways {
        mail: mail.map(|smtp| Arc::new(smtp) as Arc<dyn Gateway>),
        sms: sms.map(|sms| Arc::new(sms) as Arc<dyn Gateway>),
    })
}

/// What asks other servers; `inside` may reach those of our own house.
fn agent(longest: Duration, connect: Duration, inside: bool) -> Agent {
    agent_by(longest, connect, if inside { Guarded::anywhere() } else { Guarded::outside() })
}

/// What asks the servers that a guard lets through.
fn agent_by<R: Resolver>(longest: Duration, connect: Duration, guard: Guarded<R>) -> Agent {
    let config = Agent::config_builder()
        .timeout_global(Some(longest))
        .timeout_connect(Some(connect))
        .max_redirects(0)
        .http_status_as_error(false)
        .proxy(None)
        .user_agent(concat!("duban/", env!("CARGO_PKG_VERSION")))
        .build();
    Agent::with_parts(config, DefaultConnector::default(), guard)
}

impl Wire for Http {
    fn call(&self, call: &Call) -> Result<Reply, Lost> {
        let agent = self.agent(call.private);
        let answer = match &call.form {
            None => agent.get(&call.url).call(),
            Some(form) => {
                let mut request = agent.post(&call.url);
                if let Some(key) = &call.idempotency {
                    request = request.header("Idempotency-Key", key);
                }
                request.send_form(form.iter().map(|(name, value)| (name.as_str(), value.as_str())))
            }
        };
        let mut answer = answer.map_err(|e| Lost(e.to_string()))?;
        let body = answer.body_mut().with_config().limit(BYTES_MAX).read_to_string();
        Ok(Reply { status: answer.status().as_u16(), body: body.map_err(|e| Lost(e.to_string()))? })
    }

    fn push(&self, push: &Push) -> Result<Reply, Lost> {
        self.receivers.push(push)
    }

    fn secret(&self, name: &str) -> Option<String> {
        std::env::var(name).ok().map(|key| key.trim().to_owned()).filter(|key| !key.is_empty())
    }

    fn document(&self, url: &str, private: bool) -> Result<Reply, Lost> {
        let lost = |error: ureq::Error| Lost(error.to_string());
        let host =
            url.parse::<ureq::http::Uri>().ok().and_then(|uri| uri.host().map(str::to_ascii_lowercase));
        if private && !host.is_some_and(|host| self.hosts.contains(&host)) {
            return Err(Lost(
                "its host is not among [registers] inside in the settings of this server".to_owned(),
            ));
        }
        let mut answer = self.agent(private).get(url).call().map_err(lost)?;
        let body =
            answer.body_mut().with_config().limit(DOCUMENT_BYTES_MAX).lossy_utf8(true).read_to_string();
        Ok(Reply { status: answer.status().as_u16(), body: body.map_err(lost)? })
    }

    fn file(&self, name: &str) -> Result<String, Lost> {
        // The pack may name any plain path below the folder, and nothing that leads out of it.
        let inside = || {
            let folder = self.folder.canonicalize()?;
            let path = folder.join(name).canonicalize()?;
            let size = std::fs::metadata(&path)?.len();
            if !is_plain(name) || !path.starts_with(&folder) {
                return Err(io::Error::new(io::ErrorKind::PermissionDenied, "it leads out of the folder"));
            }
            if size > DOCUMENT_BYTES_MAX {
                return Err(io::Error::new(io::ErrorKind::FileTooLarge, "it is too large"));
            }
            std::fs::read(&path)
        };
        let bytes = inside().map_err(|error| Lost(error.to_string()))?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }
}

/// Finds addresses as usual, and leaves out those that a public name must not lead to. What it returns is what is connected
/// to: a name is looked up once for each call.
#[derive(Debug)]
struct Guarded<R = DefaultResolver> {
    private: bool,
    names: R,
}

impl Guarded {
    /// Lets through what lies outside.
    fn outside() -> Self {
        Self { private: false, names: DefaultResolver::default() }
    }

    /// Lets everything through: for servers that the pack or the settings name.
    fn anywhere() -> Self {
        Self { private: true, names: DefaultResolver::default() }
    }
}

impl<R: Resolver> Resolver for Guarded<R> {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let found = self.names.resolve(uri, config, timeout)?;
        let mut kept = self.empty();
        for address in found.iter().filter(|address| self.private || is_public(address.ip())) {
            kept.push(*address);
        }
        if kept.is_empty() {
            return Err(ureq::Error::Other("the name leads into a network that is not public".into()));
        }
        Ok(kept)
    }
}

/// Whether an address lies outside: not this machine, not a network behind a router, not the addresses
/// by which clouds tell their machines secrets.
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => {
            let [a, b, ..] = v4.octets();
            let shared = a == 100 && (64..128).contains(&b);
            let odd = a == 0 || a >= 224 || (a == 198 && (18..20).contains(&b)) || (a == 192 && b == 0);
            !(v4.is_loopback() || v4.is_private() || v4.is_link_local() || shared || odd)
        }
        IpAddr::V6(v6) => match v6.to_ipv4() {
            // An IPv4 address in the clothes of IPv6.
            Some(v4) => is_public(IpAddr::V4(v4)),
            None => {
                let first = v6.segments()[0];
                let local = first & 0xfe00 == 0xfc00 || first & 0xffc0 == 0xfe80;
                // 6to4 and NAT64 carry an IPv4 address that nobody looks at.
                let carrying = first == 0x2002 || (first == 0x64 && v6.segments()[1] == 0xff9b);
                !(v6.is_loopback() || v6.is_unspecified() || v6.is_multicast() || local || carrying)
            }
        },
    }
}

#[cfg(test)]
mod tests {
    use std::{
        io::{Read, Write},
        net::TcpListener,
        thread,
    };

    use super::*;

    /// A server that answers each call with the next of these texts, and tells what it was sent.
    fn server(answers: Vec<String>) -> (String, thread::JoinHandle<Vec<String>>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let told = thread::spawn(move || {
            let mut told = Vec::new();
            for answer in answers {
                let (mut stream, _) = listener.accept().unwrap();
                let mut bytes = vec![0; 8_192];
                let n = stream.read(&mut bytes).unwrap();
                told.push(String::from_utf8_lossy(&bytes[..n]).into_owned());
                if answer == "nothing" {
                    thread::sleep(Duration::from_millis(1_500));
                } else {
                    drop(stream.write_all(answer.as_bytes()));
                }
            }
            told
        });
        (address, told)
    }

    fn answer(status: &str, more: &str, body: &str) -> String {
        format!(
            "HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n{more}\r\n{body}",
            body.len()
        )
    }

    fn call(url: String, form: Option<Vec<(String, String)>>) -> Call {
        Call { url, form, idempotency: Some("k-1".into()), private: true }
    }

    #[test]
    fn a_form_goes_out_and_an_error_comes_back_as_an_answer() {
        let (address, told) =
            server(vec![answer("403 Forbidden", "", "[{\"code\":403}]"), answer("200 OK", "", "[]")]);
        let http = Http::new(&[]);
        let form = vec![("description".to_owned(), "灯 & 树".to_owned())];
        let reply = http.call(&call(format!("{address}/requests.json"), Some(form))).unwrap();
        assert_eq!((reply.status, reply.body.as_str()), (403, "[{\"code\":403}]"));
        let reply = http.call(&call(format!("{address}/requests.json?a=1"), None)).unwrap();
        assert_eq!((reply.status, reply.body.as_str()), (200, "[]"));
        let told = told.join().unwrap();
        assert!(
            told[0].starts_with("POST /requests.json")
                && told[0].to_lowercase().contains("idempotency-key: k-1")
        );
        assert!(told[1].starts_with("GET /requests.json?a=1"), "{}", told[1]);
    }

    #[test]
    fn where_an_answer_points_is_not_followed() {
        let (address, told) = server(vec![answer("302 Found", "location: http://127.0.0.1:1/x\r\n", "")]);
        let reply = Http::new(&[]).call(&call(address, None)).unwrap();
        assert_eq!(reply.status, 302);
        told.join().unwrap();
    }

    #[test]
    fn silence_and_floods_end() {
        let flood = answer("200 OK", "", &"a".repeat(9 << 20));
        let (address, told) = server(vec!["nothing".into(), flood]);
        let http = Http::within(Duration::from_millis(800), &[]);
        assert!(http.call(&call(address.clone(), None)).is_err(), "silence");
        thread::sleep(Duration::from_millis(900));
        assert!(Http::new(&[]).call(&call(address, None)).is_err(), "more than may be");
        told.join().unwrap();
    }

    #[test]
    fn a_public_name_does_not_lead_inside() {
        let (address, _told) = server(vec![answer("200 OK", "", "secret")]);
        let outside = Call { private: false, ..call(address, None) };
        assert!(Http::new(&[]).call(&outside).is_err());
        for inside in [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "224.0.0.1",
            "198.18.0.1",
            "::1",
            "::",
            "fe80::1",
            "fd00::1",
            "::ffff:10.0.0.1",
            "2002:7f00:1::",
        ] {
            assert!(!is_public(inside.parse().unwrap()), "{inside}");
        }
        for outside in ["203.0.114.1", "8.8.8.8", "2400:3200::1"] {
            assert!(is_public(outside.parse().unwrap()), "{outside}");
        }
    }
}
