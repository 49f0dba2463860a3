//! Lists and figures against a model: every filter, every reach, every figure, every page.

use duban_domain::{
    Stamp,
    case::{Case, Phase},
    policy::Reach,
    request::{Channel, Kind, Request, Urgency},
    stamp::date_of_day,
};

use super::{
    Bed, both,
    world::{CENTRE, DAYS, Dice, LABELS, START, fill, is_public, said, zone},
};
use crate::{CaseQuery, CaseRow, Figure, Figures, Order, ReadTx, StoreError, Tallies, UnitFigures};

const SEED: u64 = 48_213;

fn range(dice: &mut Dice) -> (Stamp, Stamp) {
    let (a, b) = (dice.stamp(), dice.stamp());
    (a.min(b), a.max(b))
}

fn reach(dice: &mut Dice) -> Reach {
    match dice.roll(5) {
        0 => Reach::Units(vec![dice.unit()]),
        1 => Reach::Units(vec![dice.unit(), dice.unit()]),
        2 if dice.one_in(4) => Reach::Nothing,
        _ => Reach::All,
    }
}

/// Few filters at once, so that something is found mostly.
fn query(dice: &mut Dice) -> CaseQuery {
    let mut query = CaseQuery { reach: reach(dice), limit: 7, ..CaseQuery::default() };
    query.order = if dice.one_in(2) { Order::Due } else { Order::Newest };
    for _ in 0..dice.roll(4) {
        match dice.roll(19) {
            0 => query.phases = vec![dice.pick(Phase::ALL)],
            1 if dice.one_in(2) => query.phases = Phase::ALL[..5].to_vec(),
            1 => query.phases = vec![Phase::Received, Phase::InHand, Phase::Callback],
            2 => query.unit = Some(dice.unit()),
            3 => query.owner = Some(if dice.one_in(2) { dice.unit() } else { CENTRE.to_owned() }),
            4 => query.category_prefix = Some(dice.pick(&["city", "city.light", "water"]).to_owned()),
            5 => query.division_prefix = Some(dice.pick(&["4302", "430202", "430202001"]).to_owned()),
            6 => query.urgency = Some(dice.pick(Urgency::ALL)),
            7 => query.kind = Some(dice.pick(Kind::ALL)),
            8 => query.channel = Some(dice.pick(Channel::ALL)),
            9 => query.opened = Some(range(dice)),
            10 => query.closed = Some(range(dice)),
            11 => query.due = Some(range(dice)),
            15 => query.own_only = true,
            16 if dice.one_in(2) => {
                query.category_prefix = Some(dice.pick(&["-", "=city", "=water"]).to_owned())
            }
            16 => query.division_prefix = Some(dice.pick(&["-", "=430202"]).to_owned()),
            12 => query.overdue_at = Some(dice.stamp()),
            17 | 18 => query.words = Some(dice.pick(&["路灯", "请处理", "路灯 3", "电梯"]).to_owned()),
            13 => query.label = Some(dice.pick(&LABELS).to_owned()),
            _ => query.public_only = true,
        }
    }
    query
}

/// What a query means, said once more and without SQL.
fn fits(query: &CaseQuery, case: &Case, row: &CaseRow) -> bool {
    let inside = |range: Option<(Stamp, Stamp)>, at: Option<Stamp>| {
        range.is_none_or(|(from, to)| at.is_some_and(|at| from <= at && at < to))
    };
    let below = |prefix: &str, key: &str| {
        key == prefix || key.strip_prefix(prefix).is_some_and(|rest| rest.starts_with('.'))
    };
    let part = |asked: &str, has: Option<&String>, whole: &dyn Fn(&str) -> bool| match asked.strip_prefix('=')
    {
        Some(exact) => has.is_some_and(|has| has == exact),
        None if asked == "-" => has.is_none(),
        None => has.is_some_and(|has| whole(has)),
    };
    query.reach.covers(case)
        && (query.phases.is_empty() || query.phases.contains(&row.phase))
        && query.unit.as_ref().is_none_or(|unit| Reach::Units(vec![unit.clone()]).covers(case))
        && query.owner.as_ref().is_none_or(|owner| row.owner == *owner)
        && query.category_prefix.as_ref().is_none_or(|p| part(p, row.category.as_ref(), &|key| below(p, key)))
        && query
            .division_prefix
            .as_ref()
            .is_none_or(|p| part(p, row.division.as_ref(), &|code| code.starts_with(p.as_str())))
        && (!query.own_only
            || match &query.reach {
                Reach::Units(units) => units.contains(&row.owner),
                _ => true,
            })
        && query.label.as_ref().is_none_or(|label| row.label.as_ref() == Some(label))
        && query.urgency.is_none_or(|u| row.urgency == u)
        && query.kind.is_none_or(|k| row.kind == k)
        && query.channel.is_none_or(|c| row.channel == c)
        && inside(query.opened, Some(row.opened_at))
        && inside(query.closed, row.closed_at)
        && inside(query.due, Some(row.finish_due))
        && query.overdue_at.is_none_or(|at| case.is_running() && row.finish_due < at)
        && (!query.public_only || is_public(case))
        && query.words.as_ref().is_none_or(|words| words.split(' ').all(|word| said(case).contains(word)))
}

