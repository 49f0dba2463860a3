//! Registers (地名登记): the places that they hold, and each time one was read.

use duban_domain::{
    Stamp,
    gazetteer::{Entry, How, Outcome},
    lang::Words,
    place::Point,
};

use crate::{
    ReadTx, StoreError, WriteTx,
    request::code,
    sql::Sql,
    value::{Row, params},
};

/// One time that a register was read, or is to be read (一次导入).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegisterRun {
    /// Its id.
    pub id: i64,
    /// The key of the register.
    pub register: String,
    /// 导入方式
    pub how: How,
    /// Who asked for it; empty when the clock did.
    pub by: String,
    /// The day it was due, as days since 1970.
    pub day: Option<i64>,
    /// 导入结果
    pub outcome: Outcome,
    /// When it was asked for.
    pub at: Stamp,
    /// Not before this instant.
    pub run_at: Stamp,
    /// How often it was tried.
    pub attempts: i64,
    /// When it was through.
    pub ended_at: Option<Stamp>,
    /// How many may vanish, when somebody looked and said so.
    pub vanish_ok: i64,
    /// How many entries the register has.
    pub total: i64,
    /// How many were new.
    pub added: i64,
    /// How many had another name.
    pub renamed: i64,
    /// How many differed otherwise.
    pub changed: i64,
    /// How many were not there any more.
    pub vanished: i64,
    /// How many rows were odd.
    pub odd: i64,
    /// Why it failed, in both languages.
    pub error: String,
    /// What changed, the first of each kind.
    pub detail: String,
}

const RUN: &str = "id, register, how, by_name, day, outcome, at, run_at, attempts, ended_at, vanish_ok,
    total, added, renamed, changed, vanished, odd, error, detail";
const PLACE: &str = "id, name, name_en, aliases, former, initials, division, lng_e7, lat_e7";

fn run(row: &Row<'_>) -> Result<RegisterRun, StoreError> {
    Ok(RegisterRun {
        id: row.int(0)?,
        register: row.text(1)?,
        how: code("how", row.int(2)?, How::from_code)?,
        by: row.text(3)?,
        day: row.opt_int(4)?,
        outcome: code("outcome", row.int(5)?, Outcome::from_code)?,
        at: Stamp(row.int(6)?),
        run_at: Stamp(row.int(7)?),
        attempts: row.int(8)?,
        ended_at: row.opt_int(9)?.map(Stamp),
        vanish_ok: row.int(10)?,
        total: row.int(11)?,
        added: row.int(12)?,
        renamed: row.int(13)?,
        changed: row.int(14)?,
        vanished: row.int(15)?,
        odd: row.int(16)?,
        error: row.text(17)?,
        detail: row.text(18)?,
    })
}

fn place(row: &Row<'_>) -> Result<Entry, StoreError> {
    let list = |text: String| text.lines().map(str::to_owned).collect::<Vec<_>>();
    let point = row.opt_int(7)?.zip(row.opt_int(8)?);
    Ok(Entry {
        id: row.text(0)?,
        name: Words { zh: row.text(1)?, en: row.text(2)? },
        aliases: list(row.text(3)?),
        former: list(row.text(4)?),
        initials: row.text(5)?,
        division: row.opt_text(6)?,
        point: point.map(|(lng_e7, lat_e7)| Point { lng_e7, lat_e7 }),
    })
}

