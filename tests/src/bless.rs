//! Files that are written by a test: compared, or written afresh by `make bless`.

use std::path::Path;

/// Compares a file of the repository with what it should say; with `BLESS=1` writes it.
///
/// # Panics
/// When they differ, or the file cannot be written.
pub fn compare_or_bless(path: &str, text: &str) {
    let file = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/..")).join(path);
    if std::env::var_os("BLESS").is_some() {
        std::fs::create_dir_all(file.parent().expect("a folder")).expect("the folder");
        std::fs::write(&file, text).expect("the file");
    }
    let found = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(found == text, "{path} is stale: run `make bless` and look at the difference");
}
