//! A client that keeps its connection and reads whole answers; enough for measuring, and no more.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    time::Duration,
};

use crate::Done;

/// An answer that takes longer is a failure.
const PATIENCE: Duration = Duration::from_secs(60);

/// One connection to the server.
pub(crate) struct Client {
    stream: BufReader<TcpStream>,
    host: String,
    line: String,
    /// What stands in the cookie header of every request.
    pub(crate) cookie: String,
    /// Whether to accept what is compressed, as browsers do.
    pub(crate) compressed: bool,
}

/// What came back.
pub(crate) struct Reply {
    /// The status of the answer.
    pub(crate) status: u16,
    /// Its body as it came.
    pub(crate) body: Vec<u8>,
    /// Where it sends a browser next; mostly nowhere.
    pub(crate) location: String,
}

impl Reply {
    /// The body as text.
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

impl Client {
    /// Connects to an address, `127.0.0.1:8311`.
    pub(crate) fn new(host: &str) -> Done<Self> {
        let stream = TcpStream::connect(host)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        Ok(Self {
            stream: BufReader::with_capacity(64 << 10, stream),
            host: host.to_owned(),
            line: String::new(),
            cookie: String::new(),
            compressed: false,
        })
    }

    /// Asks for a page.
    pub(crate) fn get(&mut self, path: &str) -> Done<Reply> {
        self.send("GET", path, "", &[])
    }

    /// Hands in a form.
    pub(crate) fn form(&mut self, path: &str, body: &[u8]) -> Done<Reply> {
        self.send("POST", path, "Content-Type: application/x-www-form-urlencoded\r\n", body)
    }

    /// Reads lines of an answer that does not end, as long as `more` says so.
    pub(crate) fn listen(&mut self, path: &str, mut more: impl FnMut(&str) -> bool) -> Done<()> {
        let message =
            format!("GET {path} HTTP/1.1\r\nHost: {}\r\nCookie: {}\r\n\r\n", self.host, self.cookie);
        self.stream.get_mut().write_all(message.as_bytes())?;
        loop {
            let line = self.line()?.to_owned();
            if !more(&line) {
                return Ok(());
            }
        }
    }

    fn send(&mut self, method: &str, path: &str, more: &str, body: &[u8]) -> Done<Reply> {
        let accepts = if self.compressed { "Accept-Encoding: gzip\r\n" } else { "" };
        let cookie =
            if self.cookie.is_empty() { String::new() } else { format!("Cookie: {}\r\n", self.cookie) };
        let mut message = format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\n{accepts}{cookie}{more}Content-Length: {}\r\n\r\n",
            self.host,
            body.len()
        )
        .into_bytes();
        message.extend_from_slice(body);
        self.stream.get_mut().write_all(&message)?;
        self.read()
    }

    fn read(&mut self) -> Done<Reply> {
        let status: u16 = self.line()?.split(' ').nth(1).unwrap_or("").parse()?;
        let (mut length, mut chunked, mut location) = (0, false, String::new());
        loop {
            let line = self.line()?;
            let Some((name, value)) = line.split_once(':') else { break };
            match (name.to_ascii_lowercase().as_str(), value.trim()) {
                ("content-length", n) => length = n.parse()?,
                ("transfer-encoding", how) => chunked = how.contains("chunked"),
                ("location", to) => to.clone_into(&mut location),
                _ => {}
            }
        }
        let mut body = Vec::new();
        if !chunked {
            body.resize(length, 0);
            self.stream.read_exact(&mut body)?;
            return Ok(Reply { status, body, location });
        }
        loop {
            let size = usize::from_str_radix(self.line()?, 16)?;
            let from = body.len();
            body.resize(from + size, 0);
            self.stream.read_exact(&mut body[from..])?;
            self.line()?;
            if size == 0 {
                return Ok(Reply { status, body, location });
            }
        }
    }

    /// The next line without its end.
    fn line(&mut self) -> Done<&str> {
        self.line.clear();
        if self.stream.read_line(&mut self.line)? == 0 {
            return Err("the server closed the connection".into());
        }
        Ok(self.line.trim_end())
    }
}

/// A form as browsers write it.
pub(crate) fn encode(fields: &[(&str, &str)]) -> Vec<u8> {
    let mut out = String::new();
    for (name, value) in fields {
        if !out.is_empty() {
            out.push('&');
        }
        out.push_str(name);
        out.push('=');
        for byte in value.bytes() {
            match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' => out.push(char::from(byte)),
                _ => out.push_str(&format!("%{byte:02X}")),
            }
        }
    }
    out.into_bytes()
}
