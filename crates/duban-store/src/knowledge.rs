//! The knowledge base (知识库): items, their versions, what finds them, and how often they answered.
//!
//! Which item fits what was said is the domain's to decide; here are only those that may. Days are texts, so that both
//! engines compare them alike.

use duban_domain::{KnowledgeId, Stamp, knowledge::Item};
use jiff::civil::Date;

use crate::{
    ReadTx, StoreError, WriteTx,
    sql::Sql,
    value::{Row, params},
};

/// An item that never ends, ends here.
const NEVER: &str = "9999-12-31";

/// How an item answered (怎么用上的).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum KnowledgeUse {
    /// An operator closed a request with it.
    Closed = 1,
    /// A resident says that it helped, and did not file.
    Helped = 2,
    /// A resident says that it did not.
    NotHelped = 3,
}

/// An item as it is kept (知识条目).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnowledgeRow {
    /// Its id.
    pub id: KnowledgeId,
    /// Its key in the city pack, where it comes from there.
    pub pack_key: Option<String>,
    /// Its version, from 1.
    pub version: i64,
    /// What it says.
    pub item: Item,
    /// Whether somebody took it down.
    pub retired: bool,
    /// When it was last changed.
    pub changed_at: Stamp,
    /// By whom.
    pub changed_by: String,
}

/// Which items a list shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KnowledgeList {
    /// All that are not taken down.
    Kept,
    /// Those whose day of review has come.
    Due,
    /// Those that ended.
    Expired,
    /// Those that were taken down.
    Retired,
}

/// One version of an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnowledgeVersion {
    /// Its version, from 1.
    pub version: i64,
    /// What it said.
    pub item: Item,
    /// Whether it was taken down by this.
    pub retired: bool,
    /// When.
    pub at: Stamp,
    /// By whom.
    pub by: String,
}

const COLUMNS: &str = "k.id, k.pack_key, k.version, k.body, k.retired, k.changed_at, k.changed_by";

fn item(body: &str) -> Result<Item, StoreError> {
    serde_json::from_str(body).map_err(|e| StoreError::unreadable("an item of the knowledge base", e))
}

fn body(item: &Item) -> Result<String, StoreError> {
    serde_json::to_string(item).map_err(|e| StoreError::unreadable("an item of the knowledge base", e))
}

fn read(row: &Row<'_>) -> Result<KnowledgeRow, StoreError> {
    Ok(KnowledgeRow {
        id: KnowledgeId(row.int(0)?),
        pack_key: row.opt_text(1)?,
        version: row.int(2)?,
        item: item(row.str(3)?)?,
        retired: row.flag(4)?,
        changed_at: Stamp(row.int(5)?),
        changed_by: row.text(6)?,
    })
}

/// A day as it is kept; none is the one that is given.
fn day(date: Option<Date>, none: &str) -> String {
    date.map_or_else(|| none.to_owned(), |date| date.to_string())
}

impl ReadTx<'_> {
    /// An item.
    ///
    /// # Errors
    /// The engine's.
    pub fn knowledge(&mut self, id: KnowledgeId) -> Result<Option<KnowledgeRow>, StoreError> {
        self.first(&format!("SELECT {COLUMNS} FROM knowledge k WHERE k.id = $1"), params![id], read)
    }

    /// Items that hold on a day and share most of these pairs, those with more first.
    ///
    /// # Errors
    /// The engine's.
    pub fn knowledge_by(
        &mut self,
        pairs: &[&str],
        today: Date,
        public_only: bool,
        limit: i64,
    ) -> Result<Vec<KnowledgeRow>, StoreError> {
        if pairs.is_empty() {
            return Ok(Vec::new());
        }
        let today = today.to_string();
        let mut sql = Sql::new(&format!(
            "SELECT {COLUMNS} FROM (SELECT p.item, count(*) AS n FROM knowledge_pair p WHERE p.pair IN ("
        ));
        sql.bind_all(pairs.iter().copied());
        sql.push(") GROUP BY p.item) f JOIN knowledge k ON k.id = f.item WHERE ");
        holds(&mut sql, &today, public_only);
        sql.push(" ORDER BY f.n DESC, k.id DESC LIMIT ").bind(limit);
        self.all(&sql.text, &sql.params(), read)
    }

    /// Items that residents may read on a day, the last changed first.
    ///
    /// # Errors
    /// The engine's.
    pub fn knowledge_public(&mut self, today: Date, limit: i64) -> Result<Vec<KnowledgeRow>, StoreError> {
        let today = today.to_string();
        let mut sql = Sql::new(&format!("SELECT {COLUMNS} FROM knowledge k WHERE "));
        holds(&mut sql, &today, true);
        sql.push(" ORDER BY k.changed_at DESC, k.id DESC LIMIT ").bind(limit);
        self.all(&sql.text, &sql.params(), read)
    }

    /// Items for whoever looks after them: of one unit or of all; what must be looked at first stands first.
    ///
    /// # Errors
    /// The engine's.
    pub fn knowledge_list(
        &mut self,
        list: KnowledgeList,
        today: Date,
        unit: Option<&str>,
        limit: i64,
    ) -> Result<Vec<KnowledgeRow>, StoreError> {
        let today = today.to_string();
        let mut sql = Sql::new(&format!("SELECT {COLUMNS} FROM knowledge k WHERE "));
        which(&mut sql, list, &today);
        if let Some(unit) = unit {
            sql.push(" AND k.unit = ").bind(unit);
        }
        sql.push(" ORDER BY k.review_day, k.id DESC LIMIT ").bind(limit);
        self.all(&sql.text, &sql.params(), read)
    }

    /// How many of them there are.
    ///
    /// # Errors
    /// The engine's.
    pub fn knowledge_count(
        &mut self,
        list: KnowledgeList,
        today: Date,
        unit: Option<&str>,
    ) -> Result<i64, StoreError> {
        let today = today.to_string();
        let mut sql = Sql::new("SELECT count(*) FROM knowledge k WHERE ");
        which(&mut sql, list, &today);
        if let Some(unit) = unit {
            sql.push(" AND k.unit = ").bind(unit);
        }
        self.number(&sql.text, &sql.params())
    }

    /// The versions of an item, newest first.
    ///
    /// # Errors
    /// The engine's.
    pub fn knowledge_versions(&mut self, id: KnowledgeId) -> Result<Vec<KnowledgeVersion>, StoreError> {
        let sql = "SELECT version, body, retired, at, by_name FROM knowledge_version WHERE item = $1 ORDER BY version DESC";
        self.all(sql, params![id], |row| {
            Ok(KnowledgeVersion {
                version: row.int(0)?,
                item: item(row.str(1)?)?,
                retired: row.flag(2)?,
                at: Stamp(row.int(3)?),
                by: row.text(4)?,
            })
        })
    }

    /// How often an item answered in each way since a day, that day included.
    ///
    /// # Errors
    /// The engine's.
    pub fn knowledge_used(
        &mut self,
        id: KnowledgeId,
        how: KnowledgeUse,
        since: Date,
    ) -> Result<i64, StoreError> {
        let sql = "SELECT CAST(coalesce(sum(n), 0) AS BIGINT) FROM knowledge_use WHERE item = $1 AND how = $2 AND day >= $3";
        self.number(sql, params![id, how as i64, &since.to_string()])
    }

    /// Whether an item of the city pack was taken in already.
    ///
    /// # Errors
    /// The engine's.
    pub fn has_pack_item(&mut self, key: &str) -> Result<bool, StoreError> {
        Ok(self.number("SELECT count(*) FROM knowledge WHERE pack_key = $1", params![key])? > 0)
    }
}

