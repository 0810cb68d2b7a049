//! The pages somebody comes to from their first page by links, as many of each kind as the first pages show.

use std::collections::{BTreeSet, VecDeque};
use std::net::SocketAddr;

use crate::Result;
use crate::load::{Asker, Connection, Request};

/// Pages one link further than this are of the same kinds.
const DEEPEST: u32 = 3;
/// Pages of one kind, by the first word of their address.
const OF_A_KIND: usize = 12;

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
    Ok(found.iter().map(|path| Request::get(path)).collect())
}

/// Links to other pages of this service.
fn links(text: &str) -> Vec<String> {
    let hrefs = text
        .split("<a ")
        .skip(1)
        .filter_map(|tag| tag.split_once('>')?.0.split_once("href=\"")?.1.split_once('"'));
    let paths = hrefs.map(|(href, _)| href.replace("&amp;", "&"));
    paths.filter(|path| path.starts_with('/') && !path.starts_with("/api")).collect()
}

/// Pages whose addresses differ by ids only are of one kind.
fn kind(path: &str) -> String {
    let path = path.split('?').next().unwrap_or_default();
    path.split('/').filter(|part| part.len() != 36).collect::<Vec<_>>().join("/")
}
