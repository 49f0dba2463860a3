//! Finding cases by who is behind them (按人查找): by keyed hashes alone, and who looked (查找记录). Rows of the record
//! are added and never changed; for whom somebody looked is not kept.

use duban_domain::{PersonId, SeekId, StaffId, Stamp, policy::Reach, request::Privacy};

use crate::{ReadTx, StoreError, WriteTx, sql::Sql, value::params};

/// Whom a list asks for; what is set must all fit the same person. Nothing set finds nobody.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sought {
    /// The hash of a whole name.
    pub name: Option<Vec<u8>>,
    /// The hash of a whole telephone number.
    pub phone: Option<Vec<u8>>,
    /// The hash of the last four digits of one.
    pub tail: Option<Vec<u8>>,
}

/// Somebody looked (查找记录).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeekLine {
    /// Its id.
    pub id: SeekId,
    /// When.
    pub at: Stamp,
    /// Who looked.
    pub staff: StaffId,
    /// Their name then.
    pub name: String,
    /// The unit they acted for.
    pub unit: String,
    /// By what: `name`, `phone`, `tail`, or several with `+` between.
    pub by: String,
    /// How many cases were found.
    pub found: i64,
}

/// Writes that somebody behind a case fits. Who is anonymous fits nobody's search, and who is confidential only one
/// of those who see all cases: anybody else would learn by a name that this person spoke.
pub(crate) fn write<'a>(sql: &mut Sql<'a>, plus: &str, sought: &'a Sought, reach: &Reach) {
    let Sought { name, phone, tail } = sought;
    let hashes = [("p.name_hash", name), ("p.phone_hash", phone), ("p.tail_hash", tail)];
    sql.push(plus).push(
        "c.id IN (SELECT r.case_id FROM person p JOIN request r ON r.person_id = p.id WHERE r.privacy IN (",
    );
    let open = [Privacy::Contact, Privacy::Confidential];
    let seen = open.into_iter().filter(|p| *p == Privacy::Contact || *reach == Reach::All);
    sql.bind_all(seen.map(Privacy::code).collect::<Vec<_>>()).push(")");
    for (column, hash) in hashes {
        if let Some(hash) = hash {
            sql.push(" AND ").push(column).push(" = ").bind(hash);
        }
    }
    sql.push(if *sought == Sought::default() { " AND 1 = 0)" } else { ")" });
}

impl ReadTx<'_> {
    /// The newest looks for people; of one member, or of all.
    ///
    /// # Errors
    /// The engine's.
    pub fn seeks(&mut self, of: Option<StaffId>, limit: i64) -> Result<Vec<SeekLine>, StoreError> {
        let mut sql = Sql::new("SELECT id, at, staff_id, staff_name, unit, by_what, found FROM seek_log");
        if let Some(staff) = of {
            sql.push(" WHERE staff_id = ").bind(staff);
        }
        sql.push(" ORDER BY id DESC LIMIT ").bind(limit);
        self.all(&sql.text, &sql.params(), |row| {
            Ok(SeekLine {
                id: SeekId(row.int(0)?),
                at: Stamp(row.int(1)?),
                staff: StaffId(row.int(2)?),
                name: row.text(3)?,
                unit: row.text(4)?,
                by: row.text(5)?,
                found: row.int(6)?,
            })
        })
    }

    /// The sealed names of people after an id, in the order of their ids.
    ///
    /// # Errors
    /// The engine's.
    pub fn names_after(
        &mut self,
        after: PersonId,
        limit: i64,
    ) -> Result<Vec<(PersonId, Vec<u8>)>, StoreError> {
        self.all(
            "SELECT id, name FROM person WHERE id > $1 ORDER BY id LIMIT $2",
            params![after, limit],
            |row| Ok((PersonId(row.int(0)?), row.blob(1)?)),
        )
    }
}

impl WriteTx<'_> {
    /// Writes by what a name is found, unless the name is another one by now.
    ///
    /// # Errors
    /// The engine's.
    pub fn put_name_hash(
        &mut self,
        id: PersonId,
        name: &[u8],
        hash: Option<&[u8]>,
    ) -> Result<(), StoreError> {
        self.exec("UPDATE person SET name_hash = $1 WHERE id = $2 AND name = $3", params![hash, id, name])
            .map(|_| ())
    }

    /// Records that somebody looked.
    ///
    /// # Errors
    /// The engine's.
    pub fn record_seek(&mut self, line: &SeekLine) -> Result<(), StoreError> {
        self.exec(
            "INSERT INTO seek_log (id, at, staff_id, staff_name, unit, by_what, found) VALUES ($1, $2, $3, $4, $5, $6, $7)",
            params![line.id, line.at, line.staff, &line.name, &line.unit, &line.by, line.found],
        )
        .map(|_| ())
    }
}
