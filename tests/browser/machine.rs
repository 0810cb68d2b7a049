//! What the walks need of the machine: Node, Chromium, and the pinned packages.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

const PLACES_OF_CHROMIUM: [&str; 3] =
    ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/// True when everything is here. Otherwise one line has said what is missing; with `BROWSER=required` that is a
/// failure.
pub fn is_ready() -> bool {
    static READY: OnceLock<Result<(), String>> = OnceLock::new();
    match READY.get_or_init(prepare) {
        Ok(()) => true,
        Err(missing) => {
            assert!(!is_asked("BROWSER"), "the walks in a browser cannot be done: {missing}");
            eprintln!("the walks in a browser were NOT done: {missing}");
            false
        }
    }
}

pub fn is_asked(what: &str) -> bool {
    std::env::var_os(what).is_some()
}

pub fn chromium() -> Option<PathBuf> {
    PLACES_OF_CHROMIUM.iter().map(PathBuf::from).find(|place| place.exists())
}

fn prepare() -> Result<(), String> {
    // Only what is missing: Node that came from elsewhere may refuse Debian's npm beside it.
    let of = |is_here: bool, packages: &'static [&'static str]| if is_here { &[] } else { packages };
    let browser = of(chromium().is_some(), &["chromium", "fonts-liberation"]);
    let missing = [of(has("node"), &["nodejs"]), of(has("npm"), &["npm"]), browser].concat();
    if !missing.is_empty() {
        install(&missing);
    }
    for program in ["node", "npm"] {
        if !has(program) {
            return Err(format!(
                "{program} is not installed (Debian, Ubuntu: sudo apt-get install nodejs npm chromium)"
            ));
        }
    }
    if chromium().is_none() {
        return Err("Chromium is not installed (Debian, Ubuntu: sudo apt-get install chromium)".to_owned());
    }
    packages()
}

fn has(program: &str) -> bool {
    quiet(Command::new(program).arg("--version"))
}

/// As root on Debian and its kin; anybody else is told.
fn install(packages: &[&str]) {
    let is_root = Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout.starts_with(b"0\n"));
    if !is_root || !Path::new("/usr/bin/apt-get").exists() {
        return;
    }
    eprintln!("installing {} with apt-get (once)", packages.join(", "));
    let apt = |arguments: &[&str]| {
        quiet(Command::new("apt-get").args(arguments).env("DEBIAN_FRONTEND", "noninteractive"))
    };
    let mut wanted = vec!["install", "-yqq", "--no-install-recommends"];
    wanted.extend(packages);
    if !apt(&wanted) && apt(&["update", "-qq"]) {
        apt(&wanted);
    }
}

/// The two packages, exactly as the lock file has them.
fn packages() -> Result<(), String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("browser");
    let changed = |file: &str| std::fs::metadata(folder.join(file)).and_then(|file| file.modified()).ok();
    let is_fresh = match (changed("node_modules/.package-lock.json"), changed("package-lock.json")) {
        (Some(installed), Some(locked)) => installed >= locked,
        _ => false,
    };
    if is_fresh {
        return Ok(());
    }
    let mut npm = Command::new("npm");
    npm.current_dir(&folder).args(["ci", "--no-audit", "--no-fund", "--ignore-scripts"]);
    if quiet(&mut npm) {
        Ok(())
    } else {
        Err("`npm ci` in tests/browser failed; is the registry reachable?".to_owned())
    }
}

fn quiet(command: &mut Command) -> bool {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}
