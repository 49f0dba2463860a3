//! Settings: a TOML file, the environment over it, flags over both; each knows where it came from.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use anyhow::{Context, bail};
use clap::Args;
use duban_domain::proof::Algorithm;
use duban_web::Proxies;
use serde::Deserialize;

use crate::ways::Ways;

/// Where a city lies: shared by every command that opens one.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct Place {
    /// The folder of this city: embedded database, key file. Made when missing.
    #[arg(long, value_name = "DIR", env = "DUBAN_DATA")]
    pub(crate) data: Option<PathBuf>,
    /// A PostgreSQL database instead of the embedded one: postgres://user@host/name
    #[arg(long, value_name = "URL", env = "DUBAN_DATABASE")]
    pub(crate) database: Option<String>,
    /// A city pack: a folder, or `zhuzhou`, which is inside this program.
    #[arg(long, value_name = "PACK", env = "DUBAN_CITY")]
    pub(crate) city: Option<String>,
    /// The hash function of the log that proves the past, `sha256` or `sm3`; for good, so say it at the first start
    /// [default: sha256]
    #[arg(long, value_name = "NAME", env = "DUBAN_LOG_HASH")]
    pub(crate) log_hash: Option<String>,
    /// A settings file (TOML): data, database, city, log_hash, listen, public_url, source_url, client_header,
    /// trusted_proxies, archive, archive_days, and the sections mail, sms, mail_in, webhooks.
    #[arg(long, value_name = "FILE", env = "DUBAN_CONFIG")]
    pub(crate) config: Option<PathBuf>,
}

/// How the server meets the outside.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct Outside {
    /// The address to listen on; port 0 takes a free one [default: 127.0.0.1:8311]
    #[arg(long, value_name = "ADDR", env = "DUBAN_LISTEN")]
    pub(crate) listen: Option<String>,
    /// The address people use, when a proxy stands in front: `https://12345.example.cn`
    #[arg(long, value_name = "URL", env = "DUBAN_PUBLIC_URL")]
    pub(crate) public_url: Option<String>,
    /// Where people can get the source of this program as it runs here; shown at the foot of pages.
    #[arg(long, value_name = "URL", env = "DUBAN_SOURCE_URL")]
    pub(crate) source_url: Option<String>,
    /// The header in which the proxy in front says who calls, such as X-Real-IP. Only when there is one that
    /// always sets it: otherwise anybody could say anything.
    #[arg(long, value_name = "NAME", env = "DUBAN_CLIENT_HEADER")]
    pub(crate) client_header: Option<String>,
    /// The proxies in front whose word is believed, such as `10.0.0.5, 10.1.0.0/16`; unless said, those on addresses of
    /// the house. Named without a header, they are believed in X-Forwarded-For.
    #[arg(long, value_name = "ADDRS", env = "DUBAN_TRUSTED_PROXIES")]
    pub(crate) trusted_proxies: Option<String>,
    /// A folder, on another disk, into which the embedded database is archived every second: it can be restored out
    /// of it as it was at any moment. The key file is not in it.
    #[arg(long, value_name = "DIR", env = "DUBAN_ARCHIVE")]
    pub(crate) archive: Option<PathBuf>,
    /// How many days the archive reaches back [default: 14]
    #[arg(long, value_name = "DAYS", env = "DUBAN_ARCHIVE_DAYS")]
    pub(crate) archive_days: Option<u32>,
}

/// How far the archive reaches back where nobody says so.
const ARCHIVE_DAYS: u32 = 14;

/// The settings file.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    data: Option<PathBuf>,
    database: Option<String>,
    city: Option<String>,
    log_hash: Option<String>,
    listen: Option<String>,
    public_url: Option<String>,
    source_url: Option<String>,
    client_header: Option<String>,
    trusted_proxies: Option<String>,
    archive: Option<PathBuf>,
    archive_days: Option<u32>,
    mail: Option<toml::Table>,
    sms: Option<toml::Table>,
    mail_in: Option<toml::Table>,
    webhooks: Option<toml::Table>,
}

/// A value and where it came from.
#[derive(Clone, Debug)]
pub(crate) struct Setting<T> {
    pub(crate) value: T,
    pub(crate) from: &'static str,
}

/// What holds.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) data: Setting<PathBuf>,
    pub(crate) database: Setting<Option<String>>,
    pub(crate) city: Setting<Option<String>>,
    pub(crate) log_hash: Setting<Option<Algorithm>>,
    pub(crate) listen: Setting<String>,
    pub(crate) public_url: Setting<String>,
    pub(crate) source_url: Setting<String>,
    pub(crate) client_header: Setting<String>,
    pub(crate) trusted_proxies: Setting<Proxies>,
    pub(crate) archive: Setting<Option<PathBuf>>,
    pub(crate) archive_days: Setting<u32>,
    /// The ways of messages.
    pub(crate) ways: Ways,
}

