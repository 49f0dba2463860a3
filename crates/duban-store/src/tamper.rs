//! Changing the past past the program, as somebody does who has the database and not the key: for the tests that must
//! find it. Never in a release.

use crate::Target;

/// Every column that says something about the past, changed by one sign, removed or added to.
pub const ATTACKS: &[&str] = &[
    "UPDATE event SET at = at + 1 WHERE seq = 1",
    "UPDATE event SET kind = 'dispatchee' WHERE seq = 2",
    "UPDATE event SET actor_name = 'x' WHERE seq = 3",
    "UPDATE event SET actor_id = actor_id + 1 WHERE seq = 3",
    "UPDATE event SET actor_kind = actor_kind + 1 WHERE seq = 3",
    "UPDATE event SET unit = 'gas' WHERE seq = 3",
    "UPDATE event SET seq = 100 WHERE seq = 3",
    "UPDATE event SET case_id = case_id + 1 WHERE seq = 3",
    "UPDATE event SET digest = (SELECT digest FROM request WHERE digest IS NOT NULL LIMIT 1) WHERE seq = 3",
    "UPDATE event_payload SET body = replace(body, '问过电力', '问过电信')",
    "UPDATE event_payload SET salt = (SELECT digest FROM event WHERE seq = 1 LIMIT 1)",
    "DELETE FROM event WHERE seq = 3",
    "UPDATE request SET body = 'x' || body",
    "UPDATE request SET title = title || '。'",
    "UPDATE request SET place_words = 'x'",
    "UPDATE request SET received_at = received_at - 1",
    "UPDATE request SET number = '26010400001' || substr(number, 12)",
    "UPDATE request SET digest = salt",
    "UPDATE log_leaf SET subject = subject + 1 WHERE seq = 1",
    "DELETE FROM log_leaf WHERE seq = 1",
    "DELETE FROM log_leaf WHERE seq = (SELECT max(seq) FROM log_leaf)",
    "UPDATE log_tile SET hashes = (SELECT digest FROM event WHERE seq = 1 LIMIT 1)",
    "UPDATE log_head SET note = replace(note, 'duban', 'duben')",
    "UPDATE log_head SET size = size - 1, note = substr(note, 1, 40) || 'A' || substr(note, 42)",
    "UPDATE log_state SET size = 1",
    "INSERT INTO event SELECT -id, case_id, 99, kind, at, actor_kind, actor_id, actor_name, unit, digest FROM event WHERE seq = 3",
];

/// A whole new past that holds together, for whoever has the key as well: the tree is grown again afterwards.
pub const ANEW: &str = "UPDATE event SET at = at - 60000 WHERE seq = 1;
    INSERT INTO log_pending (id, kind) SELECT subject, kind FROM log_leaf;
    DELETE FROM log_leaf; DELETE FROM log_tile; DELETE FROM log_head; UPDATE log_state SET size = 0";

/// Runs statements past the triggers of a database.
///
/// # Panics
/// When the database does not take them.
pub fn attack(target: &Target, statements: &str) {
    match target {
        Target::Sqlite(file) => {
            let db = rusqlite::Connection::open(file).expect("the file opens");
            let mut query = db
                .prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger'")
                .expect("triggers are listed");
            let names = query.query_map([], |row| row.get(0)).expect("triggers are read");
            let names: Vec<String> = names.collect::<Result<_, _>>().expect("names are read");
            names.iter().for_each(|name| {
                db.execute_batch(&format!("DROP TRIGGER {name}")).expect("a trigger is dropped");
            });
            db.execute_batch(statements).expect("the statements run");
        }
        Target::Postgres(url) => {
            let mut client = postgres::Client::connect(url, postgres::NoTls).expect("the server answers");
            client
                .batch_execute(&format!("SET session_replication_role = replica; {statements}"))
                .expect("the statements run");
        }
    }
}

/// Where in the whole database one of these stands: in the raw bytes of the embedded file and its journal, in any column of
/// any table of a server. Asks the catalogue, so that a new table is looked through as well.
///
/// # Panics
/// When the database cannot be read as a whole.
#[must_use]
pub fn holding(target: &Target, needles: &[(String, Vec<u8>)]) -> Vec<String> {
    let mut found = Vec::new();
    let mut see = |place: &str, bytes: &[u8]| {
        for (name, needle) in needles {
            if bytes.windows(needle.len()).any(|part| part == needle) {
                found.push(format!("{name} in {place}"));
            }
        }
    };
    if let Target::Sqlite(file) = target {
        for end in ["", "-wal"] {
            let mut path = file.clone().into_os_string();
            path.push(end);
            see(&format!("the file{end}"), &std::fs::read(path).unwrap_or_default());
        }
    }
    values(target, &mut |place, bytes| see(place, bytes));
    found.sort();
    found.dedup();
    found
}

/// Every value of every column of every table, with the name of the column.
///
/// # Panics
/// When the database cannot be read as a whole.
pub fn values(target: &Target, each: &mut dyn FnMut(&str, &[u8])) {
    match target {
        Target::Sqlite(file) => sqlite_values(file, each),
        Target::Postgres(url) => postgres_values(url, each),
    }
}

fn sqlite_values(file: &std::path::Path, each: &mut dyn FnMut(&str, &[u8])) {
    let db = rusqlite::Connection::open(file).expect("the file opens");
    let listed =
        "SELECT m.name, c.name FROM sqlite_schema m JOIN pragma_table_info(m.name) c WHERE m.type = 'table'";
    let mut query = db.prepare(listed).expect("tables are listed");
    let columns = query.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).expect("columns are read");
    let columns: Vec<(String, String)> = columns.collect::<Result<_, _>>().expect("names are read");
    // What the search is by is in tables of its own, which stand here too.
    for (table, column) in columns.iter().filter(|(table, _)| table != "case_search") {
        let mut query =
            db.prepare(&format!("SELECT \"{column}\" FROM \"{table}\"")).expect("a table is read");
        let mut rows = query.query([]).expect("a table is read");
        while let Some(row) = rows.next().expect("a row is read") {
            let value = row.get_ref(0).expect("a value is read");
            if let rusqlite::types::ValueRef::Text(bytes) | rusqlite::types::ValueRef::Blob(bytes) = value {
                each(&format!("{table}.{column}"), bytes);
            }
        }
    }
}

fn postgres_values(url: &str, each: &mut dyn FnMut(&str, &[u8])) {
    let mut client = postgres::Client::connect(url, postgres::NoTls).expect("the server answers");
    let listed = "SELECT table_name::text, column_name::text, data_type::text FROM information_schema.columns
        WHERE table_schema = 'public' AND data_type NOT IN ('bigint', 'integer')";
    let columns = client.query(listed, &[]).expect("columns are listed");
    for row in &columns {
        let (table, column, kind): (String, String, String) = (row.get(0), row.get(1), row.get(2));
        let cast = if kind == "bytea" { "" } else { "::text" };
        let select = format!("SELECT \"{column}\"{cast} FROM \"{table}\" WHERE \"{column}\" IS NOT NULL");
        for row in client.query(&select, &[]).expect("a table is read") {
            if kind == "bytea" {
                each(&format!("{table}.{column}"), row.get::<_, &[u8]>(0));
            } else {
                each(&format!("{table}.{column}"), row.get::<_, &str>(0).as_bytes());
            }
        }
    }
}
