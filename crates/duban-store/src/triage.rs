//! Triage (分流): closed cases as lessons, the models learned from them, and what became of their suggestions.
//!
//! What a model is and whether it is any good is not known here: it is bytes with a report.

use duban_domain::{
    CaseId, Stamp,
    case::{ActorKind, Ending},
    request::Privacy,
    triage::Aim,
};

use crate::{
    Mark, ReadTx, StoreError, WriteTx,
    request::code,
    sql::Sql,
    value::{Row, params},
};

/// A closed case, as far as something can be learned from it (已办结的样本).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LessonRow {
    /// The case.
    pub case: CaseId,
    /// When it was closed.
    pub closed_at: Stamp,
    /// Its category.
    pub category: Option<String>,
    /// Who had it last.
    pub unit: String,
    /// The first request: its line and its text.
    pub title: String,
    /// In full.
    pub text: String,
    /// Where, as a code.
    pub division: Option<String>,
    /// What the person is known by, a keyed digest; none where nobody knows.
    pub person: Option<Vec<u8>>,
    /// Whether a person of the house, or of the house that it was imported from, gave or read its category.
    pub category_told: bool,
    /// Whether the unit answered it, and it stayed with that.
    pub unit_told: bool,
}

/// A model that is kept (模型版本).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelRow {
    /// What it advises on.
    pub aim: Aim,
    /// Its version, counted from 1.
    pub version: i64,
    /// When it was made.
    pub made_at: Stamp,
    /// By whom: a name, or empty for the night.
    pub made_by: String,
    /// When the first of its lessons was closed.
    pub from_at: Stamp,
    /// When the last was.
    pub until_at: Stamp,
    /// Whether it is the one that advises.
    pub in_force: bool,
    /// Why it was taken or left, as a small word and numbers.
    pub why: String,
    /// How well it does, as JSON.
    pub report: String,
}

/// How often one thing was suggested and one chosen (采纳与更正).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChoiceRow {
    /// The day, counted from 1970.
    pub day: i64,
    /// What it was about.
    pub aim: Aim,
    /// The model that suggested.
    pub version: i64,
    /// The unit of whoever chose.
    pub unit: String,
    /// What was suggested first; empty where the model said that it does not know.
    pub suggested: String,
    /// What was chosen.
    pub chosen: String,
    /// Where the chosen stood among what was shown, from 1; 0: not there.
    pub rank: i64,
}

const MODEL: &str = "aim, version, made_at, made_by, from_at, until_at, in_force, why, report";

fn model(row: &Row<'_>) -> Result<ModelRow, StoreError> {
    Ok(ModelRow {
        aim: code("aim", row.int(0)?, Aim::from_code)?,
        version: row.int(1)?,
        made_at: Stamp(row.int(2)?),
        made_by: row.text(3)?,
        from_at: Stamp(row.int(4)?),
        until_at: Stamp(row.int(5)?),
        in_force: row.flag(6)?,
        why: row.text(7)?,
        report: row.text(8)?,
    })
}

fn lesson(row: &Row<'_>) -> Result<LessonRow, StoreError> {
    let person = row.opt_blob(7)?;
    Ok(LessonRow {
        case: CaseId(row.int(0)?),
        closed_at: Stamp(row.int(1)?),
        category: row.opt_text(2)?,
        unit: row.text(3)?,
        title: row.text(4)?,
        text: row.text(5)?,
        division: row.opt_text(6)?,
        person: if person.is_some() { person } else { row.opt_blob(8)? },
        category_told: row.flag(9)?,
        unit_told: row.flag(10)?,
    })
}

/// Endings of cases that a unit worked on.
const WORKED_ON: [Ending; 5] =
    [Ending::Confirmed, Ending::Unrated, Ending::NotReached, Ending::Upheld, Ending::Own];

