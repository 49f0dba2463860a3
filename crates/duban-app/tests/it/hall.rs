//! The hall: from the card to the money on the account, and every way it does not go.

use std::collections::BTreeMap;

use duban_app::{
    AppError, Ctx,
    hall::{self, Filled, Imported, Mending, Submission},
};
use duban_domain::{
    Refusal,
    ledger::Fen,
    service::{
        Answers, HallRefusal,
        application::{Stage, Step},
    },
};
use duban_testkit::world::{World, both};

use crate::life::DAY;

const SERVICE: &str = "bicycle-deposit";
/// Invented holders; the identity numbers are the published examples.
const CARDS: &str = "card,name,id,unit,deposit,balance,issued,how,print
0218 4471,路测试,11010519491231002X,,200,13.50,2013-04-18,personal,other
0218-4472,颜测试,440524188001010014,测试机械厂,150.00,0,2012-06-01,单位集中办的,bike
90000001,贺测试,,,100,0,2019-01-01,online,
0218 4473,路测试,11010519491231002X,,5,0,2014-01-01,personal,other
";
const ACCOUNT: &str = "6228 4804 0256 4890 018";

fn import(world: &World) -> Imported {
    hall::import(&world.app, SERVICE, CARDS.as_bytes()).unwrap()
}

fn clerk(world: &World) -> Ctx {
    world.ctx("clerk", "hotline")
}

fn reviewer(world: &World) -> Ctx {
    world.ctx("hall-reviewer", "hotline")
}

fn cashier(world: &World) -> Ctx {
    world.ctx("cashier", "hotline")
}

