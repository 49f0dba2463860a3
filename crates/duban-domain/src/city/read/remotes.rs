//! `remotes.toml`: other Open311 servers that cases are forwarded to. The file is optional, and holds
//! no key: only the name of the variable that does.

use super::{Placed, catalogue::rows};
use crate::city::{
    PackFiles, Remote,
    fault::{Faults, words},
    form::Form,
};

/// What the variable of a key begins with: a pack cannot send other secrets of the server away.
const KEY_PREFIX: &str = "DUBAN_REMOTE_";

pub(in crate::city) fn remotes(files: &PackFiles, faults: &Faults) -> Vec<Placed<Remote>> {
    if !files.contains_key("remotes.toml") {
        return Vec::new();
    }
    rows(files, "remotes.toml", "remote", faults, |form| {
        Some(Remote {
            key: form.key("key"),
            name: form.words("name"),
            unit: form.text("unit"),
            categories: form.list("categories"),
            endpoint: endpoint(form),
            jurisdiction: form.text_opt("jurisdiction"),
            key_env: key_env(form),
            service: form.text("service"),
            services: form.rows("map").into_iter().map(|row| pair(Form::new(row, form.faults))).collect(),
            poll_minutes: form.whole("poll_minutes", 5, 1_440).max(1),
            person: form.yes("person", false),
            private: form.yes("private", false),
        })
    })
}

fn pair(form: Form<'_>) -> (String, String) {
    let pair = (form.text("category"), form.text("service"));
    form.done();
    pair
}

fn endpoint(form: &Form<'_>) -> String {
    let url = form.text("endpoint");
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    let plain = rest.is_some_and(|rest| !rest.is_empty() && !rest.contains(['?', '#', '@', ' ']));
    if !url.is_empty() && !plain {
        form.wrong(
            "endpoint",
            format!("地址 {url} 不能用"),
            format!("The address {url} cannot be used"),
            words(
                "写成 https://311.example.cn/open311/v2，不带问号和账号。",
                "Write it like https://311.example.cn/open311/v2, without a query or a user.",
            ),
        );
    }
    if url.starts_with("http://") {
        form.faults.warning(
            &form.spot("endpoint"),
            words("没有加密，密钥和诉求会明文传送", "Not encrypted: key and requests travel in plain text"),
            words("改用 https；只在内网才用 http。", "Use https; http only inside your own network."),
        );
    }
    url.trim_end_matches('/').to_owned()
}

fn key_env(form: &Form<'_>) -> Option<String> {
    let name = form.text_opt("key_env")?;
    let plain = name.starts_with(KEY_PREFIX)
        && name.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_');
    if !plain {
        form.wrong(
            "key_env",
            format!("环境变量 {name} 不能用"),
            format!("The variable {name} cannot be used"),
            words(
                format!("名字以 {KEY_PREFIX} 开头，只用大写字母、数字和下划线。"),
                format!("Let it begin with {KEY_PREFIX}, with capital letters, digits and underscores."),
            ),
        );
    }
    Some(name)
}
