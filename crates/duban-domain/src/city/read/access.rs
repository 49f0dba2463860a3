//! `access.toml`: sessions, wrong passwords, second factors.

use crate::city::{
    AccessRules, PackFiles, SignOn,
    fault::{Faults, words},
    form::Form,
    source,
};

/// Shorter than this, nobody could finish a form.
const IDLE_MINUTES_MIN: u32 = 5;

pub(in crate::city) fn access(files: &PackFiles, roles: &[&str], faults: &Faults) -> AccessRules {
    let mut there = PackFiles::new();
    there.insert(AccessRules::FILE.to_owned(), files.get(AccessRules::FILE).cloned().unwrap_or_default());
    let root = source::toml(&there, AccessRules::FILE, faults);
    let form = Form::new(&root, faults);
    let rules = AccessRules {
        idle_minutes: bounded(&form, "idle_minutes", 720, (IDLE_MINUTES_MIN, 10_080)),
        life_hours: bounded(&form, "life_hours", 168, (1, 720)),
        wrong_max: bounded(&form, "wrong_max", 5, (3, 100)),
        wrong_minutes: bounded(&form, "wrong_minutes", 15, (1, 1_440)),
        second_factor: form.list("second_factor"),
        law: form.words_opt("law"),
        sign_on: form.table("sign_on").map(|row| sign_on(Form::new(row, faults))),
    };
    for key in rules.second_factor.iter().filter(|key| !roles.contains(&key.as_str())) {
        form.wrong(
            "second_factor",
            format!("没有角色 {key}"),
            format!("There is no role {key}"),
            words(
                format!("用 roles.toml 里的键：{}。", roles.join("、")),
                format!("Use the keys of roles.toml: {}.", roles.join(", ")),
            ),
        );
    }
    form.done();
    rules
}

/// What the variable of the secret begins with: a pack cannot send other secrets of the server away.
const SECRET_PREFIX: &str = "DUBAN_SIGN_ON_";

fn sign_on(form: Form<'_>) -> SignOn {
    let private = form.yes("private", false);
    let read = SignOn {
        name: form.words("name"),
        issuer: issuer(&form, private),
        client: form.text("client"),
        secret_env: secret_env(&form),
        scopes: form.list("scopes"),
        claim: form.text_opt("claim").unwrap_or_else(|| "sub".to_owned()),
        second_done: form.yes("second_done", false),
        passwords: form.yes("passwords", true),
        private,
    };
    form.done();
    read
}

/// An address with https; without it only inside one's own network.
fn issuer(form: &Form<'_>, private: bool) -> String {
    let url = form.text("issuer");
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://").filter(|_| private));
    let plain = rest.is_some_and(|rest| !rest.is_empty() && !rest.contains(['?', '#', '@', ' ']));
    if !url.is_empty() && !plain {
        form.wrong(
            "issuer",
            format!("地址 {url} 不能用"),
            format!("The address {url} cannot be used"),
            words(
                "写成 https://sso.example.cn，和登录系统自己公布的一字不差；只有 private = true 时才能用 http。",
                "Write it like https://sso.example.cn, exactly as the provider publishes it; http only with private = true.",
            ),
        );
    }
    url
}

fn secret_env(form: &Form<'_>) -> Option<String> {
    let name = form.text_opt("secret_env")?;
    let plain = name.starts_with(SECRET_PREFIX)
        && name.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_');
    if !plain {
        form.wrong(
            "secret_env",
            format!("环境变量 {name} 不能用"),
            format!("The variable {name} cannot be used"),
            words(
                format!("名字以 {SECRET_PREFIX} 开头，只用大写字母、数字和下划线。"),
                format!("Let it begin with {SECRET_PREFIX}, with capital letters, digits and underscores."),
            ),
        );
    }
    Some(name)
}

/// A number within bounds: one outside is a fault, for nobody could sign in, or everybody for ever.
fn bounded(form: &Form<'_>, field: &str, default: u32, (least, most): (u32, u32)) -> u32 {
    let value = form.whole(field, default, most);
    if value < least {
        form.wrong(
            field,
            format!("{field} 太小，最少 {least}"),
            format!("{field} is too small: {least} at least"),
            words(format!("写 {least} 到 {most}。"), format!("Write {least} to {most}.")),
        );
        return least;
    }
    value
}
