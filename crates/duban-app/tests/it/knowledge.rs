//! The knowledge base: found as one types, only while it holds, and in the version that was read out.

use duban_app::{
    KnowledgeList, KnowledgeUse,
    case::register::{self, Intake},
    knowledge::{edit, find},
};
use duban_domain::{
    KnowledgeId, Refusal,
    case::{Ending, Stage, Wish},
    knowledge::{Flaw, Item, ItemKind, Source, Standing, Verdict},
    lang::Words,
};
use duban_testkit::world::{World, both};
use jiff::civil::date;

use crate::life::{case, intake};

fn item(question: &str, unit: &str) -> Item {
    Item {
        kind: ItemKind::Answer,
        verdict: None,
        question: Words { zh: question.into(), en: String::new() },
        variants: vec!["路灯坏了打哪个电话".into()],
        answer: Words { zh: "打 12345，两小时内有人去看。".into(), en: String::new() },
        basis: "测试文件 1 号".into(),
        unit: unit.into(),
        from: None,
        until: None,
        review: None,
        public: true,
    }
}

fn put(world: &World, item: Item) -> KnowledgeId {
    edit::put(&world.ctx("knowledge", "hotline"), &edit::Written { id: None, seen: 0, item }).unwrap()
}

fn at_desk(world: &World, said: &str) -> Vec<String> {
    let found = find::at_desk(&world.ctx("operator", "hotline"), said, 3).unwrap();
    found.into_iter().map(|found| found.row.item.question.zh).collect()
}

fn for_residents(world: &World, said: &str) -> usize {
    find::for_resident(&world.app, said, 3).unwrap().len()
}

fn refused<T: std::fmt::Debug>(result: Result<T, duban_app::AppError>) -> Refusal {
    match result.unwrap_err() {
        duban_app::AppError::Refused(refusal) => refusal,
        other => panic!("{other}"),
    }
}

#[test]
fn an_item_is_offered_as_one_types_and_only_while_it_holds() {
    both(|world| {
        let asked = "你好，我想问一下我们小区路灯坏了要打哪个电话啊";
        let id = put(world, item("路灯不亮找谁", "urban"));
        assert_eq!(at_desk(world, asked), ["路灯不亮找谁"]);
        assert_eq!(for_residents(world, asked), 1);
        assert!(at_desk(world, "押金怎么退").is_empty() && at_desk(world, "").is_empty());
        // World begins on 5 January 2026.
        let ended = Item { until: Some(date(2026, 1, 4)), ..item("路灯不亮找谁", "urban") };
        let later = Item { from: Some(date(2026, 1, 6)), ..item("路灯不亮找谁", "urban") };
        let due =
            Item { review: Some(date(2026, 1, 5)), public: false, ..item("路灯不亮找谁", "urban") };
        let keeper = world.ctx("knowledge", "hotline");
        for (seen, next, desk, residents) in [(1, ended, 0, 0), (2, later, 0, 0), (3, due, 1, 0)] {
            edit::put(&keeper, &edit::Written { id: Some(id), seen, item: next }).unwrap();
            assert_eq!((at_desk(world, asked).len(), for_residents(world, asked)), (desk, residents));
        }
        let listed = edit::list(&keeper, KnowledgeList::Due).unwrap();
        assert_eq!(listed.rows.len(), 1);
        assert_eq!(listed.rows[0].item.standing(listed.today, false), Standing::Due);
        edit::retire(&keeper, id, 4).unwrap();
        assert!(at_desk(world, asked).is_empty());
        let shown = edit::one(&keeper, id).unwrap();
        let versions: Vec<(i64, bool)> = shown.versions.iter().map(|v| (v.version, v.retired)).collect();
        assert_eq!(versions, [(5, true), (4, false), (3, false), (2, false), (1, false)]);
        assert_eq!(refused(find::public(&world.app, id)), Refusal::NotFound);
    });
}

