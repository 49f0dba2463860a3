//! What administrators may not do (管理上的拒绝): raise themselves, or leave nobody who keeps the city.

use super::Action;
use crate::{
    Lang,
    city::{City, ReachRule},
};

/// A "no" of administration (管理上的拒绝).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Guard {
    /// One's own account, or the role that one has oneself, would be able to do more.
    OwnPower,
    /// Nobody would be left who may do this.
    LastOne(Action),
    /// The key or login is given already.
    Taken,
    /// A key stays what it is.
    KeyStays,
    /// Cases of a kind that is hidden from the public would become cases of one that is not.
    Published,
    /// Accounts still have this role or unit.
    StillUsed(usize),
    /// A login is one word.
    BadLogin,
    /// The role is not in the city.
    UnknownRole,
    /// A password is too short.
    ShortPassword {
        /// Fewest characters.
        least: usize,
    },
    /// Too many wrong passwords or codes: nothing more is looked at for a while.
    Barred {
        /// For so many minutes.
        minutes: i64,
    },
    /// The code is wrong, too old, or was used already.
    WrongCode,
    /// The password that holds now is another one.
    WrongPassword,
    /// Who comes in by the city's sign-on has none that could be asked for.
    NoPassword,
    /// The role signs in with a second factor, so it stays.
    SecondStays,
    /// There is a second factor already.
    SecondThere,
    /// A service key may do nothing, or what no key may.
    NoScope,
    /// A key of the sender's own was used for something else before.
    KeyReused,
    /// The city's sign-on gave no answer that could be read.
    SignOnSilent,
    /// What came back from the city's sign-on does not belong to what was asked, is too old, or is not from there.
    SignOnForged,
    /// The city's sign-on knows them, but no account here names them.
    SignOnNobody,
    /// A case of this person is still open: what is known of them is needed there.
    StillOpen(String),
    /// A case of this person is held back from every term and every erasure.
    Held(String),
    /// Whoever asks for an erasure does not decide on it.
    OwnAsking,
    /// It was decided before.
    Decided,
    /// It is not known well enough that whoever asks is the person.
    Unchecked,
    /// An address that a webhook may not have.
    HookAddress,
    /// A webhook that is switched off is told nothing, by hand neither.
    HookOff,
}