fn pairs(list: &[(&str, &str)]) -> BTreeMap<String, String> {
    list.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

fn fields(name: &str, id: &str) -> Filled {
    pairs(&[("name", name), ("id", id), ("account", ACCOUNT), ("account-name", name)])
}

/// 路测试 lost the card: 200 + 13.50 − 10.
fn lost() -> Submission {
    Submission {
        service: SERVICE.into(),
        card: "02184471".into(),
        answers: pairs(&[("card", "lost")]),
        papers: ["id", "bank"].map(str::to_owned).to_vec(),
        fields: fields("路测试", "11010519491231002X"),
        shown: Fen(20_350),
        signed: true,
    }
}

fn refused<T>(result: Result<T, AppError>) -> HallRefusal {
    match result {
        Err(AppError::Refused(Refusal::Hall(refusal))) => refusal,
        Err(other) => panic!("{other:?}"),
        Ok(_) => panic!("it was not refused"),
    }
}

fn stage(world: &World, number: &str) -> Stage {
    hall::look(&clerk(world), number).unwrap().row.stage
}

/// Everything agrees, and is what is said here: at the bank, owed, fees, reserved.
fn books(world: &World, bank: i64, owed: i64, fees: i64, reserved: i64) {
    let books = hall::books(&cashier(world)).unwrap();
    assert_eq!(books.differences, []);
    let trial = books.trial;
    assert_eq!((trial.bank.0, trial.owed.0, trial.fees.0, trial.reserved.0), (bank, owed, fees, reserved));
}

fn csv(world: &World, batch: &str, lines: &str) -> Result<hall::Read, AppError> {
    let text = format!("业务编号,状态,失败原因,金额\n{lines}");
    hall::answer(&cashier(world), batch, text.as_bytes())
}

/// Agrees to it as it stands.
fn approve(ctx: &Ctx, number: &str) -> Result<(), AppError> {
    let seen = ctx
        .app
        .store
        .read(|tx| Ok::<_, AppError>(tx.hall_application(number)?.map_or(0, |row| row.version)))?;
    hall::approve(ctx, number, seen)
}

#[test]
fn a_lost_card_goes_out_comes_back_from_the_bank_is_mended_and_paid_once() {
    both(|world| {
        import(world);
        books(world, 46_850, 46_850, 0, 0);
        let number = hall::submit(&clerk(world), &lost()).unwrap();
        assert_eq!(number, "H20260105-0001");
        approve(&reviewer(world), &number).unwrap();
        books(world, 46_850, 46_850, 0, 20_350);
        let batch = hall::make_batch(&cashier(world), SERVICE).unwrap();
        let order = hall::order(&cashier(world), &batch).unwrap();
        assert!(order.contains("<Nm>路测试</Nm>") && order.contains("<Id>6228480402564890018</Id>"));
        assert!(order.contains("<CtrlSum>203.50</CtrlSum>"));
        assert_eq!(stage(world, &number), Stage::AtBank);
        let read = csv(world, &batch, &format!("{number}-1,失败,户名不符,203.50\n")).unwrap();
        assert_eq!((read.paid, read.failed), (0, 1));
        assert_eq!(stage(world, &number), Stage::Failed);
        books(world, 46_850, 46_850, 0, 0);
        // The same answer again changes nothing; another one is not believed.
        assert_eq!(csv(world, &batch, &format!("{number}-1,失败,户名不符,\n")).unwrap().known, 1);
        let other = refused(csv(world, &batch, &format!("{number}-1,成功,,\n")));
        assert!(matches!(other, HallRefusal::BankAnswer(_)));
        let other_card = "6228480402564890026";
        let mending = Mending { fields: pairs(&[("account", other_card)]), papers: Vec::new(), signed: true };
        hall::mend(&clerk(world), &number, &mending).unwrap();
        approve(&reviewer(world), &number).unwrap();
        let second = hall::make_batch(&cashier(world), SERVICE).unwrap();
        assert!(hall::order(&cashier(world), &second).unwrap().contains(other_card));
        let pain = format!(
            "<Document><CstmrPmtStsRpt><OrgnlGrpInfAndSts><OrgnlMsgId>{second}</OrgnlMsgId></OrgnlGrpInfAndSts>\
             <OrgnlPmtInfAndSts><TxInfAndSts><OrgnlEndToEndId>{number}-2</OrgnlEndToEndId><TxSts>ACSC</TxSts>\
             </TxInfAndSts></OrgnlPmtInfAndSts></CstmrPmtStsRpt></Document>"
        );
        assert_eq!(hall::answer(&cashier(world), &second, pain.as_bytes()).unwrap().paid, 1);
        assert_eq!(stage(world, &number), Stage::Paid);
        // Of 213.50 the person got 203.50 and the fee is earned; nothing is owed on that card any more.
        books(world, 46_850 - 20_350, 46_850 - 21_350, 1_000, 0);
        assert_eq!(
            refused(hall::submit(&clerk(world), &lost())),
            HallRefusal::CardUsed,
            "one paid refund a card, ever"
        );
        assert_eq!(
            refused(hall::withdraw(&clerk(world), &number, "不退了")),
            HallRefusal::Elsewhere(Stage::Paid)
        );
        let steps: Vec<Step> =
            hall::look(&clerk(world), &number).unwrap().steps.iter().map(|s| s.step).collect();
        use Step::{Approve, Bounce, Send, Settle, Submit};
        assert_eq!(steps, [Submit, Approve, Send, Bounce, Submit, Approve, Send, Settle]);
    });
}

#[test]
fn what_is_not_right_is_refused_with_its_own_name_and_nothing_is_recorded() {
    both(|world| {
        import(world);
        let no = |sent: &Submission| refused(hall::submit(&clerk(world), sent));
        assert_eq!(no(&Submission { card: "999".into(), ..lost() }), HallRefusal::NoCard);
        assert_eq!(no(&Submission { answers: Answers::new(), ..lost() }), HallRefusal::Unjudged);
        let unit = pairs(&[("card", "lost"), ("how", "unit")]);
        assert_eq!(no(&Submission { answers: unit, ..lost() }), HallRefusal::NotAsRegistered);
        let online = Submission { card: "90000001".into(), answers: Answers::new(), ..lost() };
        assert_eq!(no(&online), HallRefusal::NotHere, "sent home without a number");
        assert!(matches!(
            no(&Submission { papers: vec!["id".into()], ..lost() }),
            HallRefusal::PaperMissing(_)
        ));
        let bad = |name: &str, id: &str| no(&Submission { fields: fields(name, id), ..lost() });
        assert!(
            matches!(bad("路测试", "110105194912310020"), HallRefusal::BadField { key, .. } if key == "id")
        );
        assert_eq!(bad("路测试", "440524188001010014"), HallRefusal::OtherHolder);
        let mut other = fields("路测试", "11010519491231002X");
        other.insert("account-name".into(), "颜测试".into());
        assert_eq!(no(&Submission { fields: other, ..lost() }), HallRefusal::OtherName);
        assert_eq!(no(&Submission { shown: Fen(21_350), ..lost() }), HallRefusal::OtherSum);
        assert_eq!(no(&Submission { signed: false, ..lost() }), HallRefusal::Unsigned);
        let small = Submission { card: "02184473".into(), shown: Fen(0), ..lost() };
        assert_eq!(no(&small), HallRefusal::NothingToPay, "a fee is never more than what is held");
        assert_eq!(hall::desk(&clerk(world)).unwrap().today, 0);
        books(world, 46_850, 46_850, 0, 0);
    });
}

/// 自行车卡 of an employer: without the slip it is not taken.
#[test]
fn a_bicycle_card_needs_its_slip_and_a_holder_is_found_by_the_identity_number() {
    both(|world| {
        import(world);
        let found = hall::find(&clerk(world), SERVICE, "11010519491231002x").unwrap();
        assert_eq!(
            found.iter().map(|card| card.number.as_str()).collect::<Vec<_>>(),
            ["02184471", "02184473"]
        );
        let mut sent = Submission {
            card: "02184472".into(),
            answers: pairs(&[("card", "here")]),
            papers: ["id", "bank", "card"].map(str::to_owned).to_vec(),
            fields: fields("颜测试", "440524188001010014"),
            shown: Fen(15_000),
            ..lost()
        };
        let refusal = refused(hall::submit(&clerk(world), &sent));
        assert_eq!(refusal, HallRefusal::PaperMissing("《株洲市卡押金回单》".into()));
        sent.papers.push("slip".into());
        assert!(
            matches!(refused(hall::submit(&clerk(world), &sent)), HallRefusal::BadField { key, .. } if key == "slip")
        );
        sent.fields.insert("slip".into(), "回单 0001".into());
        let number = hall::submit(&clerk(world), &sent).unwrap();
        assert_eq!(hall::submit(&clerk(world), &sent).unwrap(), number, "the same form twice counts once");
        assert_eq!(hall::desk(&clerk(world)).unwrap().today, 1);
        assert_eq!(
            hall::kind_of(&world.app, SERVICE, "0218 4472").unwrap(),
            pairs(&[("how", "unit"), ("print", "bike")])
        );
    });
}

#[test]
fn whoever_took_it_down_does_not_review_it_and_what_is_withdrawn_is_free_again() {
    both(|world| {
        import(world);
        let number = hall::submit(&clerk(world), &lost()).unwrap();
        let mut both_roles = clerk(world);
        both_roles.who.actions.push(duban_domain::policy::Action::HallReview);
        assert_eq!(refused(approve(&both_roles, &number)), HallRefusal::OwnApplication);
        assert!(matches!(approve(&clerk(world), &number), Err(AppError::Refused(Refusal::MayNot(_)))));
        assert!(matches!(
            hall::make_batch(&reviewer(world), SERVICE),
            Err(AppError::Refused(Refusal::MayNot(_)))
        ));
        hall::send_back(&reviewer(world), &number, "户名看不清").unwrap();
        assert_eq!(stage(world, &number), Stage::Returned);
        let again = Mending { signed: true, ..Mending::default() };
        hall::mend(&clerk(world), &number, &again).unwrap();
        let unseen = hall::approve(&reviewer(world), &number, 1);
        assert!(
            matches!(unseen, Err(AppError::Refused(Refusal::Stale))),
            "a page opened before it was mended"
        );
        approve(&reviewer(world), &number).unwrap();
        books(world, 46_850, 46_850, 0, 20_350);
        hall::withdraw(&clerk(world), &number, "本人改主意").unwrap();
        books(world, 46_850, 46_850, 0, 0);
        assert_eq!(refused(hall::make_batch(&cashier(world), SERVICE)), HallRefusal::NothingWaits);
        assert_eq!(
            hall::submit(&clerk(world), &lost()).unwrap(),
            "H20260105-0002",
            "it may be asked for anew"
        );
    });
}

#[test]
fn an_answer_that_does_not_fit_in_one_line_counts_for_none() {
    both(|world| {
        import(world);
        let number = hall::submit(&clerk(world), &lost()).unwrap();
        approve(&reviewer(world), &number).unwrap();
        let batch = hall::make_batch(&cashier(world), SERVICE).unwrap();
        for wrong in [
            format!("{number}-1,成功,,203.50\nH19990101-0001-1,成功,,1.00\n"),
            format!("{number}-1,成功,,203.49\n"),
            format!("{number}-1,好了,,\n"),
        ] {
            assert!(matches!(refused(csv(world, &batch, &wrong)), HallRefusal::BankAnswer(_)), "{wrong}");
        }
        assert_eq!(stage(world, &number), Stage::AtBank);
        let open = csv(world, &batch, &format!("{number}-1,处理中,,\n")).unwrap();
        assert_eq!((open.open, stage(world, &number)), (1, Stage::AtBank));
        assert_eq!(csv(world, &batch, &format!("{number}-1,成功,,203.50\n")).unwrap().paid, 1);
        books(world, 46_850 - 20_350, 46_850 - 21_350, 1_000, 0);
    });
}

#[test]
fn the_day_is_closed_against_the_bank_and_what_follows_is_booked_on_the_next() {
    both(|world| {
        import(world);
        let number = hall::submit(&clerk(world), &lost()).unwrap();
        let close =
            |day: &str, statement: &str, words: &str| hall::close(&cashier(world), day, statement, words);
        assert_eq!(refused(close("2026-01-06", "468.50", "")), HallRefusal::NotYet);
        assert_eq!(refused(close("2026-01-05", "468.40", "")), HallRefusal::Differs);
        close("2026-01-05", "468.50", "").unwrap();
        assert_eq!(refused(close("2026-01-05", "468.50", "")), HallRefusal::NotYet);
        approve(&reviewer(world), &number).unwrap();
        let seen = hall::books(&cashier(world)).unwrap();
        assert!(
            seen.today.iter().all(|line| line.0.key() == "post"),
            "nothing more on a closed day: {:?}",
            seen.today
        );
        assert_eq!(
            (seen.closes.len(), seen.closes[0].trial.bank, seen.trial.reserved),
            (1, Fen(46_850), Fen(20_350))
        );
        world.clock.pass_ms(DAY);
        let tomorrow = hall::books(&cashier(world)).unwrap().today;
        assert!(tomorrow.iter().any(|line| line.0.key() == "reserve"));
    });
}

#[test]
fn the_hall_works_on_a_working_day_of_the_calendar_and_says_that_there_is_no_hurry() {
    both(|world| {
        import(world);
        let zone = &world.city().zone;
        let at = |day: &str| duban_domain::Stamp::start_of(day.parse().unwrap(), zone).plus_ms(DAY / 2);
        world.clock.set(at("2026-01-03"));
        let refusal = refused(hall::submit(&clerk(world), &lost()));
        assert_eq!(refusal, HallRefusal::NoWorkingDay);
        assert!(refusal.sentence(duban_domain::Lang::Zh).contains("没有截止日期"));
        world.clock.set(at("2026-01-04"));
        assert_eq!(
            hall::submit(&clerk(world), &lost()).unwrap(),
            "H20260104-0001",
            "a Sunday that is worked"
        );
    });
}

#[test]
fn a_file_is_taken_whole_or_not_at_all_and_again_without_harm() {
    both(|world| {
        let import = |text: &str| hall::import(&world.app, SERVICE, text.as_bytes());
        let line =
            |text: &str| match refused(import(&format!("card,name,deposit,id,how\n1,甲,1,,\n{text}\n"))) {
                HallRefusal::Line { line, .. } => line,
                other => panic!("{other:?}"),
            };
        for wrong in ["2,乙,-1,,", "2,乙,1.005,,", "2,,1,,", "2,乙,1,123,", "2,乙,1,,bus", "2,乙"] {
            assert_eq!(line(wrong), 3, "{wrong}");
        }
        assert!(matches!(refused(import("number,name,deposit\n")), HallRefusal::Line { line: 1, .. }));
        books(world, 0, 0, 0, 0);
        let first = super::hall::import(world);
        assert_eq!(first, Imported { total: 4, new: 4, held: Fen(46_850) });
        assert_eq!(super::hall::import(world), Imported { total: 4, ..Imported::default() });
        books(world, 46_850, 46_850, 0, 0);
    });
}

#[test]
fn a_service_without_money_ends_when_a_colleague_has_read_it() {
    both(|world| {
        let sent = |code: &str| Submission {
            service: "lost-certificate".into(),
            answers: pairs(&[("whose", "unit"), ("who", "head")]),
            papers: ["id", "text"].map(str::to_owned).to_vec(),
            fields: pairs(&[
                ("holder", "测试工会委员会"),
                ("credit-code", code),
                ("certificate", "工会法人资格证书"),
                ("words", "声明作废"),
            ]),
            signed: true,
            ..Submission::default()
        };
        let wrong = refused(hall::submit(&clerk(world), &sent("81430204MC79043726")));
        assert!(matches!(wrong, HallRefusal::BadField { key, .. } if key == "credit-code"));
        let number = hall::submit(&clerk(world), &sent("81430204MC79043725")).unwrap();
        approve(&reviewer(world), &number).unwrap();
        assert_eq!(stage(world, &number), Stage::Done);
        books(world, 0, 0, 0, 0);
    });
}

#[test]
fn the_receipt_leads_its_owner_to_how_far_it_is_and_nobody_else() {
    both(|world| {
        import(world);
        let number = hall::submit(&clerk(world), &lost()).unwrap();
        let receipt = hall::receipt(&clerk(world), &number).unwrap();
        assert_eq!((receipt.account.as_str(), receipt.sum.payable()), ("6228 **** **** 0018", Fen(20_350)));
        let token = receipt.address.rsplit('/').next().unwrap();
        let (row, steps) = hall::shown_to_public(&world.app, &number, token).unwrap();
        assert_eq!((row.stage, steps.len()), (Stage::Review, 2), "taken down, printed");
        for wrong in ["", "0", &token[1..], &token.to_uppercase().replace(char::is_numeric, "0")] {
            assert!(hall::shown_to_public(&world.app, &number, wrong).is_err());
        }
        let look = hall::look(&reviewer(world), &number).unwrap();
        let shown: Vec<&str> = look.fields.iter().map(|field| field.1.as_str()).collect();
        assert_eq!(shown, ["6228 **** **** 0018", "路测试", "110105********002X", "路测试"]);
    });
}

#[test]
fn what_names_somebody_at_the_hall_is_sealed_in_every_table() {
    let world = World::sqlite();
    import(&world);
    let number = hall::submit(&clerk(&world), &lost()).unwrap();
    approve(&reviewer(&world), &number).unwrap();
    hall::make_batch(&cashier(&world), SERVICE).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("copy.db");
    world.app.store.backup_to(&copy).unwrap();
    let bytes = std::fs::read(copy).unwrap();
    for secret in ["路测试", "11010519491231002X", "6228480402564890018", "02184471"] {
        assert!(!bytes.windows(secret.len()).any(|window| window == secret.as_bytes()), "{secret}");
    }
    // The test itself can find what is not sealed.
    assert!(bytes.windows(number.len()).any(|window| window == number.as_bytes()));
}