#[test]
fn a_request_is_closed_with_an_item_in_the_version_that_was_read_out() {
    both(|world| {
        let id = put(world, item("路灯不亮找谁", "urban"));
        let operator = world.ctx("operator", "hotline");
        let said = |version| Intake {
            wish: Wish {
                direct: Some("打 12345。".into()),
                source: Some(Source::Knowledge { item: id, version, question: String::new() }),
                ..Wish::default()
            },
            ..intake()
        };
        let done = register::by_staff(&operator, &said(1)).unwrap();
        let closed = case(world, &done.number);
        assert!(matches!(closed.stage, Stage::Closed { ending: Ending::Direct, .. }));
        let shown = duban_app::case::show::show(&world.ctx("leader", "hotline"), &done.number).unwrap();
        let source = shown.history.iter().flatten().find_map(|event| match &event.what {
            duban_domain::case::What::Answered { source, .. } => source.clone(),
            _ => None,
        });
        let question = "路灯不亮找谁".to_owned();
        assert_eq!(source, Some(Source::Knowledge { item: id, version: 1, question }));
        let keeper = world.ctx("knowledge", "hotline");
        assert_eq!(edit::one(&keeper, id).unwrap().used, [1, 0, 0]);
        // Somebody rewrites it while an operator reads: what is read out is not what holds.
        let next = Item {
            answer: Words { zh: "打 12345，一小时。".into(), en: String::new() },
            ..item("路灯不亮找谁", "urban")
        };
        edit::put(&keeper, &edit::Written { id: Some(id), seen: 1, item: next.clone() }).unwrap();
        assert_eq!(refused(register::by_staff(&operator, &said(1))), Refusal::Knowledge(Flaw::Changed));
        let again =
            edit::put(&keeper, &edit::Written { id: Some(id), seen: 1, item: item("另一句", "urban") });
        assert_eq!(refused(again), Refusal::Knowledge(Flaw::Newer));
        // A resident who reads it need not file, and is only counted.
        find::helped(&world.app, id, true).unwrap();
        find::helped(&world.app, id, true).unwrap();
        find::helped(&world.app, id, false).unwrap();
        let shown = edit::one(&keeper, id).unwrap();
        assert_eq!((shown.used, shown.versions.len()), ([1, 2, 1], 2));
        let counted =
            world.app.store.read(|tx| tx.knowledge_used(id, KnowledgeUse::Closed, date(2026, 1, 6)));
        assert_eq!(counted.unwrap(), 0, "before that day");
    });
}

#[test]
fn a_unit_looks_after_its_own_items_and_rumours_have_a_verdict() {
    both(|world| {
        let (own, other) = (world.ctx("knowledge", "urban"), world.ctx("knowledge", "power"));
        let written = |unit: &str, id| edit::Written { id, seen: 0, item: item("路灯不亮找谁", unit) };
        let id = edit::put(&own, &written("urban", None)).unwrap();
        assert_eq!(refused(edit::put(&other, &written("urban", None))), Refusal::NotFound);
        assert_eq!(refused(edit::put(&other, &written("power", Some(id)))), Refusal::NotFound);
        assert_eq!(refused(edit::one(&other, id)), Refusal::NotFound);
        assert_eq!(refused(edit::retire(&other, id, 1)), Refusal::NotFound);
        assert!(edit::list(&other, KnowledgeList::Kept).unwrap().rows.is_empty());
        assert_eq!(edit::list(&own, KnowledgeList::Kept).unwrap().rows.len(), 1);
        assert!(matches!(
            refused(edit::list(&world.ctx("handler", "urban"), KnowledgeList::Kept)),
            Refusal::MayNot(_)
        ));
        let rumour =
            Item {
                kind: ItemKind::Rumour, verdict: Some(Verdict::False), ..item("听说要停水七天", "urban")
            };
        let told = put(world, rumour);
        let rows = find::rumours(&world.app).unwrap();
        assert_eq!(rows.iter().map(|row| row.id).collect::<Vec<_>>(), [told]);
        assert!(find::search(&world.app, "停水").unwrap().iter().any(|row| row.id == told));
        assert_eq!(find::search(&world.app, "").unwrap().len(), 2);
    });
}

#[test]
fn items_of_the_pack_are_taken_in_once() {
    both(|world| {
        let keeper = world.ctx("knowledge", "hotline");
        let all = world.city().knowledge.len();
        assert!(all > 0);
        assert_eq!(edit::list(&keeper, KnowledgeList::Kept).unwrap().waiting, all);
        assert_eq!(edit::take_in(&keeper).unwrap(), all);
        assert_eq!(edit::take_in(&keeper).unwrap(), 0);
        assert_eq!(edit::list(&keeper, KnowledgeList::Kept).unwrap().waiting, 0);
        assert_eq!(at_desk(world, "我妈在外地住院，医保能报销吗"), ["异地就医怎么备案"]);
    });
}
