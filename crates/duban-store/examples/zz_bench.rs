//! scratch
use std::time::Instant;
use duban_store::*;
use duban_domain::{*, policy::Reach, case::Phase, request::*, id::mint};
fn main() {
    let arg = std::env::args().nth(1).unwrap();
    let store = Store::open(&Target::parse(&arg).unwrap()).unwrap();
    if std::env::args().nth(2).is_some() { store.migrate(Stamp(0)).unwrap(); }
    if std::env::args().nth(2).is_some() { return; }
    let day = 86_400_000i64; let now = Stamp(1_767_196_800_000);
    let all = CaseQuery { reach: Reach::All, ..Default::default() };
    let open = vec![Phase::Received, Phase::Dispatched, Phase::InHand, Phase::InReview, Phase::Callback];
    let b = || all.clone();
    let mut qs: Vec<(&str, CaseQuery)> = vec![
        ("all newest", b()),
        ("open due", CaseQuery { phases: open.clone(), order: Order::Due, ..b() }),
        ("open newest", CaseQuery { phases: open.clone(), ..b() }),
        ("phase received", CaseQuery { phases: vec![Phase::Received], ..b() }),
        ("phase closed", CaseQuery { phases: vec![Phase::Closed], ..b() }),
        ("unit big", CaseQuery { unit: Some("u00".into()), ..b() }),
        ("unit small", CaseQuery { unit: Some("u59".into()), ..b() }),
        ("unit big open due", CaseQuery { unit: Some("u00".into()), phases: open.clone(), order: Order::Due, ..b() }),
        ("reach 1", CaseQuery { reach: Reach::Units(vec!["u30".into()]), ..b() }),
        ("reach 3 small", CaseQuery { reach: Reach::Units(vec!["u57".into(), "u58".into(), "u59".into()]), ..b() }),
        ("reach 3 small open due", CaseQuery { reach: Reach::Units(vec!["u57".into(), "u58".into(), "u59".into()]), phases: open.clone(), order: Order::Due, ..b() }),
        ("category top big", CaseQuery { category_prefix: Some("c0".into()), ..b() }),
        ("category leaf small", CaseQuery { category_prefix: Some("c7.7.5".into()), ..b() }),
        ("category top open due", CaseQuery { category_prefix: Some("c0".into()), phases: open.clone(), order: Order::Due, ..b() }),
        ("category leaf open due", CaseQuery { category_prefix: Some("c7.7.5".into()), phases: open.clone(), order: Order::Due, ..b() }),
        ("division county", CaseQuery { division_prefix: Some("430202".into()), ..b() }),
        ("division town", CaseQuery { division_prefix: Some("430281011".into()), ..b() }),
        ("division none", CaseQuery { division_prefix: Some("999".into()), ..b() }),
        ("urgency critical", CaseQuery { urgency: Some(Urgency::Critical), ..b() }),
        ("urgency normal", CaseQuery { urgency: Some(Urgency::Normal), ..b() }),
        ("urgency critical open due", CaseQuery { urgency: Some(Urgency::Critical), phases: open.clone(), order: Order::Due, ..b() }),
        ("kind praise", CaseQuery { kind: Some(Kind::Praise), ..b() }),
        ("channel patrol", CaseQuery { channel: Some(Channel::Patrol), ..b() }),
        ("opened week old", CaseQuery { opened: Some((Stamp(now.0 - 700 * day), Stamp(now.0 - 693 * day))), ..b() }),
        ("opened year", CaseQuery { opened: Some((Stamp(now.0 - 700 * day), Stamp(now.0 - 335 * day))), ..b() }),
        ("closed week", CaseQuery { closed: Some((Stamp(now.0 - 700 * day), Stamp(now.0 - 693 * day))), ..b() }),
        ("due week", CaseQuery { due: Some((Stamp(now.0 - 700 * day), Stamp(now.0 - 693 * day))), ..b() }),
        ("overdue", CaseQuery { overdue_at: Some(now), ..b() }),
        ("overdue due", CaseQuery { overdue_at: Some(now), order: Order::Due, ..b() }),
        ("figure late month", CaseQuery { figure: Some((Figure::Late, Stamp(now.0 - 400 * day), Stamp(now.0 - 370 * day))), ..b() }),
        ("figure late year", CaseQuery { figure: Some((Figure::Late, Stamp(now.0 - 700 * day), Stamp(now.0 - 335 * day))), ..b() }),
        ("figure unsolved month", CaseQuery { figure: Some((Figure::Unsolved, Stamp(now.0 - 400 * day), Stamp(now.0 - 370 * day))), ..b() }),
        ("figure running month", CaseQuery { figure: Some((Figure::Running, Stamp(now.0 - 20 * day), Stamp(now.0 + 10 * day))), ..b() }),
        ("unit + category", CaseQuery { unit: Some("u00".into()), category_prefix: Some("c7.7.5".into()), ..b() }),
        ("division + kind", CaseQuery { division_prefix: Some("430202".into()), kind: Some(Kind::Praise), ..b() }),
        ("category + division", CaseQuery { category_prefix: Some("c7".into()), division_prefix: Some("430281011".into()), ..b() }),
        ("public only open311", CaseQuery { public_only: true, opened: Some((Stamp(now.0 - 90 * day), now)), ..b() }),
    ];
    let deep = Cursor { key: 0, id: CaseId(mint(Stamp(now.0 - 800 * day), 0)) };
    qs.push(("all newest deep", CaseQuery { after: Some(deep), ..b() }));
    for (name, q) in &qs {
        let time = |f: &dyn Fn() -> i64| { let mut v = vec![]; let mut n = 0; for _ in 0..5 { let t = Instant::now(); n = f(); v.push(t.elapsed().as_secs_f64() * 1e3); } v.sort_by(f64::total_cmp); (n, v[2], v[4]) };
        let l = time(&|| store.read(|tx| tx.list(q)).unwrap().rows.len() as i64);
        let c = time(&|| store.read(|tx| tx.count(q, 10_000)).unwrap());
        println!("{name:28} list {:3} rows {:8.2} ms (max {:8.2})   count {:6} {:8.2} ms", l.0, l.1, l.2, c.0, c.1);
    }
    let zone = jiff::tz::TimeZone::UTC; let d = now.day(&zone);
    for (name, r) in [("figures 30 d", 30), ("figures 365 d", 365)] {
        let t = Instant::now(); let f = store.read(|tx| tx.figures_by_unit(&Reach::All, d - r, d, now, &zone)).unwrap();
        println!("{name}: {} units {:.2} ms", f.len(), t.elapsed().as_secs_f64() * 1e3);
    }
}