impl ReadTx<'_> {
    /// The places of a register that are still in it, by id.
    ///
    /// # Errors
    /// The engine's.
    pub fn places_of(&mut self, register: &str) -> Result<Vec<Entry>, StoreError> {
        let sql = format!("SELECT {PLACE} FROM place WHERE register = $1 AND gone_at IS NULL ORDER BY id");
        self.all(&sql, params![register], place)
    }

    /// How many places of a register are still in it.
    ///
    /// # Errors
    /// The engine's.
    pub fn place_count(&mut self, register: &str) -> Result<i64, StoreError> {
        self.number("SELECT count(*) FROM place WHERE register = $1 AND gone_at IS NULL", params![register])
    }

    /// Places of these registers with these small letters in a name of theirs; names that begin with them first, short
    /// ones before long.
    ///
    /// # Errors
    /// The engine's.
    pub fn find_places(
        &mut self,
        registers: &[&str],
        words: &str,
        limit: i64,
    ) -> Result<Vec<Entry>, StoreError> {
        let plain = words.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
        let (begins, holds) = (format!("{plain}%"), format!("%{plain}%"));
        let mut sql = among(&format!("SELECT {PLACE} FROM place"), registers);
        sql.push(" AND find LIKE ")
            .bind_made(holds)
            .push(" ESCAPE '\\' ORDER BY CASE WHEN find LIKE ")
            .bind_made(begins);
        sql.push(" ESCAPE '\\' THEN 0 ELSE 1 END, length(name), name, register, id LIMIT ").bind(limit);
        self.all(&sql.text, &sql.params(), place)
    }

    /// Whether a place of these registers is called exactly this.
    ///
    /// # Errors
    /// The engine's.
    pub fn is_place(&mut self, registers: &[&str], name: &str) -> Result<bool, StoreError> {
        for column in ["name", "name_en"] {
            let mut sql = among("SELECT id FROM place", registers);
            sql.push(&format!(" AND {column} = ")).bind(name).push(" LIMIT 1");
            if self.first(&sql.text, &sql.params(), |row| row.text(0))?.is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The last day for which a register was due.
    ///
    /// # Errors
    /// The engine's.
    pub fn register_day(&mut self, register: &str) -> Result<Option<i64>, StoreError> {
        let sql = "SELECT max(day) FROM register_run WHERE register = $1";
        Ok(self.first(sql, params![register], |row| row.opt_int(0))?.flatten())
    }

    /// The times that a register was read, newest first.
    ///
    /// # Errors
    /// The engine's.
    pub fn register_runs(&mut self, register: &str, limit: i64) -> Result<Vec<RegisterRun>, StoreError> {
        let sql = format!("SELECT {RUN} FROM register_run WHERE register = $1 ORDER BY id DESC LIMIT $2");
        self.all(&sql, params![register, limit], run)
    }

    /// One time that a register was read.
    ///
    /// # Errors
    /// The engine's.
    pub fn register_run(&mut self, id: i64) -> Result<Option<RegisterRun>, StoreError> {
        self.first(&format!("SELECT {RUN} FROM register_run WHERE id = $1"), params![id], run)
    }
}

impl WriteTx<'_> {
    /// Owes reading a register; whether it was not owed for that day before.
    ///
    /// # Errors
    /// The engine's.
    pub fn owe_register(&mut self, r: &RegisterRun) -> Result<bool, StoreError> {
        let sql =
            "INSERT INTO register_run (id, register, how, by_name, day, outcome, at, run_at, locked_until,
                attempts, ended_at, vanish_ok, total, added, renamed, changed, vanished, odd, error, detail)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, 0, NULL, $9, 0, 0, 0, 0, 0, 0, '', '')
             ON CONFLICT (register, day) DO NOTHING";
        let (how, outcome) = (r.how.code(), r.outcome.code());
        let params = params![r.id, &r.register, how, &r.by, r.day, outcome, r.at, r.run_at, r.vanish_ok];
        Ok(self.exec(sql, params)? > 0)
    }

    /// Takes one owed reading for so many milliseconds. Of one register there is one at a time.
    ///
    /// # Errors
    /// The engine's.
    pub fn claim_register(&mut self, now: Stamp, lock_ms: i64) -> Result<Option<RegisterRun>, StoreError> {
        let passing = self.dialect().skip_locked();
        let sql = format!(
            "UPDATE register_run SET locked_until = $1, attempts = attempts + 1 WHERE id IN (
                SELECT r.id FROM register_run r WHERE r.outcome = 1 AND r.run_at <= $2 AND r.locked_until <= $2
                    AND NOT EXISTS (SELECT 1 FROM register_run o
                        WHERE o.register = r.register AND o.outcome = 1 AND o.locked_until > $2)
                ORDER BY r.run_at, r.id LIMIT 1{passing})
             RETURNING {RUN}"
        );
        self.first(&sql, params![now.plus_ms(lock_ms), now], run)
    }

    /// Writes what came of a reading, or when it is tried again.
    ///
    /// # Errors
    /// The engine's.
    pub fn settle_register(&mut self, r: &RegisterRun) -> Result<(), StoreError> {
        let sql =
            "UPDATE register_run SET outcome = $1, run_at = $2, locked_until = 0, ended_at = $3, total = $4,
                added = $5, renamed = $6, changed = $7, vanished = $8, odd = $9, error = $10, detail = $11
             WHERE id = $12 AND outcome = 1";
        let params = params![
            r.outcome.code(),
            r.run_at,
            r.ended_at,
            r.total,
            r.added,
            r.renamed,
            r.changed,
            r.vanished,
            r.odd,
            &r.error,
            &r.detail,
            r.id
        ];
        self.exec(sql, params).map(|_| ())
    }

    /// Writes a place of a register; one that had vanished is there again.
    ///
    /// # Errors
    /// The engine's.
    pub fn put_place(&mut self, register: &str, e: &Entry) -> Result<(), StoreError> {
        let (aliases, former) = (e.aliases.join("\n"), e.former.join("\n"));
        let find = [&e.name.zh, &aliases, &former, &e.name.en, &e.initials].map(String::as_str).join("\n");
        let find = find.to_lowercase();
        let (lng, lat) = (e.point.map(|p| p.lng_e7), e.point.map(|p| p.lat_e7));
        let sql =
            "INSERT INTO place (register, id, name, name_en, aliases, former, initials, division, lng_e7,
                lat_e7, find, gone_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, NULL)
             ON CONFLICT (register, id) DO UPDATE SET name = excluded.name, name_en = excluded.name_en,
                aliases = excluded.aliases, former = excluded.former, initials = excluded.initials,
                division = excluded.division, lng_e7 = excluded.lng_e7, lat_e7 = excluded.lat_e7,
                find = excluded.find, gone_at = NULL";
        let params = params![
            register,
            &e.id,
            &e.name.zh,
            &e.name.en,
            &aliases,
            &former,
            &e.initials,
            &e.division,
            lng,
            lat,
            &find
        ];
        self.exec(sql, params).map(|_| ())
    }

    /// A place is not in its register any more: it stays, and is not found.
    ///
    /// # Errors
    /// The engine's.
    pub fn end_place(&mut self, register: &str, id: &str, at: Stamp) -> Result<(), StoreError> {
        let sql = "UPDATE place SET gone_at = $1 WHERE register = $2 AND id = $3";
        self.exec(sql, params![at, register, id]).map(|_| ())
    }
}

/// Rows that are still there, of these registers: what a register left that the city gave up is found no more.
fn among<'a>(select: &str, registers: &[&'a str]) -> Sql<'a> {
    let mut sql = Sql::new(select);
    sql.push(" WHERE gone_at IS NULL AND register IN (").bind_all(registers.iter().copied()).push(")");
    sql
}
