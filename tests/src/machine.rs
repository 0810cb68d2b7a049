//! What suites need of the machine beside Rust and PostgreSQL: Node, Chromium, Python, and pinned packages.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const PLACES_OF_CHROMIUM: [&str; 3] =
    ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/// Beside Node: what a suite's packages work with.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Beside {
    Nothing,
    Chromium,
}

#[must_use]
pub fn chromium() -> Option<PathBuf> {
    PLACES_OF_CHROMIUM.iter().map(PathBuf::from).find(|place| place.exists())
}

/// Installs what is missing for the packages of a folder beside the suites, where it may.
///
/// # Errors
/// In one line, what is missing and how it is installed.
pub fn prepare(folder: &str, beside: Beside) -> Result<PathBuf, String> {
    // Only what is missing: Node that came from elsewhere may refuse Debian's npm beside it.
    let of = |is_here: bool, packages: &'static [&'static str]| if is_here { &[] } else { packages };
    let has_browser = beside == Beside::Nothing || chromium().is_some();
    let browser = of(has_browser, &["chromium", "fonts-liberation"]);
    let missing = [of(has("node"), &["nodejs"]), of(has("npm"), &["npm"]), browser].concat();
    if !missing.is_empty() {
        install(&missing);
    }
    for program in ["node", "npm"] {
        if !has(program) {
            return Err(format!(
                "{program} is not installed (Debian, Ubuntu: sudo apt-get install nodejs npm)"
            ));
        }
    }
    if beside == Beside::Chromium && chromium().is_none() {
        return Err("Chromium is not installed (Debian, Ubuntu: sudo apt-get install chromium)".to_owned());
    }
    packages(Path::new(env!("CARGO_MANIFEST_DIR")).join(folder))
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

/// The packages of a folder, exactly as its lock file has them.
fn packages(folder: PathBuf) -> Result<PathBuf, String> {
    let changed = |file: &str| std::fs::metadata(folder.join(file)).and_then(|file| file.modified()).ok();
    let is_fresh = match (changed("node_modules/.package-lock.json"), changed("package-lock.json")) {
        (Some(installed), Some(locked)) => installed >= locked,
        _ => false,
    };
    if is_fresh {
        return Ok(folder);
    }
    let mut npm = Command::new("npm");
    npm.current_dir(&folder).args(["ci", "--no-audit", "--no-fund", "--ignore-scripts"]);
    if quiet(&mut npm) {
        Ok(folder)
    } else {
        Err(format!("`npm ci` in {} failed; is the registry reachable?", folder.display()))
    }
}

/// The folder of Python's programs that `requirements.txt` of a folder beside the suites names, exactly as it has them.
///
/// # Errors
/// In one line, what is missing and how it is installed.
pub fn python(folder: &str) -> Result<PathBuf, String> {
    let has_venv = || quiet(Command::new("python3").args(["-c", "import ensurepip, venv"]));
    if !has_venv() {
        install(&["python3", "python3-venv"]);
    }
    if !has_venv() {
        return Err(
            "Python 3 with venv is not installed (Debian, Ubuntu: sudo apt-get install python3-venv)"
                .to_owned(),
        );
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let (locked, place) = (folder.join("requirements.txt"), folder.join(".venv"));
    let (programs, installed) = (place.join("bin"), place.join("requirements.txt"));
    let has = |file: &Path| std::fs::read(file).ok();
    if has(&installed).is_some() && has(&installed) == has(&locked) {
        return Ok(programs);
    }
    let made = quiet(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&place))
        && quiet(
            Command::new(programs.join("pip"))
                .args(["install", "--require-hashes", "--no-deps", "--only-binary=:all:", "--requirement"])
                .arg(&locked),
        )
        && std::fs::copy(&locked, &installed).is_ok();
    if made {
        Ok(programs)
    } else {
        Err(format!("`pip install` of {} failed; is the registry reachable?", locked.display()))
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
