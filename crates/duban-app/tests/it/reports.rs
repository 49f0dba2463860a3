//! Divided figures, frozen reports and published months.

use duban_app::{
    AppError, CaseQuery, Figure, Figures,
    breakdown::{self, By},
    case::list,
    figures,
    report::{self, Period},
    statistics,
};
use duban_domain::{
    Refusal, Stamp,
    case::Phase,
    place::Point,
    request::{Channel, Place, Privacy},
};
use duban_testkit::world::{World, both};
use jiff::civil::date;

use crate::life::{DAY, answering, intake, on, reached};

/// A few cases by different doors, in different places, at different stages.
fn lived(world: &World) {
    let places = [Some("430203001"), Some("430202"), None];
    for n in 0..9_usize {
        let said = duban_app::case::register::Intake {
            channel: if n % 2 == 0 { Channel::Web } else { Channel::Phone },
            place: Place {
                words: "测试路".to_owned(),
                division: places[n % 3].map(str::to_owned),
                point: Point::from_degrees(113.14, 27.83),
            },
            privacy: if n == 4 { Privacy::Confidential } else { Privacy::Contact },
            ..intake()
        };
        let done = duban_app::case::register::by_resident(&world.app, &said).unwrap();
        if n % 3 == 0 {
            crate::life::to_callback(world, &done);
            let call = reached(n % 2 == 0);
            duban_app::case::callback::call(&world.ctx("caller", "hotline"), &on(&done.number), &call)
                .unwrap();
        }
        world.clock.pass_ms(DAY / 3);
    }
}

#[test]
fn each_line_of_each_side_is_what_its_list_holds_and_the_sums_agree() {
    both(|world| {
        lived(world);
        let (from, to) = (date(2026, 1, 1), date(2026, 1, 31));
        let days = (
            Stamp::start_of(from, &world.city().zone),
            Stamp::start_of(date(2026, 2, 1), &world.city().zone),
        );
        for ctx in [world.ctx("leader", "hotline"), world.ctx("handler", "urban")] {
            let whole = figures::totals(&ctx, from, to).unwrap();
            for by in By::ALL {
                let mut sum = Figures::default();
                for line in breakdown::breakdown(&ctx, by, None, from, to).unwrap() {
                    sum.merge(&line.figures);
                    for figure in Figure::ALL.into_iter().filter(|f| *f != Figure::Score) {
                        let query = listed(by, &line.key, (figure, days.0, days.1), &ctx);
                        let found = list::list(&ctx, &query).unwrap();
                        assert_eq!(
                            found.count,
                            line.figures.get(figure),
                            "{by:?} {} {}",
                            line.key,
                            figure.key()
                        );
                    }
                }
                assert_eq!(sum, whole, "{by:?}: nothing is lost between the lines");
            }
        }
        let deep =
            breakdown::breakdown(&world.ctx("leader", "hotline"), By::District, Some("430203"), from, to);
        assert!(deep.unwrap().iter().all(|line| line.key == "430203001"));
    });
}

/// The list that a number of a line opens.
fn listed(by: By, key: &str, figure: (Figure, Stamp, Stamp), ctx: &duban_app::Ctx) -> CaseQuery {
    use duban_domain::request::{Kind, Urgency};
    let all = ctx.who.reach == duban_domain::policy::Reach::All;
    let mut query = CaseQuery { figure: Some(figure), own_only: !all, ..CaseQuery::default() };
    match by {
        By::Unit => query.owner = Some(key.to_owned()),
        By::Category => query.category_prefix = Some(key.to_owned()),
        By::District => query.division_prefix = Some(key.to_owned()),
        By::Channel => query.channel = Channel::from_key(key),
        By::Kind => query.kind = Kind::from_key(key),
        By::Urgency => query.urgency = Urgency::from_key(key),
    }
    query
}

#[test]
fn a_frozen_report_stays_and_comes_out_the_same_from_the_histories() {
    both(|world| {
        lived(world);
        let leader = world.ctx("leader", "hotline");
        let id = report::freeze(&leader, Period::Week, date(2026, 1, 6)).unwrap();
        let frozen = report::show(&leader, id).unwrap();
        assert_eq!((frozen.from, frozen.to), (date(2026, 1, 5), date(2026, 1, 11)));
        assert_eq!(frozen.body.all().get(Figure::In), 9);
        assert_eq!(frozen.body.all(), figures::totals(&leader, frozen.from, frozen.to).unwrap());
        // Afterwards everything moves on.
        lived(world);
        let open = CaseQuery { phases: vec![Phase::Dispatched], ..CaseQuery::default() };
        for row in list::list(&leader, &open).unwrap().page.rows {
            let handler = world.ctx("handler", &row.owner);
            duban_app::case::sign::sign(&handler, &on(&row.number)).unwrap();
            let answering =
                duban_app::case::answer::Answering { no_contact: "没有电话".to_owned(), ..answering() };
            duban_app::case::answer::answer(&handler, &on(&row.number), &answering).unwrap();
        }
        let leader = world.ctx("leader", "hotline");
        assert_ne!(report::draft(&leader, Period::Week, date(2026, 1, 6)).unwrap().body, frozen.body);
        assert_eq!(report::show(&leader, id).unwrap(), frozen, "what is frozen stays");
        let proof = report::prove(&leader, &frozen).unwrap();
        assert_eq!(proof.body, frozen.body, "the histories up to the cut-off say the same");
        assert_eq!((proof.cases, proof.erased), (18, 0));
        let handler = world.ctx("handler", "urban");
        assert!(matches!(report::show(&handler, id), Err(AppError::Refused(Refusal::NotFound))));
    });
}

#[test]
fn a_month_is_published_once_without_small_numbers_and_confidential_matters() {
    both(|world| {
        lived(world);
        let first = date(2026, 1, 1);
        assert!(statistics::month(&world.app, first).unwrap().is_none(), "it is not over");
        world.clock.pass_ms(40 * DAY);
        let month = statistics::month(&world.app, first).unwrap().unwrap();
        assert_eq!(month.figures().get(Figure::In), 8, "the confidential one is not counted");
        let shown: Vec<i64> = month.received.iter().flatten().flatten().copied().collect();
        assert!(shown.iter().all(|n| *n == 0 || *n >= 5), "{:?}", month.received);
        assert!(month.received.iter().flatten().any(Option::is_none), "and some were small");
        lived(world);
        assert_eq!(statistics::month(&world.app, first).unwrap().unwrap(), month, "what is out stays");
        let mut numbers = 0;
        statistics::public_rows(&world.app, first, |row| {
            assert_ne!(row.privacy, Privacy::Confidential);
            numbers += 1;
            Ok(())
        })
        .unwrap();
        assert_eq!(numbers, 8, "the open data hold what the counts count");
    });
}

#[test]
fn the_wall_shows_how_things_stand() {
    let world = World::sqlite();
    lived(&world);
    let now = figures::now(&world.ctx("leader", "hotline")).unwrap();
    let open = CaseQuery {
        phases: Phase::ALL.iter().copied().filter(|p| *p != Phase::Closed).collect(),
        ..CaseQuery::default()
    };
    assert_eq!(now.open, list::count(&world.ctx("leader", "hotline"), &open).unwrap());
    assert_eq!(now.week.get(Figure::In), 9);
    assert_eq!(now.overdue, now.late.iter().map(|(_, n)| n).sum::<i64>());
}
