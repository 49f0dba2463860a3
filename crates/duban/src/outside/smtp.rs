//! Mail out over SMTP. One connection for each message: a city sends few, and a server that hangs or breaks
//! off spoils no other. What the server says is what the ledger shows; whether trying again could help is
//! read from its code.

use anyhow::Context;
use duban_app::notice::{Gateway, Outgoing, Unsent};
use lettre::{
    Address, Message, SmtpTransport, Transport,
    address::Envelope,
    message::{
        Mailbox, MessageBuilder, MultiPart,
        header::{HeaderName, HeaderValue},
    },
    transport::smtp::{
        authentication::Credentials,
        client::{Certificate, Tls, TlsParameters},
    },
};

use crate::ways::{MailOut, Security};

/// Codes by which a server speaks of our account, not of whom we write to: trying again helps once
/// somebody has mended the settings.
const OURS: [u16; 5] = [502, 530, 534, 535, 538];

/// A mail server that takes our mail.
pub(crate) struct Smtp {
    transport: SmtpTransport,
    from: Mailbox,
    reply_to: String,
    return_to: Address,
}

impl Smtp {
    /// By the settings; `name` stands beside the address when they give none.
    pub(crate) fn new(out: &MailOut, name: &str) -> anyhow::Result<Self> {
        let name = if out.name.is_empty() { name } else { &out.name };
        let tls = || -> anyhow::Result<TlsParameters> {
            let mut parameters = TlsParameters::builder(out.server.clone());
            if let Some(path) = &out.ca {
                let pem =
                    std::fs::read(path).with_context(|| format!("reading mail.ca, {}", path.display()))?;
                let certificate = Certificate::from_pem(&pem)
                    .with_context(|| format!("mail.ca, {}, holds no certificate (PEM)", path.display()))?;
                parameters = parameters.add_root_certificate(certificate);
            }
            Ok(parameters.build_rustls()?)
        };
        let tls = match out.security {
            Security::Tls => Tls::Wrapper(tls()?),
            Security::StartTls => Tls::Required(tls()?),
            Security::None => Tls::None,
        };
        let mut builder =
            SmtpTransport::builder_dangerous(&out.server).port(out.port).tls(tls).timeout(Some(out.timeout));
        if let Some((user, password)) = &out.account {
            builder = builder.credentials(Credentials::new(user.clone(), password.clone()));
        }
        let from: Address = out.from.address().parse().context("mail.from")?;
        let return_to = match &out.bounces_to {
            Some(mail) => mail.address().parse().context("mail.bounces_to")?,
            None => from.clone(),
        };
        let from = Mailbox::new(Some(name.to_owned()), from);
        Ok(Self { transport: builder.build(), from, reply_to: out.reply_to.clone(), return_to })
    }

    fn letter(&self, message: &Outgoing) -> anyhow::Result<Message> {
        let domain = self.from.email.domain();
        let to: Address = message.to.parse().context("this is no mail address")?;
        let mut builder = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to.clone()))
            .subject(&message.subject)
            .message_id(Some(format!("<{}@{domain}>", message.key)))
            .envelope(Envelope::new(Some(self.return_to.clone()), vec![to])?);
        if let Some(address) = self.reply_address(message.reply_key.as_deref()) {
            builder = builder.reply_to(Mailbox::new(self.from.name.clone(), address.parse()?));
        }
        if let Some(thread) = &message.thread {
            builder = builder.references(format!("<{thread}@{domain}>"));
        }
        // Nobody's holiday answers this, and no list takes it for a person's.
        builder = raw(builder, "Auto-Submitted", "auto-generated");
        builder = raw(builder, "X-Auto-Response-Suppress", "All");
        builder = raw(builder, "Content-Language", message.lang);
        if let Some(link) = &message.unsubscribe {
            builder = raw(builder, "List-Unsubscribe", &format!("<{link}>"));
            builder = raw(builder, "List-Unsubscribe-Post", "List-Unsubscribe=One-Click");
        }
        let html = page(message);
        Ok(builder.multipart(MultiPart::alternative_plain_html(message.text.clone(), html))?)
    }

    /// Where an answer goes: with the key of its request where there is one, else without.
    fn reply_address(&self, key: Option<&str>) -> Option<String> {
        let address = match key {
            Some(key) => self.reply_to.replace("{key}", key),
            None => self.reply_to.replace("+{key}", "").replace("{key}", ""),
        };
        (!address.is_empty()).then_some(address)
    }
}

impl Gateway for Smtp {
    fn send(&self, message: &Outgoing) -> Result<String, Unsent> {
        let letter =
            self.letter(message).map_err(|error| Unsent { words: format!("{error:#}"), for_good: true })?;
        match self.transport.send(&letter) {
            Ok(answer) => {
                let code = answer.code();
                Ok(format!("{code} {}", answer.message().collect::<Vec<_>>().join(" ")))
            }
            Err(error) => Err(unsent(&error)),
        }
    }
}

/// What a server said, in its own words, and whether it would say the same again.
fn unsent(error: &lettre::transport::smtp::Error) -> Unsent {
    let Some(code) = error.status() else {
        return Unsent { words: chain(error), for_good: false };
    };
    let code = u16::from(code);
    let said = std::error::Error::source(error).map(ToString::to_string).unwrap_or_default();
    Unsent {
        words: format!("{code} {said}").trim().to_owned(),
        for_good: code >= 500 && !OURS.contains(&code),
    }
}

/// An error with what caused it, each said once.
fn chain(error: &dyn std::error::Error) -> String {
    let mut words = error.to_string();
    let mut next = error.source();
    while let Some(source) = next {
        let more = source.to_string();
        if !words.contains(&more) {
            words = format!("{words}: {more}");
        }
        next = source.source();
    }
    words
}

fn raw(builder: MessageBuilder, name: &'static str, value: &str) -> MessageBuilder {
    builder.raw_header(HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned()))
}

/// The inner part as a whole page, readable on a telephone and without pictures.
fn page(message: &Outgoing) -> String {
    format!(
        "<!doctype html>\n<html lang=\"{}\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"></head>\n<body style=\"font-family: sans-serif; font-size: 16px; line-height: 1.6; max-width: 40em\">\n{}</body></html>\n",
        message.lang, message.html
    )
}
