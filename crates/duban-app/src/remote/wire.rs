//! The way to other servers, as a port: the binary brings HTTP, tests bring loss and delay.

use std::fmt;

/// One call to another server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// The whole address, query included.
    pub url: String,
    /// The fields of a form to post; none reads.
    pub form: Option<Vec<(String, String)>>,
    /// The key against sending twice, for servers that know it.
    pub idempotency: Option<String>,
    /// Whether the server may lie inside the network of this one.
    pub private: bool,
}

/// A document to post to a receiver of webhooks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Push {
    /// The whole address.
    pub url: String,
    /// Headers beside those of every post.
    pub headers: Vec<(&'static str, String)>,
    /// The document, to the byte.
    pub body: String,
}

/// What came back, whatever it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// The body, bounded.
    pub body: String,
}

/// No answer came: the call may have arrived, or not.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct Lost(pub String);

impl fmt::Display for Lost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no answer: {}", self.0)
    }
}

/// The way to other servers.
pub trait Wire: Send + Sync {
    /// Calls, waits a bounded time, and returns what came back.
    ///
    /// # Errors
    /// When no answer came, or none that may be read.
    fn call(&self, call: &Call) -> Result<Reply, Lost>;

    /// Posts a document, waits a short time, and returns the beginning of what came back. Where an answer points is not
    /// followed; to our own network it leads only where the installation says so.
    ///
    /// # Errors
    /// When no answer came, or the address leads where none may be called.
    fn push(&self, push: &Push) -> Result<Reply, Lost> {
        Err(Lost(format!("nothing is posted from here to {}", push.url)))
    }

    /// A key by the name of its variable; the pack holds names only.
    fn secret(&self, name: &str) -> Option<String>;

    /// Reads a large document, by the same rule of where one may go.
    ///
    /// # Errors
    /// When no answer came, or none that may be read.
    fn document(&self, url: &str, private: bool) -> Result<Reply, Lost> {
        self.call(&Call { url: url.to_owned(), form: None, idempotency: None, private })
    }

    /// Reads a file that somebody laid ready for this program, by its plain name.
    ///
    /// # Errors
    /// When there is none, or it cannot be read.
    fn file(&self, name: &str) -> Result<String, Lost> {
        Err(Lost(format!("there is no file {name} here")))
    }
}

/// No way out: for commands and tests that call nobody.
pub struct NoWire;

impl Wire for NoWire {
    fn call(&self, _: &Call) -> Result<Reply, Lost> {
        Err(Lost("this program does not call other servers".to_owned()))
    }

    fn secret(&self, _: &str) -> Option<String> {
        None
    }
}
