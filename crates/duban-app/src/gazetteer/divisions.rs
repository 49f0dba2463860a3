//! A register of divisions changes the city pack, as an administrator would: new ones are added, new names noted
//! with the former one. What vanished is only told: units, rules and old cases name it, so somebody has to decide.

use std::collections::BTreeSet;

use duban_domain::{
    Lang,
    city::{
        City,
        edit::{self, Table, Values},
    },
    gazetteer::{Changes, Entry, Register},
    lang::Words,
    stamp::day_number,
};

use super::run::Stopped;
use crate::{
    App, AppError,
    administration::{by_command, pack},
};

/// The divisions of the pack as entries.
pub(super) fn known(city: &City) -> Vec<Entry> {
    let one = |division: &duban_domain::city::Division| Entry {
        id: division.code.clone(),
        name: division.name.clone(),
        point: division.point,
        ..Entry::default()
    };
    city.divisions.iter().map(one).collect()
}

/// Only the levels that the register has; and of each entry what a register of divisions knows better.
pub(super) fn of_levels(known: Vec<Entry>, found: Vec<Entry>) -> (Vec<Entry>, Vec<Entry>) {
    let levels: BTreeSet<usize> = found.iter().map(|entry| entry.id.len()).collect();
    let known: Vec<Entry> = known.into_iter().filter(|entry| levels.contains(&entry.id.len())).collect();
    let found = found.into_iter().map(|entry| {
        let old = known.iter().find(|old| old.id == entry.id);
        // English and the point are the pack's where the register is silent.
        let silent = entry.name.en == entry.name.zh;
        let en = old.filter(|old| silent && old.name.zh == entry.name.zh).map(|old| old.name.en.clone());
        Entry {
            name: Words { en: en.unwrap_or(entry.name.en), zh: entry.name.zh },
            point: old.map_or(entry.point, |old| old.point),
            id: entry.id,
            ..Entry::default()
        }
    });
    let found = found.collect();
    (known, found)
}

/// Whether nothing is to be written: what vanished stays, and is only told.
pub(super) fn is_settled(changes: &Changes) -> bool {
    changes.added.is_empty() && changes.renamed.is_empty() && changes.changed.is_empty()
}

/// Writes new divisions and new names into the pack in force.
pub(super) fn write(app: &App, register: &Register, changes: &Changes) -> Result<(), Stopped> {
    let by = by_command(&format!("{} {}", register.name.zh, register.key));
    let ctx = app.ctx(by, Lang::Zh);
    let today = ctx.now.date(&app.city.zone);
    let note = format!("register {} {}", register.key, day_number(today));
    let saved = pack::change(&ctx, &note, None, |files| {
        for entry in &changes.added {
            let mut values = Values::new();
            name(&mut values, entry);
            values.insert("code".to_owned(), entry.id.clone());
            if let Some(point) = entry.point {
                values.insert("lng".to_owned(), point.lng().to_string());
                values.insert("lat".to_owned(), point.lat().to_string());
            }
            // Somebody may have added it since it was compared.
            let _ = edit::put(files, Table::Divisions, None, &values);
        }
        let renamed = changes.renamed.iter().map(|(old, new)| (Some(old), new));
        for (old, new) in renamed.chain(changes.changed.iter().map(|new| (None, new))) {
            let Some(now) = edit::entry(files, Table::Divisions, &new.id) else { continue };
            let mut values = now.values;
            name(&mut values, new);
            if let Some(old) = old {
                values.insert("former".to_owned(), old.name.zh.clone());
                values.insert("former_en".to_owned(), old.name.en.clone());
                values.insert("valid_from".to_owned(), today.to_string());
            }
            let _ = edit::put(files, Table::Divisions, Some(&new.id), &values);
        }
        Ok(())
    });
    match saved {
        Ok(pack::Saved::Done(..)) | Err(AppError::Refused(duban_domain::Refusal::NoChange)) => Ok(()),
        Ok(pack::Saved::Faulty(faults)) => {
            let first = faults.iter().find(|fault| fault.severity == duban_domain::city::Severity::Error);
            let (zh, en) =
                first.map(|fault| (fault.what.zh.clone(), fault.what.en.clone())).unwrap_or_default();
            Err(Stopped::Because(Words {
                zh: format!("照登记改了以后，城市设置不成立：{zh}。没有改。"),
                en: format!(
                    "With this register the settings of the city would not hold: {en}. Nothing was changed."
                ),
            }))
        }
        Err(error) => Err(error.into()),
    }
}

fn name(values: &mut Values, entry: &Entry) {
    values.insert("name".to_owned(), entry.name.zh.clone());
    values.insert("name_en".to_owned(), entry.name.en.clone());
}