impl ReadTx<'_> {
    /// Closed cases before a mark, the newest first. Nothing of a confidential case or voice, and nothing that was
    /// erased or lost its names.
    ///
    /// # Errors
    /// The engine's.
    pub fn lessons(
        &mut self,
        (at, id): Mark,
        since: Stamp,
        limit: i64,
    ) -> Result<Vec<LessonRow>, StoreError> {
        let endings = WORKED_ON.map(|ending| ending.code().to_string()).join(", ");
        let by = |kinds: &str| {
            format!(
                "EXISTS (SELECT 1 FROM event e WHERE e.case_id = c.id AND e.actor_kind = {} AND e.kind IN ({kinds}))",
                ActorKind::Staff.code()
            )
        };
        let (looked, answered) = (by("'opened', 'classified', 'approved'"), by("'answered'"));
        let hidden = Privacy::Confidential.code();
        let mut sql = Sql::new(&format!(
            "SELECT c.id, c.closed_at, c.category, c.owner, r.title, r.body, r.division, p.phone_hash, p.mail_hash,
                CASE WHEN {looked} OR EXISTS (SELECT 1 FROM told_category t WHERE t.case_id = c.id) THEN 1 ELSE 0 END,
                CASE WHEN c.ending IN ({endings}) AND {answered} THEN 1 ELSE 0 END
             FROM case_row c JOIN request r ON r.id = c.id LEFT JOIN person p ON p.id = r.person_id
             WHERE c.closed_at IS NOT NULL AND c.anonymised_at IS NULL AND r.erased_at IS NULL
                AND c.privacy <> {hidden} AND r.privacy <> {hidden}
                AND NOT EXISTS (SELECT 1 FROM request o WHERE o.case_id = c.id AND o.privacy = {hidden})
                AND c.closed_at >= "
        ));
        sql.bind(since).push(" AND c.closed_at <= ").bind(at).push(" AND (c.closed_at < ").bind(at);
        sql.push(" OR c.id < ").bind(id).push(") ORDER BY c.closed_at DESC, c.id DESC LIMIT ").bind(limit);
        self.all(&sql.text, &sql.params(), lesson)
    }

    /// The models of an aim, the newest first.
    ///
    /// # Errors
    /// The engine's.
    pub fn models(&mut self, aim: Aim) -> Result<Vec<ModelRow>, StoreError> {
        let sql = format!("SELECT {MODEL} FROM triage_model WHERE aim = $1 ORDER BY version DESC");
        self.all(&sql, params![aim.code()], model)
    }

    /// The model that advises.
    ///
    /// # Errors
    /// The engine's.
    pub fn model_in_force(&mut self, aim: Aim) -> Result<Option<ModelRow>, StoreError> {
        let sql = format!("SELECT {MODEL} FROM triage_model WHERE aim = $1 AND in_force = 1");
        self.first(&sql, params![aim.code()], model)
    }

    /// Which versions advise, by aim.
    ///
    /// # Errors
    /// The engine's.
    pub fn versions_in_force(&mut self) -> Result<Vec<(Aim, i64)>, StoreError> {
        let sql = "SELECT aim, version FROM triage_model WHERE in_force = 1 ORDER BY aim";
        self.all(sql, &[], |row| Ok((code("aim", row.int(0)?, Aim::from_code)?, row.int(1)?)))
    }

    /// The bytes of a model.
    ///
    /// # Errors
    /// The engine's.
    pub fn model_body(&mut self, aim: Aim, version: i64) -> Result<Option<Vec<u8>>, StoreError> {
        let sql = "SELECT body FROM triage_model WHERE aim = $1 AND version = $2";
        self.first(sql, params![aim.code(), version], |row| row.blob(0))
    }

    /// How often the chosen stood where among what a model had shown: rank and how many; those where it said nothing
    /// apart, with rank none.
    ///
    /// # Errors
    /// The engine's.
    pub fn choices_of(&mut self, aim: Aim, version: i64) -> Result<Vec<(Option<i64>, i64)>, StoreError> {
        self.all(
            "SELECT CASE WHEN suggested = '' THEN -1 ELSE rank END, CAST(sum(count) AS BIGINT) FROM triage_choice
             WHERE aim = $1 AND version = $2 GROUP BY CASE WHEN suggested = '' THEN -1 ELSE rank END ORDER BY 1",
            params![aim.code(), version],
            |row| Ok((Some(row.int(0)?).filter(|rank| *rank >= 0), row.int(1)?)),
        )
    }

    /// What people most often chose instead of what a model had said: suggested, chosen, how often.
    ///
    /// # Errors
    /// The engine's.
    pub fn corrections_of(
        &mut self,
        aim: Aim,
        version: i64,
        limit: i64,
    ) -> Result<Vec<(String, String, i64)>, StoreError> {
        self.all(
            "SELECT suggested, chosen, CAST(sum(count) AS BIGINT) FROM triage_choice
             WHERE aim = $1 AND version = $2 AND suggested <> '' AND suggested <> chosen
             GROUP BY suggested, chosen ORDER BY sum(count) DESC, suggested, chosen LIMIT $3",
            params![aim.code(), version, limit],
            |row| Ok((row.text(0)?, row.text(1)?, row.int(2)?)),
        )
    }
}

