//! Settings of the ways that messages take: `[mail]`, `[sms]`, `[mail_in]` and `[webhooks]` of the settings file, each key
//! also in the environment (`DUBAN_MAIL_SERVER`, `DUBAN_SMS_URL`, `DUBAN_MAIL_IN_MAILDIR`), which wins.

use std::{collections::BTreeMap, path::PathBuf, time::Duration};

use anyhow::{Context, bail, ensure};
use duban_domain::person::Mail;

/// The keys of each section; secrets are never printed.
const KEYS: &[(&str, &[&str])] = &[
    (
        "mail",
        &[
            "server",
            "port",
            "security",
            "user",
            "password",
            "from",
            "name",
            "reply_to",
            "bounces_to",
            "ca",
            "timeout_s",
        ],
    ),
    (
        "sms",
        &[
            "url",
            "method",
            "body",
            "content_type",
            "header",
            "secret",
            "success",
            "refused",
            "inside",
            "timeout_s",
        ],
    ),
    ("mail_in", &["maildir", "bytes_max"]),
    ("webhooks", &["inside"]),
    ("registers", &["inside"]),
];
const SECRETS: &[&str] = &["password", "secret"];
/// The longest that another server may keep a message, in seconds.
const TIMEOUT_S_MAX: u64 = 300;

/// How mail is sealed on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Security {
    /// TLS from the first byte.
    Tls,
    /// Plain, then TLS before anything is said; never without.
    StartTls,
    /// Plain: for a relay on the same machine.
    None,
}

/// The mail server that takes our mail.
#[derive(Clone, Debug)]
pub(crate) struct MailOut {
    pub(crate) server: String,
    pub(crate) port: u16,
    pub(crate) security: Security,
    /// User and password.
    pub(crate) account: Option<(String, String)>,
    pub(crate) from: Mail,
    /// The name beside the address; empty: the city's name and number.
    pub(crate) name: String,
    /// May hold `{key}`, so that an answer finds its request.
    pub(crate) reply_to: String,
    pub(crate) bounces_to: Option<Mail>,
    /// A certificate to trust beside the usual ones.
    pub(crate) ca: Option<PathBuf>,
    pub(crate) timeout: Duration,
}

/// The gateway that takes our short messages.
#[derive(Clone, Debug)]
pub(crate) struct SmsOut {
    pub(crate) url: String,
    pub(crate) post: bool,
    /// With `{to}`, `{text}`, `{key}` and `{secret}` filled in.
    pub(crate) body: String,
    pub(crate) content_type: String,
    pub(crate) header: Option<(String, String)>,
    pub(crate) secret: String,
    /// What an answer holds that took the message; empty: the status alone says it.
    pub(crate) success: String,
    /// What an answer holds that will never take it.
    pub(crate) refused: String,
    pub(crate) inside: bool,
    pub(crate) timeout: Duration,
}

/// Where mail to us is found.
#[derive(Clone, Debug)]
pub(crate) struct MailIn {
    pub(crate) maildir: Option<PathBuf>,
    pub(crate) bytes_max: u64,
}

/// The sections as they were written, each value with where it came from.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ways {
    values: BTreeMap<(&'static str, &'static str), (String, &'static str)>,
}

impl Ways {
    /// Reads the sections of a file, and the environment over them.
    pub(crate) fn gather(
        file: &BTreeMap<&'static str, toml::Table>,
        environment: impl Fn(&str) -> Option<String>,
    ) -> anyhow::Result<Self> {
        let mut values = BTreeMap::new();
        for (section, keys) in KEYS {
            if let Some(table) = file.get(section) {
                for (key, value) in table {
                    let known = keys.iter().find(|known| *known == key);
                    let Some(known) = known else {
                        bail!(
                            "the settings file has no key {key:?} in [{section}]; it may hold {}",
                            keys.join(", ")
                        )
                    };
                    values.insert((*section, *known), (plain(value), "settings file"));
                }
            }
            for key in *keys {
                let name = format!("DUBAN_{section}_{key}").to_uppercase();
                if let Some(value) = environment(&name) {
                    values.insert((*section, *key), (value, "environment"));
                }
            }
        }
        let ways = Self { values };
        // What is wrong is said at the start, not when the first notice is owed.
        ways.mail()?;
        ways.sms()?;
        ways.mail_in()?;
        ways.inside("webhooks")?;
        ways.inside("registers")?;
        Ok(ways)
    }

    /// As `--print-config` shows them: what was set, without the secrets.
    pub(crate) fn print(&self) -> String {
        let line = |((section, key), (value, from)): (&(&str, &str), &(String, &str))| {
            let value = if SECRETS.contains(key) { "(not shown)" } else { value.as_str() };
            format!("{section}.{key} = {value:?}  # {from}\n")
        };
        self.values.iter().map(line).collect()
    }

