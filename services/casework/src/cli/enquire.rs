//! `goldthread enquire`: is this child known, and whom do I ring?

use domain::ids::{EnquiryId, PersonId};
use serde_json::{Value, json};

use super::client::Node;
use super::failure::Failure;
use super::output::Output;
use super::status::missing;
use casework::settings::Settings;

/// Ask whether a child is known, and whom to ring.
///
/// Give an NHS number, or a name with a date of birth, or a record. The asking itself goes on record, whatever the
/// answer; no trace is not reassurance.
#[derive(Debug, clap::Args)]
pub struct Enquire {
    #[command(flatten)]
    node: Node,
    /// Ten digits; spaces are allowed.
    #[arg(long, group = "who")]
    nhs_number: Option<String>,
    /// With `--family` and `--born`.
    #[arg(long, group = "who", requires = "family", requires = "born")]
    given: Option<String>,
    #[arg(long)]
    family: Option<String>,
    /// 2019-04-30, 2019-04 or 2019.
    #[arg(long)]
    born: Option<String>,
    /// A child's record.
    #[arg(long, group = "who")]
    person: Option<PersonId>,
    /// An enquiry of your agency whose answer would now differ.
    #[arg(long, group = "who")]
    again: Option<EnquiryId>,
    /// Why you ask, in a sentence.
    #[arg(long)]
    reason: String,
}

impl Enquire {
    pub fn run(self, _: &Settings, output: Output) -> Result<(), Failure> {
        let search = match (self.nhs_number, self.given, self.person, self.again) {
            (Some(number), ..) => json!({ "nhs-number": number }),
            (None, Some(given), ..) => {
                json!({ "name-and-birth": { "given": given, "family": self.family, "born": self.born } })
            }
            (None, None, Some(person), _) => json!({ "person": person.to_string() }),
            (None, None, None, Some(enquiry)) => json!({ "again": enquiry.to_string() }),
            (None, None, None, None) => {
                return Err(Failure::new(
                    "say whom you ask about: --nhs-number, --given with --family and --born, --person, or --again",
                ));
            }
        };
        let answer = self.node.post("/enquiries", &json!({ "search": search, "reason": self.reason }))?;
        output.show(&answer, words)
    }
}

/// A receipt for people; the JSON form has everything.
fn words(answer: &Value) -> String {
    let receipts = answer.get("answers").and_then(Value::as_array).cloned().unwrap_or_default();
    receipts.iter().map(receipt).collect::<Vec<_>>().join("\n\n")
}

fn receipt(receipt: &Value) -> String {
    let text =
        |value: &Value, name: &str| value.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let mut lines = missing(receipt);
    lines.extend([
        format!("reference {}", text(receipt, "reference")),
        format!("answer    {} (true as of {})", text(receipt, "answer"), text(receipt, "as_of")),
    ]);
    if let Some(child) = receipt.get("subject").and_then(Value::as_str) {
        lines.push(format!("record    {child}"));
    }
    for case in receipt.get("status").and_then(Value::as_array).into_iter().flatten() {
        lines.push(format!("status    {} at authority {}", text(case, "standing"), text(case, "authority")));
        if case.get("legal_basis").is_some() {
            let until = text(case, "legal_basis_until");
            let lapsed = case.get("legal_basis_has_lapsed").and_then(Value::as_bool) == Some(true);
            let until = match (until.is_empty(), lapsed) {
                (true, _) => String::new(),
                (false, false) => format!(", until {until}"),
                (false, true) => format!(", LAPSED {until} with nothing in its place"),
            };
            lines.push(format!("law       {}{until}", text(case, "legal_basis")));
        }
        if case.get("who_may_not_take_away").is_some() {
            lines.push(format!("kept      {}", text(case, "who_may_not_take_away")));
        }
        if let Some(emergency) = case.get("emergency") {
            lines.push(format!("until     {} ({})", text(emergency, "until"), text(emergency, "law")));
        }
        if let Some(lead) = case.get("lead") {
            let telephone = lead.get("telephone").and_then(Value::as_str);
            let telephone = telephone.map_or_else(
                || "no number on record".to_owned(),
                |number| format!("{number} ({})", text(lead, "telephone_hours")),
            );
            lines.push(format!("lead      {}: {telephone}", text(lead, "name")));
        }
    }
    for ring in receipt.get("responsible").and_then(Value::as_array).into_iter().flatten() {
        let number = |name: &str| ring.get(name).and_then(Value::as_str);
        let now = ring.get("ring_now").map_or_else(
            || "no number on record".to_owned(),
            |now| format!("{} ({})", text(now, "number"), text(now, "hours")),
        );
        lines.push(format!("ring now  authority {}: {now}", text(ring, "authority")));
        let (day, night) = (number("in_hours"), number("out_of_hours"));
        lines.extend(day.map(|number| format!("          in hours {number}")));
        lines.extend(night.map(|number| format!("          out of hours {number}")));
    }
    let previous = receipt.get("previous_count").and_then(Value::as_u64).unwrap_or(0);
    if previous > 0 {
        lines.push(format!("asked     {previous} times before"));
    }
    for asked in receipt.get("asked").and_then(Value::as_array).into_iter().flatten() {
        let silent = asked.get("is_silent").and_then(Value::as_bool) == Some(true);
        let whom = match (text(asked, "whom").as_str(), text(asked, "authority"), text(asked, "name")) {
            ("this-node", ..) => "this node".to_owned(),
            ("everybody-else", ..) => "everybody else".to_owned(),
            (whom, authority, name) if name.is_empty() => format!("{whom} {authority}"),
            (whom, authority, name) => format!("{whom} {authority}, {name}"),
        };
        let how = if silent { "silent   " } else { "asked    " };
        lines.push(format!("{how} {whom}: {}", text(asked, "words")));
    }
    lines.extend([text(receipt, "advice"), text(receipt, "how_to_refer")]);
    lines.join("\n")
}
