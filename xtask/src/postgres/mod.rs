//! A PostgreSQL of the tests' own: fresh, on loopback, gone when we go.
//!
//! Speed comes before durability here (`fsync` is off): these databases live for one run.

use std::fs;
use std::net::TcpListener;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::sh;

mod place;

use place::{Account, command, folder, programs};

/// Waits for the end of its standard input, then stops the server and removes its folder.
///
/// The input is a pipe that ends when this program ends, however it ends: a Ctrl-C, a kill and a
/// panic leave no server behind, and no signal handler is needed.
const KEEPER: &str = r#"
folder=$1; shift
"$@" >"$folder/log" 2>&1 &
server=$!
read -r _
kill -INT "$server" 2>/dev/null
wait "$server"
rm -rf "$folder"
"#;

const SETTINGS: &[&str] = &[
    "listen_addresses=127.0.0.1",
    "unix_socket_directories=",
    "fsync=off",
    "full_page_writes=off",
    "max_connections=400",
    "shared_buffers=128MB",
    "timezone=UTC",
];

/// The server that the tests use.
pub(crate) enum Server {
    /// Somebody named one in DUBAN_TEST_PG.
    Given(String),
    /// Ours.
    Own { url: String, keeper: Child },
}

impl Server {
    /// How to reach it.
    pub(crate) fn url(&self) -> &str {
        match self {
            Self::Given(url) | Self::Own { url, .. } => url,
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Self::Own { keeper, .. } = self {
            drop(keeper.stdin.take());
            let _ = keeper.wait();
        }
    }
}

/// The one from DUBAN_TEST_PG, or a new one.
pub(crate) fn server() -> Result<Server> {
    if let Ok(url) = std::env::var("DUBAN_TEST_PG") {
        return Ok(Server::Given(url));
    }
    let bin = programs()?;
    let account = if sh::is_root() { Some(Account::any()?) } else { None };
    let folder = folder(account.as_ref())?;
    let data = folder.join("data");
    let words = ["-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync", "-D"];
    sh::output(command(&bin.join("initdb"), account.as_ref()).args(words).arg(&data))?;

    let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
    let mut postgres = command(&bin.join("postgres"), account.as_ref());
    postgres.arg("-D").arg(&data).arg("-p").arg(port.to_string());
    postgres.args(SETTINGS.iter().flat_map(|setting| ["-c", setting]));
    let keeper = keep(&postgres, &folder)?;
    let server = Server::Own { url: format!("postgres://postgres@127.0.0.1:{port}/postgres"), keeper };
    wait_until_ready(&bin, port, &folder)?;
    eprintln!("PostgreSQL of our own: {}", server.url());
    Ok(server)
}

fn keep(postgres: &Command, folder: &Path) -> Result<Child> {
    let mut keeper = Command::new("sh");
    keeper.args(["-c", KEEPER, "keeper"]).arg(folder);
    keeper.arg(postgres.get_program()).args(postgres.get_args());
    // A group of its own: the terminal's Ctrl-C is for us, and the keeper hears of it by the pipe.
    keeper.process_group(0).stdin(Stdio::piped()).stdout(Stdio::null());
    keeper.spawn().context("the shell that keeps PostgreSQL could not be started")
}

fn wait_until_ready(bin: &Path, port: u16, folder: &Path) -> Result<()> {
    for _ in 0..300 {
        let mut ask = Command::new(bin.join("pg_isready"));
        ask.args(["-q", "-h", "127.0.0.1", "-p", &port.to_string()]);
        if ask.status().is_ok_and(|status| status.success()) {
            return Ok(());
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    let log = fs::read_to_string(folder.join("log")).unwrap_or_default();
    bail!("PostgreSQL did not answer within 30 seconds; its log says:\n{log}")
}
