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

/// The boxes of a form that could be ticked, and whether one that must be ticked is not.
pub(super) fn boxes(html: &str, action: &str) -> (Vec<String>, bool) {
    let form =
        html.find(&format!("action=\"{action}\"")).and_then(|at| html.get(at..)?.split("</form>").next());
    let labels =
        form.unwrap_or("").split("<label ").skip(1).filter(|label| label.contains("type=\"checkbox\""));
    let labels: Vec<&str> = labels.collect();
    // What must be done wears a second tag beside its name.
    let owed = labels.iter().any(|label| label.contains("tag-warn") && !label.contains(" checked"));
    (labels.iter().filter_map(|label| Some(attribute(label, "value")?.to_owned())).collect(), owed)
}

fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    tag.split_once(&format!("{name}=\""))?.1.split('"').next()
}

#[cfg(test)]
mod tests {
    use super::{boxes, cases, hidden};

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

    #[test]
    fn a_checklist_says_what_is_still_to_tick() {
        let page = |checked: &str| {
            format!(
                "<form action=\"/c/1/checklist\"><label class=\"tick\"><input type=\"checkbox\" name=\"item\" value=\"a.1\"{checked}> <span class=\"tag tag-warn\">必做</span></label><label class=\"tick\"><input type=\"checkbox\" name=\"item\" value=\"a.2\"></label></form>"
            )
        };
        let both = vec!["a.1".to_owned(), "a.2".to_owned()];
        assert_eq!(boxes(&page(""), "/c/1/checklist"), (both.clone(), true));
        assert_eq!(boxes(&page(" checked"), "/c/1/checklist"), (both, false));
        assert_eq!(boxes(&page(""), "/c/2/checklist"), (Vec::new(), false));
    }
}
