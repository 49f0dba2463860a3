//! `cargo xtask fuzz`: the tests that try broken input, for as long as one likes and from another beginning each time.
//!
//! Every run of the tests tries a few of the same; this looks for what nobody thought of. What fails is kept in `target/fuzz`.

use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, bail};

use crate::sh;

/// Target, crate and test.
const TARGETS: [(&str, &str, &str); 7] = [
    ("csv", "duban-app", "a_table_however_broken_becomes_rows_or_reasons"),
    ("xlsx", "duban-app", "a_workbook_however_broken_becomes_rows_or_reasons"),
    ("mail", "duban-app", "a_mail_however_broken_is_taken_in_or_is_none"),
    ("receipt", "duban-app", "a_receipt_however_changed_proves_what_was_said_or_nothing"),
    ("answers", "duban-app", "an_answer_however_broken_is_records_or_none"),
    ("open311", "duban-web", "whatever_another_system_sends_is_answered_in_the_form_it_asked_for"),
    ("forms", "duban-web", "whatever_is_sent_with_a_form_is_answered"),
];
const SECONDS: u64 = 60;

/// One target, or one after another.
pub(crate) fn run(words: &[&str]) -> Result<()> {
    let (wanted, seconds, seed) = read(words)?;
    for (name, package, test) in
        TARGETS.iter().filter(|(name, ..)| wanted.is_none_or(|wanted| wanted == *name))
    {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).context("it is after 1970")?;
        let seed = seed.unwrap_or(u64::from(now.subsec_nanos()) ^ now.as_secs());
        eprintln!("\n── {name}: {seconds} s from seed {seed}");
        let mut command = sh::cargo();
        command.args(["test", "--locked", "--quiet", "--package", package, test, "--", "--nocapture"]);
        command.env("DUBAN_FUZZ_SECONDS", seconds.to_string()).env("DUBAN_FUZZ_SEED", seed.to_string());
        sh::run(&mut command)?;
    }
    Ok(())
}

fn read<'a>(words: &[&'a str]) -> Result<(Option<&'a str>, u64, Option<u64>)> {
    let (mut wanted, mut seconds, mut seed) = (None, SECONDS, None);
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let mut number = || -> Result<u64> {
            words
                .next()
                .with_context(|| format!("{word} is followed by a number"))?
                .parse()
                .context("no number")
        };
        match *word {
            "--seconds" => seconds = number()?,
            "--seed" => seed = Some(number()?),
            name if wanted.is_none() && TARGETS.iter().any(|(known, ..)| *known == name) => {
                wanted = Some(name)
            }
            other => {
                let known = TARGETS.map(|(name, ..)| name).join(", ");
                bail!("fuzz knows --seconds, --seed and one of {known}, not `{other}`");
            }
        }
    }
    Ok((wanted, seconds, seed))
}

#[cfg(test)]
mod tests {
    use super::{TARGETS, read};

    #[test]
    fn words_are_understood_or_refused_and_each_target_is_a_test() {
        assert_eq!(read(&["csv", "--seconds", "5", "--seed", "7"]).unwrap(), (Some("csv"), 5, Some(7)));
        assert!(
            read(&["nothing"]).is_err() && read(&["--seconds"]).is_err() && read(&["csv", "mail"]).is_err()
        );
        let tree = crate::tidy::Tree::read(&crate::sh::root()).unwrap();
        for (name, package, test) in TARGETS {
            let line = format!("fn {test}()");
            let here = tree.rust().any(|(path, text)| {
                path.contains(package) && text.contains(&line) && text.contains(&format!("name: \"{name}\""))
            });
            assert!(here, "{name}: no test {test} in {package}");
        }
    }
}
