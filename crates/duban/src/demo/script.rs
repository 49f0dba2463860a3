//! The demonstration as data: who works here, and what happened to each case.

use serde::Deserialize;

/// The whole script.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Script {
    pub(super) staff: Vec<Player>,
    pub(super) case: Vec<Scene>,
}

/// An invented member of staff.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Player {
    pub(super) login: String,
    pub(super) name: String,
    pub(super) unit: String,
    pub(super) role: String,
}

/// A case: how it came in, and every step after.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Scene {
    /// How long before this minute it came in, such as `3d 4h`.
    pub(super) ago: String,
    pub(super) channel: String,
    pub(super) kind: Option<String>,
    pub(super) title: String,
    pub(super) text: String,
    pub(super) place: String,
    pub(super) division: Option<String>,
    pub(super) point: Option<[f64; 2]>,
    pub(super) name: String,
    pub(super) phone: String,
    pub(super) privacy: String,
    pub(super) photo: Option<String>,
    pub(super) hold: bool,
    pub(super) direct: Option<String>,
    pub(super) step: Vec<Step>,
    /// Whether the case may rest where the catalogue sends it to a unit without an account.
    pub(super) lenient: bool,
}

/// One step of a case.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Step {
    /// How long after the step before.
    pub(super) after: String,
    /// The login of whoever does it; empty: somebody of the unit in charge.
    pub(super) by: String,
    /// `dispatch`, `sign`, `contact`, `answer`, `approve`, `send-back`, `call`, `no-reply`, `note`, `add`, `evaluate`,
    /// `ask-return`, `judge-return`, `ask-extension`, `judge-extension`, `join`, `assign`,
    /// `give-task`, `report-task`, `ask-person`, `cause`. What is decided
    /// with a yes has `solved`.
    pub(super) r#do: String,
    pub(super) unit: String,
    pub(super) assisting: Vec<String>,
    pub(super) text: String,
    pub(super) internal: String,
    pub(super) outcome: String,
    pub(super) proof: String,
    pub(super) photo: Option<String>,
    pub(super) no_contact: String,
    pub(super) designated: bool,
    /// The reason of a return, a key of the pack.
    pub(super) ground: String,
    /// Who outside gets a task.
    pub(super) party: String,
    /// Which task is reported on.
    pub(super) task: u16,
    /// Within how long a task is due.
    pub(super) within: String,
    /// How much an extension asks for.
    pub(super) amount: u32,
    pub(super) solved: bool,
    pub(super) satisfaction: Option<String>,
}

impl Script {
    /// The script inside the program.
    pub(super) fn read() -> anyhow::Result<Self> {
        Ok(toml::from_str(include_str!("script.toml"))?)
    }
}

/// `3d 4h 20m` in milliseconds. The script is ours, so what cannot be read is a mistake in it.
pub(super) fn duration_ms(text: &str) -> anyhow::Result<i64> {
    let mut total = 0;
    for part in text.split_whitespace() {
        let (number, unit) = part.split_at(part.len() - 1);
        let unit_ms = match unit {
            "d" => 86_400_000,
            "h" => 3_600_000,
            "m" => 60_000,
            other => anyhow::bail!("{other:?} in {text:?} is no unit of time"),
        };
        total += number.parse::<i64>()? * unit_ms;
    }
    Ok(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_of_the_script() {
        assert_eq!(duration_ms("1d 2h 3m").unwrap(), 93_780_000);
        assert!(duration_ms("1w").is_err());
    }
}
