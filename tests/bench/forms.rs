//! The forms of those pages, filled in and sent: each leads to another page, and most put something on record.
//!
//! One that does so once, such as a decision, is one person's, and is sent again under its key: then it is the same answer.

use std::collections::BTreeSet;

use crate::load::Request;
use crate::pages::{Page, kind, unescaped};

/// What a form carries to be carried out once.
const KEY: &str = "key";

/// Where children are asked about, and where it is told what is known of one.
const ASK: &str = "/ask/{purpose}";
const TELL: &str = "/contacts/new";

/// How a form is filled in.
struct Filled {
    /// The kind of address it is sent to, and what it is called beside others of that address.
    to: &'static str,
    what: &'static str,
    /// Who sends it.
    by: By,
    fields: &'static [(&'static str, &'static str)],
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum By {
    /// Whoever comes to it, so often, each time something else.
    Everybody(u32),
    /// Whoever comes to it first.
    TheFirst,
}

const SENT: [Filled; 8] = [
    Filled {
        to: ASK,
        what: "near",
        by: By::Everybody(1),
        fields: &[
            ("by", "near"),
            ("near_given", "Muhamad"),
            ("near_family", "Akthar"),
            ("near_born", "2016-03-04"),
            ("reason", "At the department with a broken arm."),
            ("basis", "public-task"),
        ],
    },
    Filled {
        to: ASK,
        what: "near a common name",
        by: By::Everybody(1),
        fields: &[
            ("by", "near"),
            ("near_given", "Olivia"),
            ("near_family", "Smyth"),
            ("near_born", "2015-06"),
            ("reason", "At the department with a broken arm."),
            ("basis", "public-task"),
        ],
    },
    Filled { to: TELL, what: "check", by: By::Everybody(1), fields: &TOLD },
    Filled { to: TELL, what: "record", by: By::Everybody(20), fields: &TOLD },
    Filled {
        to: "/contacts/{id}/decision",
        what: "sent",
        by: By::TheFirst,
        fields: &[("outcome", "advice"), ("reason", "Advice was given.")],
    },
    Filled {
        to: "/alerts/{id}/decision",
        what: "sent",
        by: By::TheFirst,
        fields: &[("follows", "assessment"), ("reason", "It adds up.")],
    },
    Filled {
        to: "/alerts/{id}/opinions",
        what: "sent",
        by: By::Everybody(5),
        fields: &[("weight", "worrying"), ("entry", "all"), ("opinion", "It worries me.")],
    },
    Filled {
        to: "/reviews/{id}/conclusion",
        what: "sent",
        by: By::TheFirst,
        fields: &[("outcome", "explained"), ("note", "A register was being checked.")],
    },
];

const TOLD: [(&str, &str); 7] = [
    ("part", "subject"),
    ("concern", "neglect"),
    ("significance", "concern"),
    ("when", "now"),
    ("method", "telephone"),
    ("account", "No lunch three days running."),
    ("named", "named"),
];

/// Every form of these pages that is sent; `turn` tells what one run sends from the same in another. What only one sends
/// is `taken` by the first.
pub fn sent(pages: &[Page], turn: &str, taken: &mut BTreeSet<String>) -> Vec<Request> {
    let mut requests = Vec::new();
    for form in pages.iter().flat_map(|page| forms(&page.text)) {
        let to = kind(&form.action);
        if to == TELL && !form.action.contains("about=") {
            // Of a child without a record more is asked.
            continue;
        }
        for filled in SENT.iter().filter(|filled| filled.to == to) {
            let times = match filled.by {
                By::Everybody(times) => times,
                By::TheFirst if taken.insert(form.action.clone()) => 1,
                By::TheFirst => 0,
            };
            for nth in 0..times {
                let key = format!(
                    "{turn}-{nth}-{}-{}",
                    filled.what,
                    form.action.replace(['/', '?', '=', '&'], "-")
                );
                let step = (filled.to == TELL).then_some(("step", filled.what));
                let fields: Vec<_> = filled.fields.iter().copied().chain(step).collect();
                requests.push(form.send(&key, &fields).of_kind(format!("{to} {}", filled.what)));
            }
        }
    }
    requests
}

/// One asking for each number, and the receipt that it leads to; none for who has nothing to ask. Asked once more in
/// another `turn`, it is another enquiry.
pub fn asking(pages: &[Page], numbers: &[String], turn: &str) -> Vec<Request> {
    let mut forms = pages.iter().flat_map(|page| forms(&page.text));
    let Some(form) = forms.find(|form| kind(&form.action) == ASK) else { return Vec::new() };
    let ask = |number: &String| {
        let fields = [
            ("by", "nhs-number"),
            ("nhs_number", number.as_str()),
            ("reason", "At the department with a broken arm."),
            ("basis", "public-task"),
        ];
        form.send(&format!("{turn}-{number}"), &fields).of_kind(format!("{ASK} sent"))
    };
    numbers.iter().map(ask).collect()
}

/// A form of a page's main part that is posted, with what it carries.
struct Form {
    action: String,
    carried: Vec<(String, String)>,
}

impl Form {
    fn send(&self, key: &str, fields: &[(&str, &str)]) -> Request {
        let carried = self.carried.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let carried = carried.filter(|(name, _)| *name != KEY);
        let fields: Vec<_> = carried.chain([(KEY, key)]).chain(fields.iter().copied()).collect();
        Request::form(&self.action, &fields)
    }
}

fn forms(text: &str) -> Vec<Form> {
    let main = text.split_once("<main").map_or("", |(_, main)| main);
    let form = |text: &str| {
        let inside = text.split_once("</form>").map_or(text, |(inside, _)| inside);
        let action = unescaped(inside.split_once("action=\"")?.1.split_once('"')?.0);
        let hidden = inside.split("<input type=\"hidden\" name=\"").skip(1);
        let carried = hidden.filter_map(|input| {
            let (name, rest) = input.split_once('"')?;
            let value = rest.split_once("value=\"")?.1.split_once('"')?.0;
            Some((name.to_owned(), value.to_owned()))
        });
        Some(Form { action, carried: carried.collect() })
    };
    main.split("<form method=\"post\"").skip(1).filter_map(form).collect()
}