fn rows(bed: &Bed, cases: &[(Case, Request)]) -> Vec<CaseRow> {
    bed.store
        .read(|tx| {
            cases
                .iter()
                .map(|(case, _)| tx.case_row(case.id).map(Option::unwrap))
                .collect::<Result<Vec<_>, StoreError>>()
        })
        .unwrap()
}

/// All pages, one after the other.
fn all_pages(bed: &Bed, query: &CaseQuery) -> Vec<CaseRow> {
    let (mut query, mut found) = (query.clone(), Vec::new());
    loop {
        let page = bed.store.read(|tx| tx.list(&query)).unwrap();
        assert!(page.next.is_none() || page.rows.len() == 7, "only the last page is short");
        found.extend(page.rows);
        match page.next {
            Some(cursor) => query.after = Some(cursor),
            None => return found,
        }
    }
}

#[test]
fn every_list_is_what_the_model_says_page_by_page() {
    both(|bed| {
        let cases = fill(&bed.store, SEED, 300);
        let rows = rows(bed, &cases);
        let mut dice = Dice::new(SEED + 1);
        let mut found_something = 0;
        for n in 0..300 {
            let query = query(&mut dice);
            let mut expected: Vec<&CaseRow> = cases
                .iter()
                .zip(&rows)
                .filter(|((case, _), row)| fits(&query, case, row))
                .map(|(_, row)| row)
                .collect();
            let at = |row: &CaseRow| match &query {
                q if q.words.is_some() => None,
                q if q.closed.is_some() => row.closed_at,
                q if q.due.is_some() => Some(row.finish_due),
                q if q.opened.is_some() => Some(row.opened_at),
                _ => None,
            };
            match query.effective_order() {
                Order::Newest => expected.sort_by_key(|row| std::cmp::Reverse((at(row), row.id))),
                Order::Due => expected.sort_by_key(|row| (row.next_due, row.id)),
            }
            let listed = all_pages(bed, &query);
            let ids = |rows: &[&CaseRow]| rows.iter().map(|row| row.id).collect::<Vec<_>>();
            assert_eq!(ids(&listed.iter().collect::<Vec<_>>()), ids(&expected), "query {n}: {query:?}");
            let count = bed.store.read(|tx| tx.count(&query, 50)).unwrap();
            assert_eq!(count, i64::try_from(expected.len().min(50)).unwrap(), "count {n}: {query:?}");
            found_something += usize::from(!expected.is_empty());
        }
        assert!(found_something > 150, "the queries are too narrow to prove anything: {found_something}");
    });
}

/// The promise of the figures page: every number opens exactly the cases that it counts.
#[test]
fn every_figure_counts_what_its_list_shows() {
    both(|bed| {
        fill(&bed.store, SEED, 250);
        let zone = zone();
        let start = START.day(&zone);
        let mut dice = Dice::new(SEED + 2);
        for n in 0..10 {
            let (a, b) = (start + dice.roll(DAYS as u64) as i64, start + dice.roll(DAYS as u64) as i64);
            // Whole months are counted by other rows than days: once all of them, once one and an edge.
            let (first, last) = match n {
                0 => (start - 70, start + 70),
                1 => (start - 3, start + 31),
                _ => (a.min(b), a.max(b)),
            };
            let (from, to) =
                (Stamp::start_of(date_of_day(first), &zone), Stamp::start_of(date_of_day(last + 1), &zone));
            let now = dice.stamp();
            bed.store
                .read(|tx| {
                    let all = tx.figures(&Reach::All, first, last, now, &zone)?;
                    let Tallies { units, days: of_pass } =
                        tx.tallies(&Reach::All, (first, last), now, &zone)?;
                    let mut whose: Vec<(Option<String>, Figures)> = vec![(None, all)];
                    whose.extend(units.into_iter().map(|u| (Some(u.unit), u.figures)));
                    for (owner, figures) in whose {
                        shows_what_it_counts(tx, owner, &figures, (from, to), now)?;
                    }
                    if n == 0 {
                        let late = |units: Vec<UnitFigures>| {
                            let owed = |u: &UnitFigures| (u.figures.overdue, u.figures.contact_overdue);
                            let all = units.iter().map(|u| (u.unit.clone(), owed(u)));
                            all.filter(|(_, owed)| *owed != (0, 0)).collect::<Vec<_>>()
                        };
                        let now_late = late(tx.overdue(&Reach::All, now, &zone)?);
                        assert_eq!(now_late, late(tx.tallies(&Reach::All, (first, last), now, &zone)?.units));
                    }
                    let days = tx.figures_by_day(&Reach::All, first, last)?;
                    assert_eq!(days, of_pass);
                    assert_eq!(days.iter().map(|d| d.received).sum::<i64>(), all.get(Figure::In));
                    assert_eq!(days.iter().map(|d| d.closed).sum::<i64>(), all.get(Figure::Closed));
                    Ok::<_, StoreError>(())
                })
                .unwrap();
        }
    });
}