    fn get(&self, section: &'static str, key: &'static str) -> &str {
        self.values.get(&(section, key)).map_or("", |(value, _)| value.trim())
    }

    fn number(&self, section: &'static str, key: &'static str, default: u64) -> anyhow::Result<u64> {
        match self.get(section, key) {
            "" => Ok(default),
            text => text.parse().with_context(|| format!("{section}.{key} must be a number, not {text:?}")),
        }
    }

    fn timeout(&self, section: &'static str) -> anyhow::Result<Duration> {
        let seconds = self.number(section, "timeout_s", 30)?;
        ensure!(
            (1..=TIMEOUT_S_MAX).contains(&seconds),
            "{section}.timeout_s must be between 1 and {TIMEOUT_S_MAX}"
        );
        Ok(Duration::from_secs(seconds))
    }

    fn address(&self, key: &'static str) -> anyhow::Result<Option<Mail>> {
        Mail::parse(self.get("mail", key))
            .ok()
            .with_context(|| format!("mail.{key} must be a mail address, not {:?}", self.get("mail", key)))
    }

    /// The mail server; none when no server is named.
    pub(crate) fn mail(&self) -> anyhow::Result<Option<MailOut>> {
        let get = |key| self.get("mail", key);
        if get("server").is_empty() {
            return Ok(None);
        }
        let (security, port) = match get("security") {
            "" | "starttls" => (Security::StartTls, 587),
            "tls" => (Security::Tls, 465),
            "none" => (Security::None, 25),
            other => bail!("mail.security is tls, starttls or none, not {other:?}"),
        };
        let port = u16::try_from(self.number("mail", "port", port)?).context("mail.port")?;
        let account = (!get("user").is_empty()).then(|| (get("user").to_owned(), get("password").to_owned()));
        let loopback = matches!(get("server"), "localhost" | "127.0.0.1" | "::1");
        ensure!(
            security != Security::None || account.is_none() || loopback,
            "mail.security = \"none\" would send the password for everybody on the way to read: use starttls or tls"
        );
        let reply_to = get("reply_to").to_owned();
        if !reply_to.is_empty() {
            Mail::parse(&reply_to.replace("{key}", "k"))
                .ok()
                .with_context(|| format!("mail.reply_to must be a mail address, not {reply_to:?}"))?;
        }
        Ok(Some(MailOut {
            server: get("server").to_owned(),
            port,
            security,
            account,
            from: self.address("from")?.context("mail.from must say from which address mail is sent")?,
            name: get("name").to_owned(),
            reply_to,
            bounces_to: self.address("bounces_to")?,
            ca: Some(get("ca")).filter(|path| !path.is_empty()).map(PathBuf::from),
            timeout: self.timeout("mail")?,
        }))
    }

    /// The gateway for short messages; none when no address is named.
    pub(crate) fn sms(&self) -> anyhow::Result<Option<SmsOut>> {
        let get = |key| self.get("sms", key);
        if get("url").is_empty() {
            return Ok(None);
        }
        let post = match get("method").to_ascii_uppercase().as_str() {
            "" | "POST" => true,
            "GET" => false,
            other => bail!("sms.method is POST or GET, not {other:?}"),
        };
        let filled = if post { get("body") } else { get("url") };
        ensure!(
            filled.contains("{to}") && filled.contains("{text}"),
            "sms.{} must hold {{to}} and {{text}}",
            if post { "body" } else { "url" }
        );
        let header = match get("header") {
            "" => None,
            line => {
                let (name, value) = line
                    .split_once(':')
                    .context("sms.header is one line such as \"Authorization: Bearer {secret}\"")?;
                Some((name.trim().to_owned(), value.trim().to_owned()))
            }
        };
        let json = filled.trim_start().starts_with('{') && !filled.trim_start().starts_with("{to}");
        let guessed = if json { "application/json" } else { "application/x-www-form-urlencoded" };
        Ok(Some(SmsOut {
            url: get("url").to_owned(),
            post,
            body: get("body").to_owned(),
            content_type: Some(get("content_type")).filter(|t| !t.is_empty()).unwrap_or(guessed).to_owned(),
            header,
            secret: get("secret").to_owned(),
            success: get("success").to_owned(),
            refused: get("refused").to_owned(),
            inside: matches!(get("inside"), "true" | "1" | "yes"),
            timeout: self.timeout("sms")?,
        }))
    }

