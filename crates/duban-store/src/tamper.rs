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