impl Guard {
    /// Its name, stable.
    #[must_use]
    pub fn key(&self) -> &'static str {
        match self {
            Self::OwnPower => "own-power",
            Self::LastOne(_) => "last-administrator",
            Self::Taken => "taken",
            Self::KeyStays => "key-stays",
            Self::Published => "would-be-public",
            Self::StillUsed(_) => "still-used",
            Self::BadLogin => "bad-login",
            Self::UnknownRole => "unknown-role",
            Self::ShortPassword { .. } => "short-password",
            Self::Barred { .. } => "barred",
            Self::WrongCode => "wrong-code",
            Self::WrongPassword => "wrong-password",
            Self::NoPassword => "no-password",
            Self::SecondStays => "second-factor-stays",
            Self::SecondThere => "second-factor-there",
            Self::NoScope => "no-scope",
            Self::KeyReused => "idempotency-key-reused",
            Self::SignOnSilent => "sign-on-silent",
            Self::SignOnForged => "sign-on-forged",
            Self::SignOnNobody => "sign-on-nobody",
            Self::StillOpen(_) => "still-open",
            Self::Held(_) => "held-back",
            Self::OwnAsking => "own-asking",
            Self::Decided => "decided-before",
            Self::Unchecked => "identity-unchecked",
            Self::HookAddress => "webhook-address",
            Self::HookOff => "webhook-off",
        }
    }

    /// The form field it is about.
    #[must_use]
    pub fn field(&self) -> Option<&'static str> {
        match self {
            Self::Taken | Self::KeyStays => Some("key"),
            Self::BadLogin => Some("login"),
            Self::UnknownRole => Some("role"),
            Self::ShortPassword { .. } => Some("password"),
            Self::WrongCode => Some("code"),
            Self::WrongPassword | Self::NoPassword => Some("old"),
            Self::NoScope => Some("scopes"),
            Self::KeyReused => Some("Idempotency-Key"),
            Self::HookAddress => Some("url"),
            Self::Published => Some("to"),
            Self::OwnPower
            | Self::LastOne(_)
            | Self::StillUsed(_)
            | Self::Barred { .. }
            | Self::SecondStays
            | Self::SecondThere
            | Self::SignOnSilent
            | Self::SignOnForged
            | Self::SignOnNobody
            | Self::StillOpen(_)
            | Self::Held(_)
            | Self::OwnAsking
            | Self::Decided
            | Self::Unchecked
            | Self::HookOff => None,
        }
    }

    /// What happened and what to do next.
    #[must_use]
    pub fn sentence(&self, lang: Lang) -> String {
        match self {
            Self::OwnPower => lang.t("自己的账号、自己所在的角色，不能由自己来放宽或改动。请另一位安全管理员来改。", "One does not change one\u{2019}s own account, nor widen the role one has. Ask another security administrator.").to_owned(),
            Self::LastOne(action) => match lang {
                Lang::Zh => format!("这样改以后，就没有人能“{}”了，没有保存。请先让另一个账号有这个权限。", action.word(lang)),
                Lang::En => format!("Nobody would be left who may \u{201c}{}\u{201d}, so it was not saved. Give it to another account first.", action.word(lang)),
            },
            Self::Taken => lang.t("已经有一个叫这个的。请换一个。", "There is one of this name already. Choose another.").to_owned(),
            Self::KeyStays => lang.t("键定了就不改：以前的工单记着它。要换，请停用这一条，另加一条。", "A key stays: past cases remember it. Retire this one and add another.").to_owned(),
            Self::Published => lang.t("这一类不公开，要改用的那一类是公开的：这样改，没办完的工单就会出现在公开页上，所以没有改。请选一个不公开的；确实该公开的，请一件一件改分类，再停用这一类。", "This kind is hidden from the public and the other one is not: its open cases would appear on the public page, so nothing was changed. Choose one that is hidden; if they should be public, reclassify them one by one, then retire this kind.").to_owned(),
            Self::StillUsed(accounts) => match lang {
                Lang::Zh => format!("还有 {accounts} 个账号在用它。请先给这些账号换一个。"),
                Lang::En => format!("{accounts} accounts still have it. Give them another first."),
            },
            Self::BadLogin => lang.t("登录名是一个词，不带空格，最多 60 个字。", "A login is one word without spaces, of 60 characters at most.").to_owned(),
            Self::UnknownRole => lang.t("没有这个角色。请从名单里选。", "There is no such role. Choose one from the list.").to_owned(),
            Self::ShortPassword { least } => match lang {
                Lang::Zh => format!("密码至少 {least} 个字，两次要一样。"),
                Lang::En => format!("A password has at least {least} characters, and is the same both times."),
            },
            Self::Barred { minutes } => match lang {
                Lang::Zh => format!("错的次数太多，{minutes} 分钟内先不受理。以前登录过的浏览器不受别人乱试的影响，可以到那里登录；着急的话，请找安全管理员要一个设密码的链接。"),
                Lang::En => format!("Too many wrong tries; nothing is looked at for {minutes} minutes. A browser in which you signed in before is not affected by others\u{2019} guesses. If it is urgent, ask a security administrator for a link to set a password."),
            },
            Self::WrongCode => lang.t("动态码不对、过了时间，或者已经用过。请等应用里换出新的六位数再输；手机不在身边，就用一个恢复码。", "The code is wrong, too old or used already. Wait for the next six digits in your app; without the phone, use a recovery code.").to_owned(),
            Self::WrongPassword => lang.t("现在的密码不对，什么也没有改。请核对后再输。", "The present password is wrong, so nothing was changed. Check and type it again.").to_owned(),
            Self::NoPassword => lang.t("这个账号没有密码，是从统一登录进来的。要用密码或第二步验证，请管理员发一个设密码的链接。", "This account has no password: you come in by the city’s sign-on. For a password or a second factor of your own, ask an administrator for the link that sets one.").to_owned(),
            Self::NoScope => lang.t("请选这把密钥可以做什么，至少一项。管理、导出、看诉求人，密钥都做不了。", "Choose what this key may do, one thing at least. No key administers, exports or reveals a person.").to_owned(),
            Self::KeyReused => lang.t("这个 Idempotency-Key 已经用来交过别的内容，没有记下。换一个键再交；要重发同一件，内容要一模一样。", "This Idempotency-Key was used for something else before, so nothing was recorded. Use a new key; to repeat, send exactly the same.").to_owned(),
            Self::StillOpen(number) => match lang {
                Lang::Zh => format!("{number} 还在办，办它要用到这个人的姓名和电话，所以没有删。请等它办结，或者请本人先撤回。"),
                Lang::En => format!("{number} is still open and needs the name and number, so nothing was erased. Wait until it is closed, or have the person withdraw it first."),
            },
            Self::Held(number) => match lang {
                Lang::Zh => format!("{number} 设了法定留存，什么都不删。要删，请先在“保存期限”里解除。"),
                Lang::En => format!("{number} is under a legal hold, so nothing was erased. Release it under “Terms of keeping” first."),
            },
            Self::OwnAsking => lang.t("自己提的申请，要由另一个人来批。", "Whoever asks for an erasure does not decide on it: ask a colleague.").to_owned(),
            Self::Unchecked => lang.t("还没有核对是不是本人（近亲属要看亲属关系证明），所以没有删。请回拨留下的号码，或者当面看证件，再选是怎么核对的。", "It is not known yet that the person asks (of a relative: proof of kinship), so nothing was erased. Call back on the number that was left, or look at papers, then choose how it was checked.").to_owned(),
            Self::Decided => lang.t("这份申请已经批过了。请刷新看结果。", "This was decided before. Reload the page to see how.").to_owned(),
            Self::HookAddress => lang.t("这个地址不能用。请写 https:// 开头的公开域名，例如 https://hooks.example.cn/duban：不带账号密码，不写 IP，不指向内网。内网的服务器，请管服务器的人写进设置文件 webhooks.inside。", "This address cannot be used. Write a public name beginning with https://, such as https://hooks.example.cn/duban: no user or password, no bare number, nothing of the inner network. A server of your own network is named by whoever runs the server, in webhooks.inside of the settings file.").to_owned(),
            Self::HookOff => lang.t("这条推送停着，什么都不送。请先启用。", "This webhook is switched off, so nothing is sent. Switch it on first.").to_owned(),
            Self::SecondStays => lang.t("您的角色必须用动态码登录，不能停用。换手机，请找安全管理员取消后重新设。", "Your role signs in with a second factor, so it stays. For a new phone ask a security administrator to reset it.").to_owned(),
            Self::SecondThere => lang.t("已经有动态码了。要换，请先停用，或找安全管理员取消。", "There is a second factor already. Switch it off first, or ask a security administrator to reset it.").to_owned(),
            Self::SignOnSilent => lang.t("统一登录没有回应，没有登录成。请过一会儿再试；有密码的，用登录名和密码。", "The city\u{2019}s sign-on gave no answer, so you are not signed in. Try again in a while, or use login and password if you have one.").to_owned(),
            Self::SignOnForged => lang.t("统一登录传回来的对不上，或者过了时间，没有登录成。请从登录页重新来一次。", "What came back from the city\u{2019}s sign-on does not match or is too old, so you are not signed in. Begin again from the login page.").to_owned(),
            Self::SignOnNobody => lang.t("统一登录认得您，但这里还没有给您开账号。请把您在统一登录里的名字告诉安全管理员。", "The city\u{2019}s sign-on knows you, but no account here is yours yet. Tell a security administrator what the sign-on calls you.").to_owned(),
        }
    }

    /// One of each, for tables.
    #[must_use]
    pub fn samples() -> Vec<Self> {
        vec![
            Self::OwnPower,
            Self::LastOne(Action::Accounts),
            Self::Taken,
            Self::KeyStays,
            Self::Published,
            Self::StillUsed(3),
            Self::BadLogin,
            Self::UnknownRole,
            Self::ShortPassword { least: 10 },
            Self::Barred { minutes: 15 },
            Self::WrongCode,
            Self::WrongPassword,
            Self::NoPassword,
            Self::SecondStays,
            Self::SecondThere,
            Self::NoScope,
            Self::KeyReused,
            Self::SignOnSilent,
            Self::SignOnForged,
            Self::SignOnNobody,
            Self::StillOpen("20260105000123".to_owned()),
            Self::Held("20260105000123".to_owned()),
            Self::OwnAsking,
            Self::Decided,
            Self::Unchecked,
            Self::HookAddress,
            Self::HookOff,
        ]
    }
}

