//! A mail server for tests: it speaks SMTP over a real connection, keeps what it is given, and refuses,
//! hangs or breaks off as a test says. Its certificate and key are for tests and worth nothing.

use std::{
    collections::VecDeque,
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    thread,
    time::Duration,
};

use rustls::{
    ServerConfig, ServerConnection, StreamOwned,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
};

/// What the server does with the next mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Says {
    /// Takes it.
    Takes,
    /// Says this to the address.
    ToAddress(&'static str),
    /// Says this after the mail.
    ToMail(&'static str),
    /// Says this to the account.
    ToAccount(&'static str),
    /// Says nothing any more, for so long.
    Hangs(Duration),
    /// Breaks off in the middle of the mail, having kept it.
    Breaks,
}

/// How the line is sealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sealed {
    /// Not at all.
    Plain,
    /// Once both agree, and nothing is taken before.
    StartTls,
    /// From the first byte.
    Tls,
}

/// A mail that arrived.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Arrived {
    /// Whom the envelope names as the sender.
    pub from: String,
    /// Whom it is for.
    pub to: String,
    /// The account that sent it, as it signed in.
    pub account: String,
    /// Headers and body.
    pub text: String,
}

/// A running server; it ends with the test.
pub struct Sink {
    /// Its port on 127.0.0.1.
    pub port: u16,
    arrived: Arc<Mutex<Vec<Arrived>>>,
}

impl Sink {
    /// One that takes everything after what it does first.
    ///
    /// # Panics
    /// When it cannot listen: then no test can run.
    #[must_use]
    pub fn that(sealed: Sealed, does: impl IntoIterator<Item = Says>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("it listens").port();
        let arrived: Arc<Mutex<Vec<Arrived>>> = Arc::default();
        let script = Arc::new(Mutex::new(does.into_iter().collect::<VecDeque<_>>()));
        let kept = arrived.clone();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (kept, script) = (kept.clone(), script.clone());
                thread::spawn(move || {
                    let next = script.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
                    let mut line = Line { stream: Stream::Plain(stream), sealed, kept };
                    // A line that breaks is what some tests are about.
                    drop(line.talk(next.unwrap_or(Says::Takes)));
                });
            }
        });
        Self { port, arrived }
    }

    /// What arrived, in order.
    #[must_use]
    pub fn arrived(&self) -> Vec<Arrived> {
        self.arrived.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Where its certificate lies: it is for `localhost`.
    #[must_use]
    pub fn certificate() -> PathBuf {
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src/sink-certificate.pem")
    }
}

enum Stream {
    Plain(TcpStream),
    Tls(Box<StreamOwned<ServerConnection, TcpStream>>),
    Gone,
}

struct Line {
    stream: Stream,
    sealed: Sealed,
    kept: Arc<Mutex<Vec<Arrived>>>,
}

impl Line {
    fn talk(&mut self, says: Says) -> std::io::Result<()> {
        if self.sealed == Sealed::Tls {
            self.seal();
        }
        if let Says::Hangs(wait) = says {
            thread::sleep(wait);
            return Ok(());
        }
        self.say("220 sink.test ESMTP")?;
        let mut mail = Arrived::default();
        while let Some(line) = self.hear()? {
            let verb = line.split_whitespace().next().unwrap_or("").to_ascii_uppercase();
            match verb.as_str() {
                "EHLO" | "HELO" if self.is_open() => self.say("250-sink.test\r\n250 STARTTLS")?,
                "EHLO" | "HELO" => self.say("250-sink.test\r\n250-8BITMIME\r\n250 AUTH PLAIN")?,
                "STARTTLS" => {
                    self.say("220 go on")?;
                    self.seal();
                }
                _ if self.is_open() => self.say("530 5.7.0 Must issue a STARTTLS command first")?,
                "AUTH" => match says {
                    Says::ToAccount(no) => self.say(no)?,
                    _ => {
                        mail.account = line.rsplit(' ').next().unwrap_or("").to_owned();
                        self.say("235 2.7.0 welcome")?;
                    }
                },
                "MAIL" => {
                    mail.from = between(&line);
                    self.say("250 2.1.0 ok")?;
                }
                "RCPT" => match says {
                    Says::ToAddress(no) => self.say(no)?,
                    _ => {
                        mail.to = between(&line);
                        self.say("250 2.1.5 ok")?;
                    }
                },
                "DATA" => {
                    self.say("354 go on")?;
                    mail.text = self.body()?;
                    match says {
                        Says::ToMail(no) => self.say(no)?,
                        Says::Breaks => {
                            self.keep(&mail);
                            return Ok(());
                        }
                        _ => {
                            self.keep(&mail);
                            self.say("250 2.0.0 queued as TEST1")?;
                        }
                    }
                }
                "QUIT" => return self.say("221 2.0.0 bye"),
                _ => self.say("250 2.0.0 ok")?,
            }
        }
        Ok(())
    }

    /// Whether the line should be sealed and is not yet.
    fn is_open(&self) -> bool {
        self.sealed == Sealed::StartTls && matches!(self.stream, Stream::Plain(_))
    }

    fn keep(&self, mail: &Arrived) {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).push(mail.clone());
    }

    fn seal(&mut self) {
        if let Stream::Plain(stream) = std::mem::replace(&mut self.stream, Stream::Gone) {
            let session = ServerConnection::new(config()).expect("the certificate of the tests is sound");
            self.stream = Stream::Tls(Box::new(StreamOwned::new(session, stream)));
        }
    }

    fn say(&mut self, words: &str) -> std::io::Result<()> {
        let words = format!("{words}\r\n");
        match &mut self.stream {
            Stream::Plain(stream) => stream.write_all(words.as_bytes()),
            Stream::Tls(stream) => stream.write_all(words.as_bytes()).and_then(|()| stream.flush()),
            Stream::Gone => Ok(()),
        }
    }

    /// One line; none when the other side is gone.
    fn hear(&mut self) -> std::io::Result<Option<String>> {
        let mut bytes = Vec::new();
        let mut one = [0];
        loop {
            let n = match &mut self.stream {
                Stream::Plain(stream) => stream.read(&mut one)?,
                Stream::Tls(stream) => stream.read(&mut one)?,
                Stream::Gone => 0,
            };
            if n == 0 {
                return Ok(None);
            }
            if one[0] == b'\n' {
                return Ok(Some(String::from_utf8_lossy(&bytes).trim_end().to_owned()));
            }
            bytes.push(one[0]);
        }
    }

    fn body(&mut self) -> std::io::Result<String> {
        let mut text = String::new();
        while let Some(line) = self.hear()?.filter(|line| line != ".") {
            text.push_str(line.strip_prefix('.').unwrap_or(&line));
            text.push('\n');
        }
        Ok(text)
    }
}

fn between(line: &str) -> String {
    let inner = line.split_once('<').and_then(|(_, rest)| rest.split_once('>'));
    inner.map_or("", |(address, _)| address).to_owned()
}

fn config() -> Arc<ServerConfig> {
    let certificate = CertificateDer::from_pem_slice(include_bytes!("sink-certificate.pem"));
    let key = PrivateKeyDer::from_pem_slice(include_bytes!("sink-key.pem"));
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("the provider knows TLS 1.3")
        .with_no_client_auth()
        .with_single_cert(
            vec![certificate.expect("the certificate is there")],
            key.expect("the key is there"),
        );
    Arc::new(config.expect("certificate and key belong together"))
}
