//! scratch
use std::{sync::{Mutex, atomic::{AtomicU64, Ordering}}, time::{Duration, Instant}};
use duban_store::*;
const SQL: &str = "INSERT INTO setting (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value";
fn run(threads: usize, f: &(dyn Fn(u64) + Sync)) -> f64 {
    let n = AtomicU64::new(0);
    static BASE: AtomicU64 = AtomicU64::new(0);
    let t = Instant::now();
    std::thread::scope(|s| for _ in 0..threads { s.spawn(|| while t.elapsed() < Duration::from_millis(1500) { f(BASE.fetch_add(1, Ordering::Relaxed)); n.fetch_add(1, Ordering::Relaxed); }); });
    n.load(Ordering::Relaxed) as f64 / t.elapsed().as_secs_f64()
}
fn main() {
    let dir = tempfile::tempdir_in(std::env::args().nth(1).unwrap_or("/tmp".into())).unwrap();
    let store = Store::open(&Target::Sqlite(dir.path().join("a.db"))).unwrap();
    store.migrate(duban_domain::Stamp(0)).unwrap();
    let alone = dir.path().join("b.db");
    let s2 = Store::open(&Target::Sqlite(alone.clone())).unwrap(); s2.migrate(duban_domain::Stamp(0)).unwrap(); drop(s2);
    let c = rusqlite::Connection::open(&alone).unwrap();
    c.execute_batch("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=4000").unwrap();
    let c = Mutex::new(c);
    for threads in [1, 8, 32, 64] {
        let (mut a, mut b, mut g) = (vec![], vec![], vec![]);
        for _ in 0..3 {
            a.push(run(threads, &|n| { c.lock().unwrap().prepare_cached(SQL).unwrap().execute(rusqlite::params![n.to_string(), "a value of some length, as a setting has"]).unwrap(); }));
            let w = store.write_counts();
            b.push(run(threads, &|n| store.write(|tx| tx.put_setting(&n.to_string(), "a value of some length, as a setting has")).unwrap()));
            let v = store.write_counts();
            g.push((v.members - w.members) as f64 / (v.groups - w.groups) as f64);
        }
        for x in [&mut a, &mut b, &mut g] { x.sort_by(f64::total_cmp); }
        println!("{threads:3} threads: alone {:7.0}/s  grouped {:7.0}/s  ({:.1}x)  mean group {:.1}", a[1], b[1], b[1] / a[1], g[1]);
    }
}
