//! The release program, serving a folder until it is dropped.

use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use duban_app::keys::hex;

use crate::{Done, SECRET, http::Client, machine};

/// A running program.
pub(crate) struct Server {
    child: Child,
    /// Where it listens.
    pub(crate) host: String,
    /// From its start to its first answer.
    pub(crate) started_in: Duration,
}

impl Server {
    /// Starts the program on a folder and waits for its first answer.
    pub(crate) fn start(program: &Path, folder: &Path) -> Done<Self> {
        let begun = Instant::now();
        let mut child = Command::new(program)
            .args(["serve", "--listen", "127.0.0.1:0", "--data"])
            .arg(folder)
            .env("DUBAN_KEY", hex(&SECRET))
            .env("DUBAN_LOG", "warn")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|e| format!("{} could not be started: {e}", program.display()))?;
        let out = child.stdout.take().ok_or("the program has no output")?;
        let mut line = String::new();
        BufReader::new(out).read_line(&mut line)?;
        let mut server = Self { child, host: String::new(), started_in: Duration::ZERO };
        let host = line.trim().strip_prefix("ready http://").ok_or("the program did not get ready")?;
        server.host = host.to_owned();
        let status = server.client()?.get("/health")?.status;
        if status != 200 {
            return Err(format!("/health answered {status}").into());
        }
        server.started_in = begun.elapsed();
        Ok(server)
    }

    /// A new connection to it.
    pub(crate) fn client(&self) -> Done<Client> {
        Client::new(&self.host)
    }

    /// Its process.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Its memory in use, in MiB.
    pub(crate) fn resident_mib(&self) -> f64 {
        machine::resident_mib(self.pid()).unwrap_or(0.0)
    }
}

impl Drop for Server {
    /// Killed, not asked: what it acknowledged must be there anyway.
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
