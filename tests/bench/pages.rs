//! The pages somebody comes to from their first page by links, as many of each kind as the first pages show; and the form
//! by which they ask about a child.

use std::collections::{BTreeSet, VecDeque};
use std::net::SocketAddr;

use crate::Result;
use crate::load::{Asker, Connection, Request};

/// Pages one link further than this are of the same kinds.
const DEEPEST: u32 = 3;
/// Pages of one kind.
const OF_A_KIND: usize = 12;
/// The address of the form, but for why.
const ASK: &str = "/ask/";
/// What a form carries to prove that it is this session's, and to be carried out once.
const FORM_TOKEN: &str = "form";
const KEY: &str = "key";

/// Each page, of the kind of its address.
pub async fn reached(address: SocketAddr, asker: &Asker) -> Result<Vec<Request>> {
    let mut connection = Connection::open(address).await?;
    let mut found = BTreeSet::from(["/".to_owned()]);
    let mut next = VecDeque::from([("/".to_owned(), 0)]);
    while let Some((path, depth)) = next.pop_front() {
        let text = connection.ask(address, asker, &Request::get(&path)).await?;
        if depth == DEEPEST {
            continue;
        }
        for link in links(&text) {
            let alike = found.iter().filter(|other| kind(other) == kind(&link)).count();
            if alike < OF_A_KIND && found.insert(link.clone()) {
                next.push_back((link, depth + 1));
            }
        }
    }
    Ok(found.iter().map(|path| Request::get(path).of_kind(kind(path))).collect())
}

/// One asking for each number, and the receipt that it leads to; none for who has nothing to ask. Asked once more in
/// another `turn`, it is another enquiry.
pub async fn asking(
    address: SocketAddr,
    asker: &Asker,
    pages: &[Request],
    (numbers, turn): (&[String], &str),
) -> Result<Vec<Request>> {
    let Some(form) = pages.iter().find(|page| page.path().starts_with(ASK)) else { return Ok(Vec::new()) };
    let text = Connection::open(address).await?.ask(address, asker, form).await?;
    let main = text.split_once("<main").ok_or("a page without its main part")?.1;
    let token =
        main.split_once(&format!("name=\"{FORM_TOKEN}\" value=\"")).ok_or("a form without its token")?.1;
    let token = token.split('"').next().unwrap_or_default();
    let ask = |number: &String| {
        let key = format!("{turn}-{number}");
        let fields = [
            (FORM_TOKEN, token),
            (KEY, &key),
            ("by", "nhs-number"),
            ("nhs_number", number),
            ("reason", "At the department with a broken arm."),
            ("basis", "public-task"),
        ];
        Request::form(form.path(), &fields).of_kind("/ask/{purpose} sent".to_owned())
    };
    Ok(numbers.iter().map(ask).collect())
}

/// Links to other pages of this service.
fn links(text: &str) -> Vec<String> {
    let hrefs = text
        .split("<a ")
        .skip(1)
        .filter_map(|tag| tag.split_once('>')?.0.split_once("href=\"")?.1.split_once('"'));
    let paths = hrefs.map(|(href, _)| href.replace("&amp;", "&").replace("&#38;", "&"));
    paths.filter(|path| path.starts_with('/') && !path.starts_with("/api")).collect()
}

/// The address as the node serves it, with a name in the place of each id; of several that fit, the one with fewest.
fn kind(path: &str) -> String {
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let names = |served: &str| served.matches('{').count();
    let fits = |served: &&str| {
        let (parts, given): (Vec<&str>, Vec<&str>) = (served.split('/').collect(), path.split('/').collect());
        parts.len() == given.len()
            && parts.iter().zip(given).all(|(part, given)| part.starts_with('{') || *part == given)
    };
    let addresses = casework::web::addresses();
    let served =
        addresses.iter().map(|address| address.path()).filter(fits).min_by_key(|served| names(served));
    served.unwrap_or(path).to_owned()
}
