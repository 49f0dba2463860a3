//! Reads just enough of a page to go on as a browser would: links, and forms with their hidden fields.

/// The addresses of cases on a page.
pub(super) fn cases(html: &str) -> Vec<&str> {
    let mut found: Vec<&str> = html
        .match_indices("href=\"/desk/cases/")
        .filter_map(|(at, start)| html.get(at + start.len()..)?.split('"').next())
        .filter(|number| number.len() >= 12 && number.bytes().all(|b| b.is_ascii_digit()))
        .collect();
    found.sort_unstable();
    found.dedup();
    found
}

/// The hidden fields of the form that goes to an address, if the page has it.
pub(super) fn hidden(html: &str, action: &str) -> Option<Vec<(String, String)>> {
    let at = html.find(&format!("action=\"{action}\""))?;
    let form = html.get(at..)?.split("</form>").next()?;
    let fields = form.split("<input ").skip(1).filter(|tag| tag.starts_with("type=\"hidden\""));
    Some(
        fields
            .filter_map(|tag| {
                let tag = tag.split('>').next()?;
                Some((attribute(tag, "name")?.to_owned(), attribute(tag, "value")?.to_owned()))
            })
            .collect(),
    )
}

fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    tag.split_once(&format!("{name}=\""))?.1.split('"').next()
}

#[cfg(test)]
mod tests {
    use super::{cases, hidden};

    const PAGE: &str = r#"<a href="/desk/cases/202611220017">x</a><a href="/desk/cases?stage=all">all</a>
        <form method="post" action="/desk/cases/202611220017/signature"><input type="hidden" name="seen" value="3">
        <button>签收</button></form><form action="/other"><input type="hidden" name="no" value="1"></form>"#;

    #[test]
    fn only_cases_are_links_to_cases() {
        assert_eq!(cases(PAGE), ["202611220017"]);
    }

    #[test]
    fn a_form_brings_its_own_hidden_fields_only() {
        let fields = hidden(PAGE, "/desk/cases/202611220017/signature").expect("the form is there");
        assert_eq!(fields, [("seen".to_owned(), "3".to_owned())]);
        assert_eq!(hidden(PAGE, "/desk/cases/202611220017/answer"), None);
    }
}
