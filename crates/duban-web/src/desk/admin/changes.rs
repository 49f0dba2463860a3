//! 变更记录: for the audit administrator. It can be read and not changed.

use askama::Template;
use axum::extract::Path;
use duban_app::{
    AdminChange,
    administration::{OF_ACCOUNT, OF_HOOK, OF_KEY, OF_MODEL, OF_MOVE, OF_OBJECTS, OF_PACK, record},
    retention::OF_TERM,
};
use duban_domain::{Refusal, city::AccessRules};

use super::{DifferenceShown, differing};
use crate::frame::{Desk, Fields, PageResult, Shell, WebError, When, html};

#[derive(Template)]
#[template(path = "admin/changes.html")]
pub(super) struct ChangesPage {
    s: Shell,
    kind: String,
    rows: Vec<RowShown>,
    /// Where the page before this one, in time, begins.
    older: Option<i64>,
}

struct RowShown {
    id: i64,
    when: When,
    who: String,
    kind: String,
    subject: String,
    note: String,
    version: i64,
}

#[derive(Template)]
#[template(path = "admin/change.html")]
pub(super) struct ChangePage {
    s: Shell,
    row: RowShown,
    differences: Vec<DifferenceShown>,
}

/// The newest changes.
pub(crate) async fn page(desk: Desk) -> PageResult {
    let asked = Fields::of_query(desk.visit.uri.query().unwrap_or(""));
    let kind = asked
        .opt("kind")
        .filter(|kind| {
            [OF_PACK, OF_ACCOUNT, OF_MOVE, OF_OBJECTS, OF_KEY, OF_HOOK, OF_TERM, OF_MODEL].contains(kind)
        })
        .map(str::to_owned);
    let before = asked.opt("before").and_then(|id| id.parse().ok());
    let wanted = kind.clone();
    let (found, more) = desk.run(move |ctx| record::page(ctx, wanted.as_deref(), before)).await?;
    let s = desk.shell();
    let older = found.last().filter(|_| more).map(|last| last.id);
    let rows = found.iter().map(|change| row(&s, change)).collect();
    Ok(html(&ChangesPage { kind: kind.unwrap_or_default(), rows, older, s }))
}

/// One change with before and after.
pub(crate) async fn one(desk: Desk, Path(id): Path<String>) -> PageResult {
    let id: i64 = id.parse().map_err(|_| WebError::from(Refusal::NotFound))?;
    let (change, differences) = desk.run(move |ctx| record::one(ctx, id)).await?;
    let s = desk.shell();
    Ok(html(&ChangePage { row: row(&s, &change), differences: differing(&differences, s.lang), s }))
}

fn row(s: &Shell, change: &AdminChange) -> RowShown {
    let kind = match change.kind.as_str() {
        OF_PACK => s.t("城市设置", "Settings"),
        OF_ACCOUNT => s.t("账号", "Account"),
        OF_MOVE => s.t("整体移交", "Move of cases"),
        OF_OBJECTS => s.t("设施导入", "Objects taken in"),
        OF_KEY => s.t("服务密钥", "Service key"),
        OF_TERM => s.t("保存期限", "Terms of keeping"),
        OF_HOOK => s.t("推送", "Webhook"),
        OF_MODEL => s.t("分流模型", "Learned model"),
        _ => s.t("其他", "Other"),
    };
    let kind = match change.subject.as_str() {
        "roles.toml" => s.t("角色", "Roles"),
        AccessRules::FILE => s.t("登录规则", "Rules of access"),
        _ => kind,
    };
    let note = match change.note.as_str() {
        "password-link" => s.t("给了设密码的链接", "made a link for setting a password").to_owned(),
        "password-set" => s.t("本人设了密码", "its owner set a password").to_owned(),
        "held" => s.t("设了法定留存", "held back").to_owned(),
        "released" => s.t("解除了法定留存", "released").to_owned(),
        "stopped" => s.t("停下", "stopped").to_owned(),
        "went-on" => s.t("接着转", "went on").to_owned(),
        "sessions-ended" => s.t("结束了各处的登录", "ended all sessions").to_owned(),
        "sign-on" => s.t("改了统一登录里的名字", "changed the name at the city’s sign-on").to_owned(),
        "second-factor-reset" => s.t("取消了动态码", "reset the second factor").to_owned(),
        "import" => s.t("导入", "import").to_owned(),
        "file" => s.t("改整个文件", "the file as text").to_owned(),
        "" if change.after.is_empty() => s.t("收回", "ended").to_owned(),
        "" if change.before.is_empty() => s.t("新增", "new").to_owned(),
        "" => s.t("改了", "changed").to_owned(),
        other => other.to_owned(),
    };
    RowShown {
        id: change.id,
        when: s.when(&change.at),
        who: change.by_name.clone(),
        kind: kind.to_owned(),
        subject: change.subject.clone(),
        note,
        version: change.version,
    }
}
