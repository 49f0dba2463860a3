//! Kept filters, prepared texts, neighbours of the same kind.

use duban_app::{
    AppError,
    case::{register, show},
    phrase::{self, Written},
    view,
};
use duban_domain::{Number, Refusal, phrase::PhraseStep, place::Point, request::Place};
use duban_testkit::world::{World, both};

use crate::life::intake;

#[test]
fn a_kept_view_belongs_to_the_account_and_may_be_shared_with_the_unit() {
    both(|world| {
        let (dispatcher, reviewer) = (world.ctx("dispatcher", "hotline"), world.ctx("reviewer", "hotline"));
        view::keep(&dispatcher, " 我的逾期 ", "due=overdue", false).unwrap();
        view::keep(&dispatcher, "今天到期", "due=today", true).unwrap();
        let names = |ctx: &duban_app::Ctx| {
            let views = view::list(ctx).unwrap();
            views.into_iter().map(|v| (v.name, v.query)).collect::<Vec<_>>()
        };
        let shared = ("今天到期".to_owned(), "due=today".to_owned());
        let own = ("我的逾期".to_owned(), "due=overdue".to_owned());
        assert_eq!(names(&world.ctx("dispatcher", "hotline")), [own, shared.clone()], "on any device");
        assert_eq!(names(&reviewer), [shared], "what is shared, and nothing else");
        assert!(names(&world.ctx("handler", "power")).is_empty(), "and only with the unit");
        let first = view::list(&dispatcher).unwrap().remove(1);
        assert!(matches!(view::drop(&reviewer, first.id), Err(AppError::Refused(Refusal::NotFound))));
        view::drop(&dispatcher, first.id).unwrap();
        assert_eq!(names(&reviewer), []);
        let nameless = view::keep(&dispatcher, " ", "q=x", false);
        assert!(matches!(nameless, Err(AppError::Refused(Refusal::NeedsText("name")))));
    });
}

fn written(step: PhraseStep, category: Option<&str>, title: &str, body: &str) -> Written {
    Written { id: None, step, category: category.map(str::to_owned), title: title.into(), body: body.into() }
}

fn offered(world: &World, number: &Number, unit: &str) -> Vec<(String, String)> {
    let shown = show::show(&world.ctx("handler", unit), number).unwrap();
    let own = shown.phrases.into_iter().filter(|p| p.key.parse::<i64>().is_ok());
    own.map(|p| (p.title, p.text)).collect()
}

#[test]
fn a_prepared_text_is_offered_filled_in_and_stays_as_it_is() {
    both(|world| {
        let said = register::by_resident(&world.app, &intake()).unwrap();
        let on = crate::life::on(&said.number);
        let order = duban_app::case::dispatch::Order {
            unit: "urban".into(),
            assisting: Vec::new(),
            reason: "它的".into(),
            designated: false,
        };
        let case = duban_app::case::dispatch::dispatch(&world.ctx("dispatcher", "hotline"), &on, &order);
        let category = match case {
            Ok(case) => case.category,
            Err(_) => show::case(&world.ctx("leader", "hotline"), &said.number).unwrap().category,
        };
        let category = category.expect("street lamps have a category");
        let editor = world.ctx("editor", "urban");
        let body = "您在{place}反映的事，编号 {number}，{today}办好了。";
        phrase::put(&editor, &written(PhraseStep::Answer, Some(&category), "办好了", body)).unwrap();
        phrase::put(&editor, &written(PhraseStep::Answer, None, "谢谢", "谢谢。")).unwrap();
        phrase::put(&editor, &written(PhraseStep::Answer, Some("labour"), "别的类", "x")).unwrap();
        let grouped = said.number.grouped();
        let filled = format!("您在纺织路反映的事，编号 {grouped}，1月5日办好了。");
        let expected = [("办好了".to_owned(), filled), ("谢谢".to_owned(), "谢谢。".to_owned())];
        assert_eq!(offered(world, &said.number, "urban"), expected, "exactly those that fit");
        let kept = phrase::list(&editor).unwrap();
        assert_eq!(
            kept.iter().find(|p| p.title == "办好了").unwrap().body,
            body,
            "the stored one is unchanged"
        );
        // A key user edits texts and nothing else; an ordinary handler edits none.
        let handler = world.ctx("handler", "urban");
        let refused = phrase::put(&handler, &written(PhraseStep::Note, None, "x", "x"));
        assert!(matches!(refused, Err(AppError::Refused(Refusal::MayNot(_)))));
        assert!(show::show(&editor, &said.number).is_err());
        let stranger = world.ctx("editor", "gas");
        let theirs = Written { id: Some(kept[0].id), ..written(PhraseStep::Note, None, "x", "x") };
        assert!(matches!(phrase::put(&stranger, &theirs), Err(AppError::Refused(Refusal::NotFound))));
        let unknown = phrase::put(&editor, &written(PhraseStep::Note, None, "x", "{nobody}"));
        assert!(matches!(unknown, Err(AppError::Refused(Refusal::UnknownVariable(_)))));
        phrase::remove(&editor, kept[0].id).unwrap();
        assert_eq!(phrase::list(&editor).unwrap().len(), 2);
    });
}

#[test]
fn neighbours_of_the_same_kind_are_exactly_those_that_are_near_and_alike() {
    let world = World::sqlite();
    let at = |lng: f64, lat: f64, text: &str| {
        let place = Place {
            words: "测试路".into(),
            division: Some("430203001".into()),
            point: Point::from_degrees(lng, lat),
        };
        let said = register::Intake { place, text: text.into(), ..intake() };
        register::by_resident(&world.app, &said).unwrap().number
    };
    let lamp = "路灯一盏都不亮，晚上看不见。";
    let here = at(113.1400, 27.8300, lamp);
    let near = at(113.1410, 27.8300, lamp);
    let far = at(113.2000, 27.8300, lamp);
    let other = at(113.1402, 27.8301, "自来水停了两天，没有水用。");
    let shown = show::show(&world.ctx("leader", "hotline"), &here).unwrap();
    let numbers = |rows: &[(duban_app::CaseRow, i64)]| {
        rows.iter().map(|(row, _)| row.number.clone()).collect::<Vec<_>>()
    };
    assert_eq!(numbers(&shown.trip), std::slice::from_ref(&near));
    let around = numbers(&shown.near);
    assert!(around.contains(&near) && around.contains(&other) && !around.contains(&far));
}
