//! Forms as a browser reads and sends them.

/// Names and values, in the order of the form.
pub type Pairs = Vec<(String, String)>;

/// As a browser writes a form: every byte that is no letter or digit as three.
#[must_use]
pub fn encoded(pairs: &Pairs) -> String {
    let encode = |text: &str| -> String {
        let plain = |byte: u8| byte.is_ascii_alphanumeric();
        text.bytes()
            .map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
            .collect()
    };
    let pairs: Vec<String> =
        pairs.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect();
    pairs.join("&")
}

/// What the form in the main part of a page carries unseen.
#[must_use]
pub fn hidden(html: &str) -> Pairs {
    let main = html.split_once("<main").expect("a form").1;
    let fields = main.split("<input type=\"hidden\" name=\"").skip(1);
    fields
        .map(|field| {
            let (name, rest) = field.split_once("\" value=\"").expect("a form");
            let value = rest.split_once("\">").expect("a form").0;
            (name.to_owned(), value.replace("&#13;", "\r").replace("&#34;", "\"").replace("&#38;", "&"))
        })
        .collect()
}

/// What somebody types into the form of a contact about a child without a record.
#[must_use]
pub fn about_wren(account: &str, step: &str) -> Pairs {
    let typed = [
        ("given", "Wren"),
        ("family", "Holloway"),
        ("born_day", "30"),
        ("born_month", "4"),
        ("born_year", "2018"),
        ("part", "subject"),
        ("concern", "neglect"),
        ("account", account),
        ("significance", "concern"),
        ("when", "now"),
        ("named", "named"),
        ("step", step),
    ];
    typed.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec()
}
