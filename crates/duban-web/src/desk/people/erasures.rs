//! 删除个人信息: the ledger, asking, a look at exactly what will go, and the decision.

use askama::Template;
use axum::extract::Path;
use duban_app::{
    AppError, ErasureRow,
    erasure::{self, Asking, Change, Decision, Target},
};
use duban_domain::{
    ErasureId, Lang, Refusal,
    case::ActorKind,
    erasure::{Counts, ErasureGround, ErasureState, IdentityCheck},
    policy::{Action, Guard},
};

use crate::frame::{Desk, Fields, PageResult, Shell, WebError, When, html, html_again, see_other};

#[derive(Template)]
#[template(path = "people/erasures.html")]
pub(super) struct LedgerPage {
    s: Shell,
    rows: Vec<RowShown>,
    older: Option<i64>,
    /// Whether this member asks.
    asks: bool,
    grounds: Choices,
    checks: Choices,
    number: String,
    whole: bool,
    words: String,
    wrong: String,
}

/// What stands in a list to choose from: key, word, whether it is chosen.
type Choices = Vec<(&'static str, &'static str, bool)>;

struct RowShown {
    id: i64,
    number: String,
    what: &'static str,
    ground: &'static str,
    check: Option<&'static str>,
    words: String,
    asked_by: String,
    asked: When,
    state: &'static str,
    class: &'static str,
    decided_by: String,
    decided: Option<When>,
    decided_words: String,
    ended: Option<When>,
    done: i64,
    of: usize,
    counts: Vec<(&'static str, u64)>,
}

#[derive(Template)]
#[template(path = "people/erasure.html")]
pub(super) struct ErasurePage {
    s: Shell,
    row: RowShown,
    /// Whether this member decides, and it waits for that.
    decides: bool,
    stopped: bool,
    /// How it can be made sure that the person asks, where that is not known well enough.
    checks: Choices,
    targets: Vec<TargetShown>,
    more: usize,
    counts: Vec<(&'static str, u64)>,
    words: String,
    wrong: String,
}

struct TargetShown {
    number: String,
    title: String,
    open: bool,
    held: bool,
    files: usize,
    changes: Vec<Change>,
}

/// The ledger.
pub(crate) async fn page(desk: Desk) -> PageResult {
    let asked = Fields::of_query(desk.visit.uri.query().unwrap_or(""));
    Ok(html(&ledger(&desk, &asked, String::new()).await?))
}

/// Asks.
pub(crate) async fn ask(desk: Desk, fields: Fields) -> PageResult {
    let asking = match asking(&fields) {
        Ok(asking) => asking,
        Err(refusal) => return again(&desk, &fields, refusal.into()).await,
    };
    match desk.run(move |ctx| erasure::ask(ctx, &asking)).await {
        Ok(id) => Ok(see_other(&format!("/desk/erasures/{}", id.0))),
        Err(error) => again(&desk, &fields, error).await,
    }
}

async fn again(desk: &Desk, fields: &Fields, error: WebError) -> PageResult {
    let wrong = sentence(desk.visit.lang, error)?;
    Ok(html_again(&ledger(desk, fields, wrong).await?))
}

/// What a form asks for.
pub(crate) fn asking(fields: &Fields) -> Result<Asking, Refusal> {
    let ground = ErasureGround::from_key(fields.get("ground")).ok_or(Refusal::NeedsText("ground"))?;
    Ok(Asking {
        number: fields.get("number").parse().map_err(|_| Refusal::NotFound)?,
        whole: fields.get("what") != "one",
        ground,
        check: IdentityCheck::from_key(fields.get("check")),
        words: fields.get("words").to_owned(),
    })
}

async fn ledger(desk: &Desk, asked: &Fields, wrong: String) -> Result<LedgerPage, WebError> {
    let before = asked.opt("before").and_then(|id| id.parse().ok()).map(ErasureId);
    let (found, more) = desk.run(move |ctx| erasure::page(ctx, before)).await?;
    let s = desk.shell();
    let chosen = asked.get("ground");
    let ground = |one: &ErasureGround| (one.key(), one.word(s.lang), one.key() == chosen);
    Ok(LedgerPage {
        older: found.last().filter(|_| more).map(|last| last.id.0),
        rows: found.iter().map(|row| shown(&s, row)).collect(),
        asks: desk.who.can(Action::Correct),
        grounds: ErasureGround::ALL.iter().map(ground).collect(),
        checks: checks(s.lang, asked),
        number: asked.get("number").to_owned(),
        whole: asked.get("what") != "one",
        words: asked.get("words").to_owned(),
        wrong,
        s,
    })
}

/// How somebody of the house can have made sure that the person asks.
fn checks(lang: Lang, typed: &Fields) -> Choices {
    let chosen = typed.get("check");
    IdentityCheck::by_staff().map(|one| (one.key(), one.word(lang), one.key() == chosen)).collect()
}

/// One line of it, with what will go while it waits.
pub(crate) async fn one(desk: Desk, Path(id): Path<String>) -> PageResult {
    Ok(html(&view(&desk, &id, &Fields::default(), String::new()).await?))
}

/// Decides.
pub(crate) async fn decide(desk: Desk, Path(id): Path<String>, fields: Fields) -> PageResult {
    let which = number(&id)?;
    let decision = Decision {
        agreed: fields.get("do") == "agree",
        check: IdentityCheck::from_key(fields.get("check")),
        words: fields.get("words").to_owned(),
    };
    match desk.run(move |ctx| erasure::decide(ctx, which, &decision)).await {
        Ok(_) => Ok(see_other(&format!("/desk/erasures/{id}"))),
        Err(error) => {
            let wrong = sentence(desk.visit.lang, error)?;
            Ok(html_again(&view(&desk, &id, &fields, wrong).await?))
        }
    }
}

fn number(id: &str) -> Result<ErasureId, WebError> {
    Ok(ErasureId(id.parse().map_err(|_| WebError::from(Refusal::NotFound))?))
}

async fn view(desk: &Desk, id: &str, typed: &Fields, wrong: String) -> Result<ErasurePage, WebError> {
    let id = number(id)?;
    let look = desk.run(move |ctx| erasure::look(ctx, id)).await?;
    let s = desk.shell();
    let decides = look.row.state == ErasureState::Asked && desk.who.can(Action::Erase);
    let targets: Vec<TargetShown> = look.targets.into_iter().map(|target| told(&s, target)).collect();
    Ok(ErasurePage {
        stopped: targets.iter().any(|target| target.open || target.held),
        more: look.total.saturating_sub(targets.len()),
        counts: counted(&look.counts, s.lang),
        checks: if look.row.ground.is_checked(look.row.check) { Vec::new() } else { checks(s.lang, typed) },
        row: shown(&s, &look.row),
        words: typed.get("words").to_owned(),
        decides,
        targets,
        wrong,
        s,
    })
}

fn told(s: &Shell, target: Target) -> TargetShown {
    let Target { number, title, open, held, files, mut changes } = target;
    for change in &mut changes {
        change.place = place(s.lang, &change.place).to_owned();
    }
    TargetShown { number, title, open, held, files, changes }
}

/// Where a text stands, in a word.
fn place(lang: Lang, place: &str) -> &str {
    match place {
        "request" => lang.t("诉求", "The request"),
        "noted" => lang.t("批注", "A note"),
        "answered" => lang.t("答复", "The answer"),
        "contacted" => lang.t("联系记录", "A contact"),
        "supplemented" => lang.t("补充", "Added material"),
        "heard" => lang.t("评价", "What the person said of it"),
        "shared" | "moderated" => lang.t("公开的话", "What is public"),
        "revealed" => lang.t("查看记录", "A look at the person"),
        "task-given" | "task-reported" => lang.t("子任务", "A task"),
        "dispatched" => lang.t("派单理由", "Why it was dispatched"),
        _ => lang.t("经过", "The history"),
    }
}

fn shown(s: &Shell, row: &ErasureRow) -> RowShown {
    let asked_by = match ActorKind::from_code(row.asked.0) {
        Some(ActorKind::Resident) => s.t("诉求人本人", "the person").to_owned(),
        Some(ActorKind::System) => s.t("恢复备份后重新删除", "after a restore").to_owned(),
        _ => row.asked.2.clone(),
    };
    RowShown {
        id: row.id.0,
        number: row.number.clone(),
        what: if row.whole {
            s.t("这个人的全部资料", "all that is kept of the person")
        } else {
            s.t("只这一件", "this request only")
        },
        ground: row.ground.word(s.lang),
        check: row.check.map(|check| check.word(s.lang)),
        words: row.words.clone(),
        asked_by,
        asked: s.when(&row.asked_at),
        state: row.state.word(s.lang),
        class: match row.state {
            ErasureState::Asked => "tag tag-warn",
            ErasureState::Running => "tag tag-go",
            ErasureState::Done => "tag tag-ok",
            ErasureState::Refused => "tag",
        },
        decided_by: row.decided.as_ref().map(|(_, name)| name.clone()).unwrap_or_default(),
        decided: row.decided_at.as_ref().map(|at| s.when(at)),
        decided_words: row.decided_words.clone(),
        ended: row.ended_at.as_ref().map(|at| s.when(at)),
        done: row.done,
        of: row.targets.len(),
        counts: counted(&row.counts, s.lang),
    }
}

/// What goes or went, by kind; what is none is left out.
fn counted(counts: &Counts, lang: Lang) -> Vec<(&'static str, u64)> {
    let all = [
        (lang.t("诉求", "requests"), counts.requests),
        (lang.t("姓名电话", "names and numbers"), counts.people),
        (lang.t("经过", "entries of histories"), counts.events),
        (lang.t("照片和文件", "photos and files"), counts.files),
        (lang.t("通知", "notices"), counts.notices),
        (lang.t("来信", "mails"), counts.letters),
        (lang.t("通话", "calls"), counts.calls),
        (lang.t("订阅", "watches"), counts.watches),
        (lang.t("其他文字", "other texts"), counts.texts),
    ];
    all.into_iter().filter(|(_, n)| *n > 0).collect()
}

/// The sentence of a refusal that the form can answer to; any other error goes on.
pub(super) fn sentence(lang: Lang, error: WebError) -> Result<String, WebError> {
    let WebError::App(AppError::Refused(refusal)) = &error else { return Err(error) };
    match refusal {
        Refusal::NotFound => Ok(lang
            .t(
                "没有这个编号的工单，或者不归您看。请核对编号。",
                "There is no case of this number within your reach. Check the number.",
            )
            .to_owned()),
        Refusal::NeedsText("ground") => Ok(lang.t("请选一个事由。", "Choose a ground.").to_owned()),
        Refusal::NeedsText(_)
        | Refusal::NoChange
        | Refusal::TooLong { .. }
        | Refusal::Guard(
            Guard::StillOpen(_) | Guard::Held(_) | Guard::OwnAsking | Guard::Decided | Guard::Unchecked,
        ) => Ok(refusal.sentence(lang)),
        _ => Err(error),
    }
}
