//! A PostgreSQL database of its own for each test, on the server that DUBAN_TEST_PG names.
//!
//! The server is started by `cargo xtask test`, not here: a test binary never installs or starts
//! anything, and a test that needs PostgreSQL fails without it; it is never skipped.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use postgres::{Client, Config, NoTls};

/// One statement of another test may hold the template for a moment; then this often we try again.
const TEMPLATE_TRIES: u32 = 100;

/// A database that is there while this value lives.
#[derive(Debug)]
pub struct TestDatabase {
    name: String,
    server: String,
}

/// An empty database.
#[must_use]
pub fn fresh() -> TestDatabase {
    create("template0", " encoding 'UTF8'")
}

/// A copy of another database to which nobody is connected: far cheaper than migrating again.
#[must_use]
pub fn fresh_from(template: &TestDatabase) -> TestDatabase {
    create(&template.name, "")
}

impl TestDatabase {
    /// How to connect to it.
    #[must_use]
    pub fn url(&self) -> String {
        with_database(&self.server, &self.name)
    }

    /// Its name on the server.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        // A test that failed may leave connections behind; they go with the database. What fails
        // here is only untidy, and a panic in a drop would hide the failure of the test itself.
        if let Ok(mut client) = Client::connect(&self.server, NoTls) {
            let _ = client.batch_execute(&format!("DROP DATABASE {} WITH (FORCE)", self.name));
        }
    }
}

fn create(template: &str, options: &str) -> TestDatabase {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    let server = server();
    let mut client = Client::connect(&server, NoTls).unwrap_or_else(|error| {
        panic!("the PostgreSQL server that DUBAN_TEST_PG names does not answer: {error}")
    });
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let name = format!("duban_{}_{number}", std::process::id());
    // A process number comes round again, and a killed test leaves its database behind.
    client
        .batch_execute(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
        .expect("a leftover database of this name can be dropped");
    let statement = format!("CREATE DATABASE {name} TEMPLATE {template}{options}");
    for attempt in 1.. {
        match client.batch_execute(&statement) {
            Ok(()) => break,
            Err(error) if attempt >= TEMPLATE_TRIES => panic!("{statement}: {error}"),
            Err(_) => std::thread::sleep(Duration::from_millis(20)),
        }
    }
    TestDatabase { name, server }
}

fn server() -> String {
    std::env::var("DUBAN_TEST_PG").unwrap_or_else(|_| {
        panic!(
            "this test needs PostgreSQL and DUBAN_TEST_PG names no server. Run `cargo xtask test`, \
             which starts one, or set DUBAN_TEST_PG=postgres://USER@HOST:PORT/postgres"
        )
    })
}

/// The same server, another database: only the path of the address changes.
fn with_database(url: &str, database: &str) -> String {
    url.parse::<Config>().expect("the client connected to this address");
    let (address, query) = url.split_once('?').map_or((url, ""), |(address, query)| (address, query));
    let scheme_end = address.find("://").map_or(0, |at| at + 3);
    let path = address[scheme_end..].find('/').map_or(address.len(), |at| scheme_end + at);
    let question = if query.is_empty() { "" } else { "?" };
    format!("{}/{database}{question}{query}", &address[..path])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_database_replaces_the_path_only() {
        let moved = |url| with_database(url, "x");
        assert_eq!(moved("postgres://u@127.0.0.1:5432/postgres"), "postgres://u@127.0.0.1:5432/x");
        assert_eq!(moved("postgres://u:p@h?sslmode=disable"), "postgres://u:p@h/x?sslmode=disable");
    }

    #[test]
    fn a_copy_has_what_its_template_had_and_both_go() {
        let first = fresh();
        let mut client = Client::connect(&first.url(), NoTls).unwrap();
        client.batch_execute("CREATE TABLE said (what TEXT)").unwrap();
        client.execute("INSERT INTO said VALUES ($1)", &[&"路灯不亮"]).unwrap();
        drop(client);

        let second = fresh_from(&first);
        let mut client = Client::connect(&second.url(), NoTls).unwrap();
        let what: String = client.query_one("SELECT what FROM said", &[]).unwrap().get(0);
        assert_eq!(what, "路灯不亮");

        let (server, name) = (second.server.clone(), second.name.clone());
        drop(second);
        let mut client = Client::connect(&server, NoTls).unwrap();
        let left = client.query("SELECT 1 FROM pg_database WHERE datname = $1", &[&name]).unwrap();
        assert!(left.is_empty(), "the connection that was open did not keep it");
    }
}
