//! Which database: a file, or a PostgreSQL server. Knows nothing about opening it.

use std::{fmt, path::PathBuf, str::FromStr};

use crate::StoreError;

/// Where the data of one city lies.
#[derive(Clone, PartialEq, Eq)]
pub enum Target {
    /// A file of the embedded SQLite.
    Sqlite(PathBuf),
    /// The address of a PostgreSQL database.
    Postgres(String),
}

impl Target {
    /// Reads `postgres://…`, `postgresql://…`, `sqlite:PATH` or a plain path.
    ///
    /// # Errors
    /// When the text is empty or names another kind of database.
    pub fn parse(text: &str) -> Result<Self, StoreError> {
        let wrong = |why| StoreError::Target { given: without_password(text), why };
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            return Ok(Self::Postgres(text.to_owned()));
        }
        let path = text.strip_prefix("sqlite:").unwrap_or(text);
        let path = path.strip_prefix("//").unwrap_or(path);
        if path.is_empty() {
            return Err(wrong("it is empty"));
        }
        if path.contains("://") {
            return Err(wrong("only SQLite and PostgreSQL are served"));
        }
        Ok(Self::Sqlite(PathBuf::from(path)))
    }
}

impl FromStr for Target {
    type Err = StoreError;

    fn from_str(text: &str) -> Result<Self, StoreError> {
        Self::parse(text)
    }
}

/// The address as it may be shown: without the password.
impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "{}", path.display()),
            Self::Postgres(url) => f.write_str(&without_password(url)),
        }
    }
}

/// As [`fmt::Display`]: a password must not reach a log through `{:?}` either.
impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Target({self})")
    }
}

fn without_password(url: &str) -> String {
    let bare = url.split('?').next().unwrap_or(url);
    let Some((scheme, rest)) = bare.split_once("://") else { return bare.to_owned() };
    let Some((who, place)) = rest.rsplit_once('@') else { return bare.to_owned() };
    let name = who.split(':').next().unwrap_or(who);
    format!("{scheme}://{name}@{place}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_and_passwords_are_never_shown() {
        assert_eq!(Target::parse("data/duban.db").unwrap(), Target::Sqlite("data/duban.db".into()));
        assert_eq!(Target::parse("sqlite:///srv/d.db").unwrap(), Target::Sqlite("/srv/d.db".into()));
        let server = Target::parse("postgres://duban:secret@db.example/zhuzhou?password=secret").unwrap();
        assert_eq!(
            format!("{server} {server:?}"),
            "postgres://duban@db.example/zhuzhou Target(postgres://duban@db.example/zhuzhou)"
        );
        let refused = Target::parse("mysql://root:secret@h/x").unwrap_err().to_string();
        assert!(refused.contains("mysql://root@h/x") && refused.contains("PostgreSQL"), "{refused}");
        assert!(Target::parse("").is_err());
    }
}