    /// Hosts of our own network that `webhooks` may post to, or `registers` read from.
    pub(crate) fn inside(&self, section: &'static str) -> anyhow::Result<Vec<String>> {
        let hosts: Vec<String> = self
            .get(section, "inside")
            .split([',', ' ', '[', ']', '"'])
            .filter(|host| !host.is_empty())
            .map(str::to_ascii_lowercase)
            .collect();
        for host in &hosts {
            let plain = host.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.'));
            ensure!(
                plain,
                "{section}.inside is hosts with commas between them, such as \"bus.intra, 10.1.2.3\", without a scheme or a port; {host:?} is none"
            );
        }
        Ok(hosts)
    }

    /// Where mail to us is found.
    pub(crate) fn mail_in(&self) -> anyhow::Result<MailIn> {
        let maildir = Some(self.get("mail_in", "maildir")).filter(|path| !path.is_empty()).map(PathBuf::from);
        Ok(MailIn { maildir, bytes_max: self.number("mail_in", "bytes_max", 25 << 20)? })
    }
}

/// A value as it stands between quotes.
fn plain(value: &toml::Value) -> String {
    match value {
        toml::Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ways(file: &str, environment: &[(&str, &str)]) -> anyhow::Result<Ways> {
        let file: toml::Table = toml::from_str(file).unwrap();
        let mut sections = BTreeMap::new();
        for (section, _) in KEYS {
            if let Some(toml::Value::Table(table)) = file.get(*section) {
                sections.insert(*section, table.clone());
            }
        }
        let find = |name: &str| environment.iter().find(|(n, _)| *n == name).map(|(_, v)| (*v).to_owned());
        Ways::gather(&sections, find)
    }

    #[test]
    fn the_ways_out_are_printed_without_their_secrets() {
        let file = "[mail]\nserver = \"smtp.example.cn\"\nuser = \"duban\"\npassword = \"geheim-1\"\nfrom = \"no-reply@example.cn\"\nport = 2525\n\
            [sms]\nurl = \"https://sms.example.cn/send\"\nbody = '{\"mobile\": \"{to}\", \"content\": \"{text}\"}'\n";
        let environment = [("DUBAN_SMS_SECRET", "geheim-2"), ("DUBAN_MAIL_FROM", "tell@example.cn")];
        let ways = ways(file, &environment).unwrap();
        let printed = ways.print();
        assert!(!printed.contains("geheim"), "{printed}");
        assert!(printed.contains("mail.from = \"tell@example.cn\"  # environment\n"), "{printed}");
        assert!(printed.contains("mail.password = \"(not shown)\"  # settings file\n"), "{printed}");
        let mail = ways.mail().unwrap().unwrap();
        assert_eq!(
            (mail.port, mail.security, mail.from.address()),
            (2525, Security::StartTls, "tell@example.cn")
        );
        assert_eq!(ways.sms().unwrap().unwrap().content_type, "application/json");
    }

    #[test]
    fn what_is_wrong_with_the_ways_out_is_said_at_the_start() {
        let wrong = |file: &str| format!("{:#}", ways(file, &[]).unwrap_err());
        for (file, words) in [
            ("[mail]\nsever = \"x\"", "no key \"sever\" in [mail]"),
            ("[mail]\nserver = \"x\"", "mail.from must say"),
            ("[mail]\nserver = \"x\"\nfrom = \"nobody\"", "mail.from must be a mail address"),
            ("[mail]\nserver = \"x\"\nfrom = \"a@b.cn\"\nsecurity = \"ssl\"", "tls, starttls or none"),
            (
                "[mail]\nserver = \"x\"\nfrom = \"a@b.cn\"\nsecurity = \"none\"\nuser = \"u\"",
                "would send the password",
            ),
            ("[mail]\nserver = \"x\"\nfrom = \"a@b.cn\"\ntimeout_s = 0", "between 1 and 300"),
            ("[sms]\nurl = \"https://x\"\nbody = \"{to}\"", "must hold {to} and {text}"),
            ("[sms]\nurl = \"https://x\"\nmethod = \"PUT\"", "POST or GET"),
            ("[webhooks]\ninside = \"http://bus.intra\"", "without a scheme"),
        ] {
            assert!(wrong(file).contains(words), "{file}: {}", wrong(file));
        }
        assert!(ways("", &[]).unwrap().mail().unwrap().is_none(), "no server is no mistake");
        for file in ["inside = \"Bus.intra, 10.1.2.3\"", "inside = [\"bus.intra\", \"10.1.2.3\"]"] {
            let hosts = ways(&format!("[webhooks]\n{file}"), &[]).unwrap().inside("webhooks").unwrap();
            assert_eq!(hosts, ["bus.intra", "10.1.2.3"], "{file}");
        }
    }
}