impl Settings {
    /// Puts flags, environment and file together.
    pub(crate) fn gather(place: &Place, outside: &Outside) -> anyhow::Result<Self> {
        let file = place.config.as_deref().map(File::read).transpose()?.unwrap_or_default();
        let data = pick(place.data.clone(), "DUBAN_DATA", file.data);
        let Some(data) = data else {
            bail!(
                "say where the city lies: --data DIR (it is made when missing), or data = \"…\" in a settings file"
            )
        };
        let log_hash = optional(pick(place.log_hash.clone(), "DUBAN_LOG_HASH", file.log_hash));
        let known = |name: &String| {
            Algorithm::from_key(name).with_context(|| format!("log_hash is sha256 or sm3, not {name:?}"))
        };
        let sections =
            [("mail", file.mail), ("sms", file.sms), ("mail_in", file.mail_in), ("webhooks", file.webhooks)];
        let sections: BTreeMap<_, _> =
            sections.into_iter().filter_map(|(name, table)| Some((name, table?))).collect();
        let ways = Ways::gather(&sections, |name| std::env::var(name).ok().filter(|v| !v.is_empty()))?;
        let trusted =
            or(pick(outside.trusted_proxies.clone(), "DUBAN_TRUSTED_PROXIES", file.trusted_proxies), "");
        let proxies = trusted.value.parse::<Proxies>().map_err(|part| {
            anyhow::anyhow!("trusted_proxies: {part:?} is neither an address nor a network like 10.0.0.0/8")
        })?;
        Ok(Self {
            log_hash: Setting { value: log_hash.value.as_ref().map(known).transpose()?, from: log_hash.from },
            ways,
            data,
            database: optional(pick(place.database.clone(), "DUBAN_DATABASE", file.database)),
            city: optional(pick(place.city.clone(), "DUBAN_CITY", file.city)),
            listen: or(pick(outside.listen.clone(), "DUBAN_LISTEN", file.listen), "127.0.0.1:8311"),
            public_url: or(pick(outside.public_url.clone(), "DUBAN_PUBLIC_URL", file.public_url), ""),
            source_url: or(pick(outside.source_url.clone(), "DUBAN_SOURCE_URL", file.source_url), ""),
            client_header: or(
                pick(outside.client_header.clone(), "DUBAN_CLIENT_HEADER", file.client_header),
                "",
            ),
            trusted_proxies: Setting { value: proxies, from: trusted.from },
            archive: optional(pick(outside.archive.clone(), "DUBAN_ARCHIVE", file.archive)),
            archive_days: pick(outside.archive_days, "DUBAN_ARCHIVE_DAYS", file.archive_days)
                .unwrap_or(Setting { value: ARCHIVE_DAYS, from: "default" }),
        })
    }

    /// As `--print-config` shows them. A password in a database address is not shown.
    pub(crate) fn print(&self) -> String {
        let line = |name: &str, value: &str, from: &str| format!("{name} = {value:?}  # {from}\n");
        let database = self.database.value.as_deref().map(without_password).unwrap_or_default();
        let archive = self.archive.value.as_ref().map(|dir| dir.display().to_string()).unwrap_or_default();
        [
            line("data", &self.data.value.display().to_string(), self.data.from),
            line("database", &database, self.database.from),
            line("city", self.city.value.as_deref().unwrap_or(""), self.city.from),
            line("log_hash", self.log_hash.value.map_or("", Algorithm::key), self.log_hash.from),
            line("listen", &self.listen.value, self.listen.from),
            line("public_url", &self.public_url.value, self.public_url.from),
            line("source_url", &self.source_url.value, self.source_url.from),
            line("client_header", &self.client_header.value, self.client_header.from),
            line("trusted_proxies", &self.trusted_proxies.value.to_string(), self.trusted_proxies.from),
            line("archive", &archive, self.archive.from),
            format!("archive_days = {}  # {}\n", self.archive_days.value, self.archive_days.from),
            self.ways.print(),
        ]
        .concat()
    }
}

impl File {
    fn read(path: &Path) -> anyhow::Result<Self> {
        let text = std::fs::read_to_string(path)
            .with_context(|| format!("reading the settings file {}", path.display()))?;
        toml::from_str(&text).with_context(|| {
            format!(
                "the settings file {} (it may hold data, database, city, log_hash, listen, public_url, source_url, client_header, trusted_proxies, archive, archive_days, and sections mail, sms, mail_in, webhooks)",
                path.display()
            )
        })
    }
}

fn pick<T>(given: Option<T>, variable: &str, file: Option<T>) -> Option<Setting<T>> {
    // Clap has put the environment's value where a flag's would stand; a flag wins there.
    let from = if std::env::var_os(variable).is_some() { "flag or environment" } else { "flag" };
    given.map(|value| Setting { value, from }).or(file.map(|value| Setting { value, from: "settings file" }))
}

fn optional<T>(setting: Option<Setting<T>>) -> Setting<Option<T>> {
    setting
        .map_or(Setting { value: None, from: "default" }, |s| Setting { value: Some(s.value), from: s.from })
}

fn or(setting: Option<Setting<String>>, default: &str) -> Setting<String> {
    setting.unwrap_or(Setting { value: default.to_owned(), from: "default" })
}

fn without_password(url: &str) -> String {
    let Some((head, tail)) = url.split_once('@') else { return url.to_owned() };
    let Some((scheme, user)) = head.split_once("://") else { return url.to_owned() };
    let user = user.split(':').next().unwrap_or("");
    format!("{scheme}://{user}@{tail}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_in_an_address_is_not_printed() {
        assert_eq!(
            without_password("postgres://duban:secret@127.0.0.1/city"),
            "postgres://duban@127.0.0.1/city"
        );
        assert_eq!(without_password("postgres:///city"), "postgres:///city");
    }
}
