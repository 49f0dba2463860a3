//! Short messages out over the HTTP gateway of a telephone company: whatever their interface, it is one call
//! with the number and the words in it, and something in the answer that says whether it was taken.

use std::time::Duration;

use duban_app::notice::{Gateway, Outgoing, Unsent};
use ureq::Agent;

use crate::ways::SmsOut;

/// Most bytes of an answer.
const BYTES_MAX: u64 = 64 << 10;
/// Longest part of an answer that is kept as the reason, in characters.
const WORDS_MAX: usize = 200;

/// The gateway.
pub(crate) struct Sms {
    out: SmsOut,
    agent: Agent,
}

/// How a value is written where it is put.
#[derive(Clone, Copy)]
enum As {
    Json,
    Form,
    Plain,
}

impl Sms {
    pub(crate) fn new(out: SmsOut) -> Self {
        let agent = super::agent(out.timeout, Duration::from_secs(10).min(out.timeout), out.inside);
        Self { out, agent }
    }

    fn fill(&self, text: &str, message: &Outgoing, form: As) -> String {
        let values: [(&str, &str); 4] = [
            ("{to}", message.to.as_str()),
            ("{text}", &message.text),
            ("{key}", &message.key),
            ("{secret}", &self.out.secret),
        ];
        // In one pass, so that braces in the words of a resident stay words.
        let mut out = String::new();
        let mut rest = text;
        while let Some(at) = rest.find('{') {
            let (before, from) = rest.split_at(at);
            out.push_str(before);
            match values.iter().find(|(name, _)| from.starts_with(name)) {
                Some((name, value)) => {
                    out.push_str(&form.write(value));
                    rest = &from[name.len()..];
                }
                None => {
                    out.push('{');
                    rest = &from[1..];
                }
            }
        }
        out.push_str(rest);
        out
    }

    fn call(&self, message: &Outgoing) -> Result<(u16, String), ureq::Error> {
        let url = self.fill(&self.out.url, message, As::Form);
        let header =
            self.out.header.as_ref().map(|(name, value)| (name, self.fill(value, message, As::Plain)));
        let mut answer = if self.out.post {
            let form = if self.out.content_type.contains("json") { As::Json } else { As::Form };
            let mut request = self.agent.post(&url).header("Content-Type", &self.out.content_type);
            request = request.header("Idempotency-Key", &message.key);
            if let Some((name, value)) = header {
                request = request.header(name, value);
            }
            request.send(self.fill(&self.out.body, message, form))?
        } else {
            let mut request = self.agent.get(&url).header("Idempotency-Key", &message.key);
            if let Some((name, value)) = header {
                request = request.header(name, value);
            }
            request.call()?
        };
        let body = answer.body_mut().with_config().limit(BYTES_MAX).read_to_string()?;
        Ok((answer.status().as_u16(), body))
    }
}

impl As {
    fn write(self, value: &str) -> String {
        match self {
            Self::Plain => value.to_owned(),
            Self::Form => url_encoded(value),
            Self::Json => {
                let quoted = serde_json::Value::from(value).to_string();
                quoted[1..quoted.len() - 1].to_owned()
            }
        }
    }
}

impl Gateway for Sms {
    fn send(&self, message: &Outgoing) -> Result<String, Unsent> {
        // Keys of the settings never come into the ledger, not even in another side's echo.
        let clean = |words: &str| match self.out.secret.as_str() {
            "" => words.to_owned(),
            secret => words.replace(secret, "…"),
        };
        let (status, body) = self
            .call(message)
            .map_err(|error| Unsent { words: clean(&error.to_string()), for_good: false })?;
        let words: String = clean(&body).trim().chars().take(WORDS_MAX).collect();
        let words = format!("{status} {words}").trim().to_owned();
        if !self.out.refused.is_empty() && body.contains(&self.out.refused) {
            return Err(Unsent { words, for_good: true });
        }
        let taken =
            (200..300).contains(&status) && (self.out.success.is_empty() || body.contains(&self.out.success));
        if taken { Ok(words) } else { Err(Unsent { words, for_good: false }) }
    }
}

fn url_encoded(value: &str) -> String {
    let keep = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
    value.bytes().map(|b| if keep(b) { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
}
