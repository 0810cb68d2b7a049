//! TLS: what is encrypted and by which certificate, that a renewed one is taken up, and what a node refuses to start with.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use casework::server::Files;
use casework::settings::Settings;
use reqwest::tls::Version;
use reqwest::{Certificate, Client};
use system_tests::TestApp;
use system_tests::http::Served;

/// The files are looked at every five seconds.
const LOOKED_AT_WITHIN: Duration = Duration::from_secs(7);
const RENEWED_WITHIN: Duration = Duration::from_secs(30);

/// A folder of the test's own, with a certificate and its key.
struct Folder(PathBuf);

impl Folder {
    fn fresh() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("goldthread-tls-{}-{number}", std::process::id()));
        std::fs::create_dir(&path).unwrap();
        Self(path)
    }

    fn files(&self) -> Files {
        Files { certificate: self.0.join("chain.pem"), key: self.0.join("key.pem") }
    }

    /// Makes a certificate for this machine; what must be trusted to believe it, and its key.
    fn certify() -> (String, String) {
        let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
        (made.cert.pem(), made.signing_key.serialize_pem())
    }

    fn write(&self, (certificate, key): &(String, String)) {
        std::fs::write(self.files().certificate, certificate).unwrap();
        std::fs::write(self.files().key, key).unwrap();
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A browser that believes one certificate only.
fn believing(certificate: &str, version: Option<Version>) -> Client {
    let trusted = Certificate::from_pem(certificate.as_bytes()).unwrap();
    let client = Client::builder().no_proxy().timeout(Duration::from_secs(10)).tls_certs_only([trusted]);
    let client = match version {
        Some(version) => client.tls_version_min(version).tls_version_max(version),
        None => client,
    };
    client.build().unwrap()
}

fn at(served: &Served, path: &str) -> String {
    format!("https://localhost:{}{path}", served.address().port())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_with_a_certificate_speaks_tls_and_nothing_else_and_takes_up_a_renewed_one() {
    let folder = Folder::fresh();
    let first = Folder::certify();
    folder.write(&first);
    let Files { certificate, key } = folder.files();
    let settings = Settings { tls_certificate: Some(certificate), tls_key: Some(key), ..Settings::default() };
    let test = TestApp::with(settings).await;
    assert!(test.app.settings.is_secure());
    let served = Served::start(&test.app).await;
    for version in [Version::TLS_1_2, Version::TLS_1_3] {
        let answer = believing(&first.0, Some(version)).get(at(&served, "/livez")).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{version:?}");
        assert_eq!(answer.headers()["strict-transport-security"], "max-age=31536000");
    }
    for path in ["/nowhere", "/api/v1/people", "/"] {
        let answer = believing(&first.0, None).get(at(&served, path)).send().await.unwrap();
        assert!(answer.headers().contains_key("strict-transport-security"), "{path}");
    }
    let plain = format!("http://{}/livez", served.address());
    let plain = Client::builder().no_proxy().build().unwrap().get(plain).send().await;
    assert!(plain.is_err(), "{plain:?}");

    // A certificate without its key is not taken up; the one before goes on answering.
    let second = Folder::certify();
    assert!(believing(&second.0, None).get(at(&served, "/livez")).send().await.is_err());
    std::fs::write(folder.files().certificate, &second.0).unwrap();
    let begun = Instant::now();
    while begun.elapsed() < LOOKED_AT_WITHIN {
        assert!(believing(&first.0, None).get(at(&served, "/livez")).send().await.is_ok());
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    folder.write(&second);
    let begun = Instant::now();
    while believing(&second.0, None).get(at(&served, "/livez")).send().await.is_err() {
        assert!(begun.elapsed() < RENEWED_WITHIN, "the renewed certificate is not taken up");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    served.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_goes_without_tls_says_nothing_of_it() {
    let test = TestApp::start().await;
    assert!(!test.app.settings.is_secure());
    let served = Served::start(&test.app).await;
    let answer = served.nobody().get("/livez").await;
    assert_eq!((answer.status, answer.header("strict-transport-security")), (200, None));
    served.stop().await;
}

#[test]
fn no_address_that_others_can_reach_is_answered_in_the_open() {
    let open: SocketAddr = "0.0.0.0:8080".parse().unwrap();
    let said = Settings::default().tls(open).unwrap_err().to_string();
    for part in ["0.0.0.0:8080", "TLS_CERTIFICATE", "TLS_KEY", "GOLDTHREAD_BEHIND_PROXY", "127.0.0.1"] {
        assert!(said.contains(part), "{said}");
    }
    assert!(Settings::default().tls("[2001:db8::1]:8080".parse().unwrap()).is_err());
    for loopback in ["127.0.0.1:8080", "[::1]:8080"] {
        assert_eq!(Settings::default().tls(loopback.parse().unwrap()).unwrap(), None);
    }
    let behind = Settings { behind_proxy: true, ..Settings::default() };
    assert_eq!(behind.tls(open).unwrap(), None);
    assert!(behind.is_secure(), "browsers meet it over the proxy's TLS");
    let half = Settings { tls_key: Some("key.pem".into()), ..Settings::default() };
    let said = half.tls(open).unwrap_err().to_string();
    assert!(said.contains("`TLS_KEY` is given without `TLS_CERTIFICATE`"), "{said}");
}

#[tokio::test]
async fn a_file_that_cannot_be_used_is_named_with_what_is_allowed_and_never_shown() {
    let folder = Folder::fresh();
    let (good, other) = (Folder::certify(), Folder::certify());
    let said = async || folder.files().check().await.unwrap_err().to_string();
    let is_named = |said: &str, file: &Path| said.contains(&file.display().to_string());
    let Files { certificate, key } = folder.files();
    assert!(is_named(&said().await, &certificate), "neither is there");
    folder.write(&(good.1.clone(), good.1.clone()));
    let none = said().await;
    assert!(is_named(&none, &certificate) && none.contains("holds no certificate"), "{none}");
    folder.write(&(good.0.clone(), good.0.clone()));
    let none = said().await;
    assert!(is_named(&none, &key) && none.contains("holds no key"), "{none}");
    folder.write(&(good.0.clone(), other.1.clone()));
    let unfit = said().await;
    assert!(is_named(&unfit, &certificate) && is_named(&unfit, &key), "{unfit}");
    assert!(!unfit.contains(&other.1[40..80]), "{unfit}");
    folder.write(&good);
    folder.files().check().await.unwrap();
}
