//! Settings, accounts and the record of changes, as surfaces on which no canary may appear.

fn is_ours(path: &str) -> bool {
    [
        "/desk/city",
        "/desk/accounts",
        "/desk/changes",
        "/desk/moves",
        "/desk/erasures",
        "/desk/retention",
        "/desk/replace",
        "/desk/sign-ins",
        "/desk/service-keys",
        "/desk/webhooks",
        "/desk/me",
        "/desk/login/code",
        "/desk/sign-on",
        "/password/",
    ]
    .iter()
    .any(|own| path.starts_with(own))
}

/// The addresses to look at.
pub(crate) fn addresses(path: &str) -> Option<Vec<String>> {
    match path {
        "/desk/city/file" => Some(vec![format!("{path}?path=city.toml"), format!("{path}?path=roles.toml")]),
        "/desk/city/{table}/entry" => Some(vec![
            "/desk/city/catalogue/entry?id=aerial-tree".to_owned(),
            "/desk/city/roles/entry".to_owned(),
        ]),
        "/desk/moves/preview" | "/desk/replace" => Some(
            ["kind=unit&from=power&to=urban", "kind=category&from=utilities.lighting.dark"]
                .map(|query| format!("{path}?{query}"))
                .to_vec(),
        ),
        path if is_ours(path) => Some(
            ["categories", "roles", "catalogue"]
                .map(|table| path.replace("{table}", table).replace("{id}", "1").replace("{token}", "00"))
                .to_vec(),
        ),
        path => crate::canary_hall::addresses(path),
    }
}

/// The forms to send. A dry run looks at every case, and names those within reach only.
pub(crate) fn forms(path: &str) -> Option<Vec<(String, String)>> {
    match path {
        "/desk/city/{table}" => Some(vec![(
            "/desk/city/catalogue".to_owned(),
            "do=try&new=1&key=canary&any=%E9%87%91%E4%B8%9D%E9%9B%80&unit=gas&reason=x&reason_en=x"
                .to_owned(),
        )]),
        "/desk/city/hours" => Some(vec![(path.to_owned(), "from1=10%3A00&to1=09%3A00&version=0".to_owned())]),
        "/desk/moves" => Some(vec![(path.to_owned(), "kind=unit&from=power&to=urban&words=x".to_owned())]),
        "/desk/replace" => Some(vec![
            (path.to_owned(), "kind=unit&from=power&to=urban&do=look".to_owned()),
            (path.to_owned(), "kind=category&from=utilities.lighting&how=below&below=housing".to_owned()),
        ]),
        path if is_ours(path) => {
            let path = path.replace("{id}", "1").replace("{token}", "00");
            Some(vec![(path, "path=city.toml&login=x&name=x&text=x".to_owned())])
        }
        path => crate::canary_hall::forms(path),
    }
}