fn holds<'a>(sql: &mut Sql<'a>, today: &'a str, public_only: bool) {
    sql.push("k.retired = 0 AND k.from_day <= ").bind(today).push(" AND k.until_day >= ").bind(today);
    if public_only {
        sql.push(" AND k.public = 1");
    }
}

fn which<'a>(sql: &mut Sql<'a>, list: KnowledgeList, today: &'a str) {
    match list {
        KnowledgeList::Kept => sql.push("k.retired = 0"),
        KnowledgeList::Retired => sql.push("k.retired = 1"),
        KnowledgeList::Due => sql
            .push("k.retired = 0 AND k.review_day <= ")
            .bind(today)
            .push(" AND k.until_day >= ")
            .bind(today),
        KnowledgeList::Expired => sql.push("k.retired = 0 AND k.until_day < ").bind(today),
    };
}

impl WriteTx<'_> {
    /// Keeps an item as it is from now on, as the version after the one that somebody had before them; false when
    /// there is another by now.
    ///
    /// # Errors
    /// The engine's.
    pub fn put_knowledge(&mut self, row: &KnowledgeRow) -> Result<bool, StoreError> {
        let (it, body) = (&row.item, body(&row.item)?);
        let (from, until) = (day(it.from, ""), day(it.until, NEVER));
        let review = day(it.review, NEVER);
        let written = if row.version == 1 {
            self.exec(
                "INSERT INTO knowledge (id, pack_key, version, body, unit, public, from_day, until_day, review_day,
                    retired, changed_at, changed_by)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT DO NOTHING",
                params![
                    row.id,
                    &row.pack_key,
                    row.version,
                    &body,
                    &it.unit,
                    it.public,
                    &from,
                    &until,
                    &review,
                    row.retired,
                    row.changed_at,
                    &row.changed_by
                ],
            )?
        } else {
            self.exec(
                "UPDATE knowledge SET version = $1, body = $2, unit = $3, public = $4, from_day = $5, until_day = $6,
                    review_day = $7, retired = $8, changed_at = $9, changed_by = $10
                 WHERE id = $11 AND version = $12",
                params![
                    row.version,
                    &body,
                    &it.unit,
                    it.public,
                    &from,
                    &until,
                    &review,
                    row.retired,
                    row.changed_at,
                    &row.changed_by,
                    row.id,
                    row.version - 1
                ],
            )?
        };
        if written == 0 {
            return Ok(false);
        }
        self.exec(
            "INSERT INTO knowledge_version (item, version, body, retired, at, by_name) VALUES ($1, $2, $3, $4, $5, $6)",
            params![row.id, row.version, &body, row.retired, row.changed_at, &row.changed_by],
        )?;
        self.exec("DELETE FROM knowledge_pair WHERE item = $1", params![row.id])?;
        for pair in it.found_by() {
            self.exec("INSERT INTO knowledge_pair (pair, item) VALUES ($1, $2)", params![&pair, row.id])?;
        }
        Ok(true)
    }

    /// Counts that an item answered.
    ///
    /// # Errors
    /// The engine's.
    pub fn count_knowledge_use(
        &mut self,
        id: KnowledgeId,
        version: i64,
        how: KnowledgeUse,
        today: Date,
    ) -> Result<(), StoreError> {
        self.exec(
            "INSERT INTO knowledge_use (item, day, how, version, n) VALUES ($1, $2, $3, $4, 1)
             ON CONFLICT (item, day, how, version) DO UPDATE SET n = knowledge_use.n + 1",
            params![id, &today.to_string(), how as i64, version],
        )
        .map(|_| ())
    }
}