/// Every figure of one owner, or of all, equals the length of the list that it opens.
fn shows_what_it_counts(
    tx: &mut ReadTx<'_>,
    owner: Option<String>,
    figures: &Figures,
    (from, to): (Stamp, Stamp),
    now: Stamp,
) -> Result<(), StoreError> {
    let base = CaseQuery { reach: Reach::All, owner: owner.clone(), ..CaseQuery::default() };
    for figure in Figure::ALL.into_iter().filter(|f| *f != Figure::Score) {
        let listed = tx.count(&CaseQuery { figure: Some((figure, from, to)), ..base.clone() }, 10_000)?;
        assert_eq!(figures.get(figure), listed, "{figure:?} of {owner:?}, {from:?} to {to:?}");
    }
    let over = |figure| CaseQuery { figure: Some((figure, from, to)), ..base.clone() };
    let overdue = CaseQuery { overdue_at: Some(now), ..over(Figure::Running) };
    assert_eq!(figures.overdue, tx.count(&overdue, 10_000)?, "overdue of {owner:?} at {now:?}");
    let silent = CaseQuery { contact_overdue_at: Some(now), ..over(Figure::ContactRunning) };
    assert_eq!(
        figures.contact_overdue,
        tx.count(&silent, 10_000)?,
        "contact overdue of {owner:?} at {now:?}"
    );
    Ok(())
}

#[test]
fn counters_kept_with_every_change_equal_those_counted_anew() {
    both(|bed| {
        fill(&bed.store, SEED + 3, 200);
        let zone = zone();
        let days = (START.day(&zone), START.day(&zone) + DAYS);
        let tallies = || -> Vec<_> {
            let of_day =
                |day| bed.store.read(|tx| tx.tallies(&Reach::All, (day, day), START, &zone)).unwrap().units;
            (days.0..=days.1).map(of_day).collect()
        };
        let kept = tallies();
        bed.store.write(|tx| tx.recount(&zone)).unwrap();
        assert_eq!(kept, tallies());
        assert!(kept.iter().map(Vec::len).sum::<usize>() > 100);
    });
}

#[test]
fn figures_of_a_reach_are_those_of_its_units() {
    both(|bed| {
        fill(&bed.store, SEED, 120);
        let zone = zone();
        let (first, last) = (START.day(&zone), START.day(&zone) + DAYS);
        let figures = |reach: &Reach| {
            bed.store.read(|tx| tx.tallies(reach, (first, last), START, &zone)).unwrap().units
        };
        let units: Vec<String> = vec!["police".to_owned(), "water".to_owned()];
        let all: Vec<_> = figures(&Reach::All).into_iter().filter(|u| units.contains(&u.unit)).collect();
        assert_eq!(figures(&Reach::Units(units)), all);
        assert!(figures(&Reach::Nothing).is_empty());
    });
}

#[test]
fn what_is_near_is_found_nearest_first() {
    both(|bed| {
        let cases = fill(&bed.store, SEED, 300);
        let rows = rows(bed, &cases);
        for (metres, of) in [(50, 3), (500, 20), (2_000, 60)] {
            for (case, request) in cases.iter().take(of) {
                let Some(point) = request.place.point else { continue };
                let mut expected: Vec<(i64, std::cmp::Reverse<_>)> = rows
                    .iter()
                    .filter_map(|row| {
                        Some((row.point?.metres_to(point).round() as i64, std::cmp::Reverse(row.id)))
                    })
                    .filter(|(away, _)| *away <= metres)
                    .collect();
                expected.sort();
                expected.truncate(12);
                let found = bed.store.read(|tx| tx.near(point, metres, 12, &Reach::All)).unwrap();
                let found: Vec<_> =
                    found.into_iter().map(|(row, away)| (away, std::cmp::Reverse(row.id))).collect();
                assert_eq!(found, expected, "{metres} m around {:?}", case.id);
            }
        }
        let point = cases.iter().find_map(|(_, r)| r.place.point).unwrap();
        assert!(bed.store.read(|tx| tx.near(point, 5_000, 12, &Reach::Nothing)).unwrap().is_empty());
    });
}