impl WriteTx<'_> {
    /// Keeps a model under the next version of its aim, which is returned; it does not advise yet.
    ///
    /// # Errors
    /// The engine's.
    pub fn put_model(&mut self, row: &ModelRow, body: &[u8]) -> Result<i64, StoreError> {
        let newest = "SELECT max(version) FROM triage_model WHERE aim = $1";
        let version = self.number(newest, params![row.aim.code()])? + 1;
        self.exec(
            &format!(
                "INSERT INTO triage_model ({MODEL}, body) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"
            ),
            params![
                row.aim.code(),
                version,
                row.made_at,
                &row.made_by,
                row.from_at,
                row.until_at,
                false,
                &row.why,
                &row.report,
                body,
            ],
        )?;
        Ok(version)
    }

    /// From now on this version advises, and no other of its aim; whether there is such a version.
    ///
    /// # Errors
    /// The engine's.
    pub fn put_model_in_force(&mut self, aim: Aim, version: i64) -> Result<bool, StoreError> {
        let aim = aim.code();
        self.exec("UPDATE triage_model SET in_force = 0 WHERE aim = $1 AND in_force = 1", params![aim])?;
        let set = "UPDATE triage_model SET in_force = 1 WHERE aim = $1 AND version = $2";
        Ok(self.exec(set, params![aim, version])? > 0)
    }

    /// Removes old versions of an aim: all but the newest so many and the one in force.
    ///
    /// # Errors
    /// The engine's.
    pub fn forget_models(&mut self, aim: Aim, keep: i64) -> Result<(), StoreError> {
        self.exec(
            "DELETE FROM triage_model WHERE aim = $1 AND in_force = 0 AND version <=
                (SELECT max(version) FROM triage_model WHERE aim = $1) - $2",
            params![aim.code(), keep],
        )?;
        Ok(())
    }

    /// One more time this was suggested and that was chosen.
    ///
    /// # Errors
    /// The engine's.
    pub fn note_choice(&mut self, row: &ChoiceRow) -> Result<(), StoreError> {
        self.exec(
            "INSERT INTO triage_choice (day, aim, version, unit, suggested, chosen, rank, count)
             VALUES ($1, $2, $3, $4, $5, $6, $7, 1)
             ON CONFLICT (day, aim, version, unit, suggested, chosen, rank)
             DO UPDATE SET count = triage_choice.count + 1",
            params![row.day, row.aim.code(), row.version, &row.unit, &row.suggested, &row.chosen, row.rank],
        )?;
        Ok(())
    }

    /// The source that a case was imported from had named its category.
    ///
    /// # Errors
    /// The engine's.
    pub fn note_told_category(&mut self, case: CaseId) -> Result<(), StoreError> {
        self.exec("INSERT INTO told_category (case_id) VALUES ($1)", params![case]).map(|_| ())
    }
}
