//! The hall, as surfaces on which no canary may appear: it knows nothing of cases.

/// The addresses to look at.
pub(crate) fn addresses(path: &str) -> Option<Vec<String>> {
    let one = |text: &str| Some(vec![text.to_owned()]);
    match path {
        "/services" | "/desk/hall" | "/desk/hall/payouts" | "/desk/hall/books" => one(path),
        "/services/{key}" => Some(vec![
            "/services/bicycle-deposit".to_owned(),
            "/services/bicycle-deposit?how=personal&print=bike&card=lost".to_owned(),
        ]),
        "/desk/hall/new" => one("/desk/hall/new?service=bicycle-deposit"),
        path if path.starts_with("/desk/hall/") || path.starts_with("/services/") => {
            one(&path.replace("{number}", "H20260105-0001").replace("{token}", "00"))
        }
        _ => None,
    }
}

/// The forms to send: each is refused, or answered with the page again.
pub(crate) fn forms(path: &str) -> Option<Vec<(String, String)>> {
    let at = |path: &str, form: &str| Some(vec![(path.to_owned(), form.to_owned())]);
    match path {
        "/services/{key}" => at("/services/bicycle-deposit", "card=1"),
        "/desk/hall/new" => at(path, "service=bicycle-deposit&do=submit&number=1"),
        "/desk/hall/payouts" => at(path, "service=bicycle-deposit"),
        "/desk/hall/books" => at(path, "day=2099-01-01&statement=0"),
        path if path.starts_with("/desk/hall/") => {
            at(&path.replace("{number}", "H20260105-0001"), "do=approve&words=x&answer=x")
        }
        _ => None,
    }
}
