//! The pages somebody comes to from their first page by links, as many of each kind as the first pages show.

use std::collections::{BTreeSet, VecDeque};
use std::net::SocketAddr;

use chrono::NaiveDate;

use crate::Result;
use crate::load::{Asker, Connection, Request};

/// Pages one link further than this are of the same kinds.
const DEEPEST: u32 = 3;
/// Pages of one kind.
const OF_A_KIND: usize = 12;
/// What makes a page of one address another kind of page: the past, all of it, further back.
const PARTS: [&str; 3] = ["known", "all", "page"];
/// The field of a form that asks for a page of the past.
const TIME_MACHINE: &str = "name=\"known_day\"";

/// A page, as it was shown.
pub struct Page {
    pub path: String,
    pub text: String,
}

impl Page {
    /// One; or of a page of the past one for each of the days.
    pub fn requests(&self, known: &[NaiveDate]) -> Vec<Request> {
        let get = |path: &str| Request::get(path).of_kind(kind(path));
        let Some((before, rest)) = self.path.split_once("known=") else { return vec![get(&self.path)] };
        let after = rest.trim_start_matches(|it| !matches!(it, '&' | '#'));
        known.iter().map(|day| get(&format!("{before}known={day}{after}"))).collect()
    }
}

/// Each page that is linked to; and as it was known on the first of these days, where that can be asked for.
pub async fn reached(address: SocketAddr, asker: &Asker, known: &[NaiveDate]) -> Result<Vec<Page>> {
    let known = known.first().ok_or("no day to look back to")?;
    let mut connection = Connection::open(address).await?;
    let mut found = BTreeSet::from(["/".to_owned()]);
    let mut next = VecDeque::from([("/".to_owned(), 0)]);
    let mut pages = Vec::new();
    while let Some((path, depth)) = next.pop_front() {
        let text = connection.ask(address, asker, &Request::get(&path)).await?;
        let mut further = links(&text);
        if text.contains(TIME_MACHINE) && !path.contains("known=") {
            let joint = if path.contains('?') { '&' } else { '?' };
            further.push(format!("{path}{joint}known={known}"));
        }
        pages.push(Page { path, text });
        if depth == DEEPEST {
            continue;
        }
        for link in further {
            let alike = found.iter().filter(|other| kind(other) == kind(&link)).count();
            if alike < OF_A_KIND && found.insert(link.clone()) {
                next.push_back((link, depth + 1));
            }
        }
    }
    Ok(pages)
}

/// Links to other pages of this service.
fn links(text: &str) -> Vec<String> {
    let hrefs = text
        .split("<a ")
        .skip(1)
        .filter_map(|tag| tag.split_once('>')?.0.split_once("href=\"")?.1.split_once('"'));
    let paths = hrefs.map(|(href, _)| unescaped(href));
    paths.filter(|path| path.starts_with('/') && !path.starts_with("/api")).collect()
}

/// An address as it stood before it was written into a page.
pub fn unescaped(text: &str) -> String {
    text.replace("&amp;", "&").replace("&#38;", "&")
}

/// The address as the node serves it, with a name in the place of each id, and which part of it; of several that fit, the
/// one with fewest.
pub fn kind(path: &str) -> String {
    let path = path.split('#').next().unwrap_or_default();
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let names = |served: &str| served.matches('{').count();
    let fits = |served: &&str| {
        let (parts, given): (Vec<&str>, Vec<&str>) = (served.split('/').collect(), path.split('/').collect());
        parts.len() == given.len()
            && parts.iter().zip(given).all(|(part, given)| part.starts_with('{') || *part == given)
    };
    let addresses = casework::web::addresses();
    let served =
        addresses.iter().map(|address| address.path()).filter(fits).min_by_key(|served| names(served));
    let asks = |part: &&&str| query.split('&').any(|pair| pair.split('=').next() == Some(**part));
    let part = PARTS.iter().find(asks).map(|part| format!("?{part}")).unwrap_or_default();
    format!("{}{part}", served.unwrap_or(path))
}
