//! The style sheet, the script and the icon, built from `ui/` and part of the program.
//!
//! Each has its fingerprint in its address, so that a browser keeps it for ever and a new one is another address.

use std::sync::LazyLock;

use actix_web::HttpResponse;
use actix_web::http::header;
use actix_web::web::Path;
use sha2::{Digest as _, Sha256};

use super::problem::PageProblem;
use crate::api::address::{Address, at};
use crate::error::Problem;

/// A file of the pages.
#[derive(Debug)]
pub struct Asset {
    name: &'static str,
    content_type: &'static str,
    bytes: &'static [u8],
    address: LazyLock<String>,
}

macro_rules! asset {
    ($name:literal, $content_type:literal) => {
        Asset {
            name: $name,
            content_type: $content_type,
            bytes: include_bytes!(concat!("../../../../ui/dist/", $name)),
            address: LazyLock::new(|| address($name, include_bytes!(concat!("../../../../ui/dist/", $name)))),
        }
    };
}

static STYLE: Asset = asset!("goldthread.css", "text/css; charset=utf-8");
static SCRIPT: Asset = asset!("goldthread.js", "text/javascript; charset=utf-8");
static ICON: Asset = asset!("favicon.svg", "image/svg+xml");

/// Where the files are, for the frame around every page.
#[derive(Clone, Copy, Debug)]
pub struct Assets;

impl Assets {
    pub fn style(self) -> &'static str {
        STYLE.address.as_str()
    }

    pub fn script(self) -> &'static str {
        SCRIPT.address.as_str()
    }

    pub fn icon(self) -> &'static str {
        ICON.address.as_str()
    }
}

fn address(name: &str, bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    let fingerprint: String = digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    format!("/assets/{fingerprint}/{name}")
}

pub fn addresses() -> Vec<Address> {
    vec![at("/assets/{fingerprint}/{name}").get(serve)]
}

async fn serve(path: Path<(String, String)>) -> Result<HttpResponse, PageProblem> {
    let (fingerprint, name) = path.into_inner();
    let asked = format!("/assets/{fingerprint}/{name}");
    let asset =
        [&STYLE, &SCRIPT, &ICON].into_iter().find(|asset| asset.name == name && *asset.address == asked);
    let asset = asset.ok_or_else(Problem::no_such_page)?;
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, asset.content_type))
        .insert_header((header::CACHE_CONTROL, "public, max-age=31536000, immutable"))
        .body(asset.bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_file_has_another_address() {
        assert_ne!(address("a.css", b"one"), address("a.css", b"two"));
        assert!(Assets.style().starts_with("/assets/") && Assets.style().ends_with("/goldthread.css"));
    }

    /// The policy lets nothing be fetched from elsewhere, and nothing here tries.
    #[test]
    fn the_files_load_nothing_from_anywhere() {
        for asset in [&STYLE, &SCRIPT, &ICON] {
            let text = String::from_utf8_lossy(asset.bytes);
            for trace in ["@font-face", "GDS Transport", "url(http", "//fonts.", "@import"] {
                assert!(!text.contains(trace), "{} holds {trace}", asset.name);
            }
        }
    }
}
