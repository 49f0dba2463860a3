//! The demonstration's hall: invented cards, and applications at each step, told on the last working day.

use anyhow::Context;
use duban_app::{
    App,
    hall::{self, Filled, Submission},
};
use duban_domain::{Lang, Stamp, ledger::Fen, service::Answers};

use super::play::Cast;
use crate::clock::Told;

/// The version of an application that was just taken down.
const FRESH: i64 = 1;
const SERVICE: &str = "bicycle-deposit";
/// Holders are invented; the identity numbers are the published examples of the standard.
const CARDS: &str = "card,name,id,unit,deposit,balance,issued,how,print
02184471,测试·路女士,11010519491231002X,,200,13.50,2013-04-18,personal,other
02184472,测试·颜先生,440524188001010014,测试·机械厂,150,0,2012-06-01,unit,bike
02184473,测试·贺先生,,,200,2.00,2014-09-09,personal,other
02184474,测试·施女士,,,200,0,2015-03-12,personal,other
02184475,测试·丁先生,,测试·机械厂,150,7.50,2012-06-01,unit,other
90000001,测试·白女士,,,100,0,2019-01-01,online,
";

/// What is taken down: card, name, whether the card is lost, the sum in fen.
const TAKEN: [(&str, &str, bool, i64); 3] = [
    ("02184473", "测试·贺先生", false, 20_200),
    ("02184474", "测试·施女士", true, 19_000),
    ("02184475", "测试·丁先生", false, 15_750),
];

/// Plays it: one paid, one returned by the bank, one that waits for the reviewer.
pub(super) fn play(app: &App, clock: &Told, now: Stamp, cast: &Cast) -> anyhow::Result<()> {
    let zone = &app.city.zone;
    let mut day = now.date(zone).yesterday()?;
    while !app.city.calendar.works(day) {
        day = day.yesterday()?;
    }
    clock.set(Stamp::start_of(day, zone).plus_ms(10 * 3_600_000));
    hall::import(app, SERVICE, CARDS.as_bytes())?;
    let ctx = |login: &str| {
        let member = cast.get(login).with_context(|| format!("nobody signs in as {login} in the demo"))?;
        Ok::<_, anyhow::Error>(app.ctx(member.clone(), Lang::Zh))
    };
    let mut numbers = Vec::new();
    for (card, name, lost, fen) in TAKEN {
        numbers.push(hall::submit(&ctx("clerk")?, &taken(card, name, lost, fen))?);
    }
    for number in &numbers[..2] {
        hall::approve(&ctx("hall-reviewer")?, number, FRESH)?;
    }
    let batch = hall::make_batch(&ctx("cashier")?, SERVICE)?;
    let said = format!("业务编号,状态,失败原因\n{}-1,成功,\n{}-1,失败,户名不符\n", numbers[0], numbers[1]);
    hall::answer(&ctx("cashier")?, &batch, said.as_bytes())?;
    clock.set(now);
    Ok(())
}

fn taken(card: &str, name: &str, lost: bool, fen: i64) -> Submission {
    let own = |text: &str| text.to_owned();
    let mut papers = vec![own("id"), own("bank")];
    if !lost {
        papers.push(own("card"));
    }
    Submission {
        service: own(SERVICE),
        card: own(card),
        answers: Answers::from([(own("card"), own(if lost { "lost" } else { "here" }))]),
        papers,
        fields: Filled::from([
            (own("name"), own(name)),
            (own("id"), own("11010519491231002X")),
            (own("account"), own("6228480402564890018")),
            (own("account-name"), own(name)),
        ]),
        shown: Fen(fen),
        signed: true,
    }
}