/// What an installation must never be without, once somebody has it.
pub const KEEPERS: [Action; 3] = [Action::Administer, Action::Accounts, Action::Audit];

/// Whether a role could do or see more in another state of the pack than it can now.
#[must_use]
pub fn widens(role: &str, before: &City, after: &City) -> bool {
    let Some(new) = after.role(role) else { return false };
    let Some(old) = before.role(role) else { return true };
    let wider = rank(new.reach) > rank(old.reach);
    wider || new.actions.iter().any(|action| !old.actions.contains(action))
}

fn rank(reach: ReachRule) -> u8 {
    match reach {
        ReachRule::None => 0,
        ReachRule::Unit => 1,
        ReachRule::UnitAndBelow => 2,
        ReachRule::All => 3,
    }
}

/// Whether anybody is left for each of [`KEEPERS`] who was there before: `roles` are the roles of the
/// accounts that may sign in, then and now.
pub fn keeps_somebody(before: (&City, &[String]), after: (&City, &[String])) -> Result<(), Guard> {
    let has = |(city, roles): (&City, &[String]), action: Action| {
        roles.iter().any(|role| city.role(role).is_some_and(|role| role.actions.contains(&action)))
    };
    match KEEPERS.into_iter().find(|action| has(before, *action) && !has(after, *action)) {
        Some(action) => Err(Guard::LastOne(action)),
        None => Ok(()),
    }
}
