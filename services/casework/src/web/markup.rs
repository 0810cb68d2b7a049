//! Holds a rendered page to what a browser and a screen reader need of it: every element closed, every id once, every
//! reference led somewhere, every field labelled; and to words that are still in use.

use std::collections::BTreeSet;

use super::older_words;

/// Elements that have no end.
const VOID: [&str; 5] = ["br", "input", "link", "meta", "!doctype"];

/// # Panics
/// At the first thing that is wrong.
pub fn is_whole(html: &str) {
    older_words::are_none_in(html);
    let (mut open, mut ids, mut wanted, mut labelled, mut fields) =
        (Vec::new(), BTreeSet::new(), Vec::new(), BTreeSet::new(), Vec::new());
    for tag in html.split('<').skip(1) {
        let tag = tag.split('>').next().unwrap();
        let name = tag.split([' ', '\n', '/']).find(|name| !name.is_empty()).unwrap().to_ascii_lowercase();
        if tag.starts_with('/') {
            assert_eq!(open.pop(), Some(name), "an end that ends nothing: </{tag}>");
            continue;
        }
        let is_field = ["input", "textarea", "select"].contains(&name.as_str());
        if let Some(id) = attribute(tag, "id") {
            assert!(ids.insert(id.to_owned()), "the id {id} stands twice");
            if is_field {
                fields.push(id.to_owned());
            }
        } else if is_field {
            assert_eq!(attribute(tag, "type"), Some("hidden"), "a field without an id: {tag}");
        }
        for reference in ["for", "aria-describedby", "aria-labelledby", "aria-controls"] {
            let to = attribute(tag, reference).unwrap_or_default();
            wanted.extend(to.split(' ').filter(|id| !id.is_empty()).map(str::to_owned));
            if reference == "for" {
                labelled.insert(to.to_owned());
            }
        }
        if let Some(id) = attribute(tag, "href").and_then(|to| to.strip_prefix('#')) {
            wanted.push(id.to_owned());
        }
        assert!(attribute(tag, "style").is_none() && !tag.contains(" onclick"), "nothing inline: {tag}");
        if !VOID.contains(&name.as_str()) {
            open.push(name);
        }
    }
    assert_eq!(open, Vec::<String>::new(), "left open");
    for id in wanted {
        assert!(ids.contains(&id), "nothing has the id {id}");
    }
    for id in fields {
        assert!(labelled.contains(&id), "the field {id} has no label");
    }
}

fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let (_, after) = tag.split_once(&format!(" {name}=\""))?;
    after.split('"').next()
}

#[test]
fn a_page_that_is_not_whole_is_found_out() {
    is_whole("<p id=\"a\"><a href=\"#a\">up</a><br></p>");
    for wrong in [
        "<p>",
        "<p></div>",
        "<p id=\"a\"></p><p id=\"a\"></p>",
        "<a href=\"#b\">x</a>",
        "<input id=\"a\" type=\"text\">",
        "<p style=\"x\"></p>",
    ] {
        assert!(std::panic::catch_unwind(|| is_whole(wrong)).is_err(), "{wrong}");
    }
}
