//! Signing in at a browser, by a certified provider: the whole way there and back, and what ends it.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use casework::settings::Settings;
use chrono::TimeDelta;
use domain::practitioner::Leave;
use reqwest::Url;
use serde_json::json;
use system_tests::forms::{Pairs, about_wren, encoded, hidden};
use system_tests::http::{Answer, Caller};

use system_tests::provider::{AUDIENCE, CLIENT, Provider, SECRET};
use system_tests::school::School;

const BACK: &str = "http://goldthread.test/sign-in/schools/back";
const SUBJECT: &str = "jo.beck";
const IDLE: TimeDelta = TimeDelta::minutes(16);

/// A school whose issuer lets people sign in at a browser, and a browser.
struct Stage {
    provider: Provider,
    school: School,
    browser: Browser,
}

impl Stage {
    async fn set() -> Self {
        Self::of(Settings::default(), BACK).await
    }

    async fn of(settings: Settings, back: &str) -> Self {
        let provider = Provider::sending_back(&[back]);
        let issuer = provider.issuer();
        let secret = std::env::temp_dir().join(format!("goldthread-secret-{}", std::process::id()));
        std::fs::write(&secret, format!("{SECRET}\n")).unwrap();
        let client =
            json!({ "key": "schools", "name": "Bradford Schools", "id": CLIENT, "secret_file": secret });
        let issuers = json!([{ "issuer": issuer, "audience": AUDIENCE, "client": client }]);
        let public_address = back.strip_suffix("/sign-in/schools/back").map(str::to_owned);
        let school = School::with(|_| issuers, Settings { public_address, ..settings }).await;
        // So that the provider's clock is not behind once somebody has been idle.
        school.test.clock.advance(-IDLE);
        let caller = Caller { purpose: "", ..school.served.nobody() };
        Self { provider, school, browser: Browser { caller, cookies: BTreeMap::new() } }
    }

    async fn linked() -> Self {
        let stage = Self::set().await;
        assert!(stage.school.link(&stage.provider.issuer(), SUBJECT).await.unwrap());
        stage
    }

    /// There and back, as whoever the provider is told.
    async fn sign_in(&mut self, address: &str, subject: &str) -> Answer {
        let to = self.browser.get(address).await;
        let back = self.provider.let_in(&location(&to), subject).await;
        assert!(back.starts_with(BACK), "{back}");
        let (_, path) = back.split_once("goldthread.test").unwrap();
        self.browser.get(path).await
    }

    async fn stop(self) {
        self.school.stop().await;
    }
}

fn location(answer: &Answer) -> String {
    assert_eq!(answer.status, 303, "{}", answer.text());
    answer.header("location").unwrap().to_owned()
}

/// What keeps this node's cookies.
struct Browser {
    caller: Caller,
    cookies: BTreeMap<String, String>,
}

impl Browser {
    async fn get(&mut self, address: &str) -> Answer {
        self.send("GET", address, b"").await
    }

    async fn post(&mut self, address: &str, pairs: &Pairs) -> Answer {
        self.send("POST", address, encoded(pairs).as_bytes()).await
    }

    async fn send(&mut self, method: &str, address: &str, body: &[u8]) -> Answer {
        let cookie = self.cookie();
        let headers = [
            ("cookie", cookie.as_str()),
            ("content-type", "application/x-www-form-urlencoded"),
            ("accept", "text/html"),
        ];
        let answer = self.caller.send(method, address, &headers, body).await;
        for (_, cookie) in answer.headers.iter().filter(|(name, _)| name == "set-cookie") {
            let (name, rest) = cookie.split_once('=').unwrap();
            let value = rest.split(';').next().unwrap();
            if value.is_empty() {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        answer
    }

    fn cookie(&self) -> String {
        let pairs: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        pairs.join("; ")
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_signs_in_where_they_work_and_out_again() {
    let mut stage = Stage::linked().await;
    let first = stage.browser.get("/").await.text();
    assert!(first.contains("Sign in at Bradford Schools") && first.contains("href=\"/sign-in/schools\""));
    assert!(!first.contains("emonstration") && !first.contains("name=\"persona\""), "{first}");
    assert_eq!(location(&stage.browser.get("/ask").await), "/?back=%2Fask");

    let to = stage.browser.get("/sign-in/schools?back=%2Fask").await;
    let asked = Url::parse(&location(&to)).unwrap();
    let said: BTreeMap<_, _> = asked.query_pairs().into_owned().collect();
    assert_eq!((said["code_challenge_method"].as_str(), said["redirect_uri"].as_str()), ("S256", BACK));
    assert!(!said.contains_key("prompt"), "whoever the issuer knows need not sign in there again");

    let arrived = stage.sign_in("/sign-in/schools?back=%2Fask", SUBJECT).await;
    let html = arrived.text();
    assert_eq!(arrived.status, 200, "{html}");
    assert!(html.contains("You are Jo Beck, safeguarding lead, Beck Lane Primary School."), "{html}");
    assert!(html.contains("content=\"0; url=/ask\""), "{html}");
    let cookie = arrived.header("set-cookie").unwrap();
    assert!(cookie.contains("; HttpOnly; SameSite=Strict") && !cookie.contains("Max-Age"), "{cookie}");
    let ask = stage.browser.get("/ask").await;
    assert_eq!(ask.status, 200, "{}", ask.text());
    assert!(ask.text().contains("Jo Beck") && !ask.text().contains("emonstration"), "{}", ask.text());
    assert!(ask.text().contains("data-idle-seconds=\"900\""));

    let kept = stage.browser.cookie();
    // Of another session, of another time, or sealed by somebody else.
    for place in [kept.find("gs1.").unwrap() + 4, kept.rfind('.').unwrap() - 1, kept.len() - 1] {
        let mut forged = kept.clone().into_bytes();
        forged[place] = if forged[place] == b'0' { b'1' } else { b'0' };
        let forged = String::from_utf8(forged).unwrap();
        let answer = stage.browser.caller.send("GET", "/ask", &[("cookie", &forged)], b"").await;
        assert_eq!(location(&answer), "/?back=%2Fask", "{forged}");
    }
    stage.sign_in("/sign-in/schools", SUBJECT).await;
    let left = stage.browser.caller.send("GET", "/ask", &[("cookie", &kept)], b"").await;
    assert_eq!(location(&left), "/?back=%2Fask", "whoever signs in again leaves the session before");
    let ask = stage.browser.get("/ask").await;
    let kept = stage.browser.cookie();
    let out = stage.browser.post("/sign-out", &form_of(&ask.text())).await;
    assert_eq!(out.status, 200);
    assert!(out.text().contains("Sign out at Bradford Schools too"), "{}", out.text());
    assert!(stage.browser.cookies.is_empty(), "{:?}", stage.browser.cookies);
    let caller = &stage.browser.caller;
    let copied = caller.send("GET", "/ask", &[("cookie", &kept)], b"").await;
    assert_eq!(location(&copied), "/?back=%2Fask", "a copy of the cookie is nobody's");
    stage.stop().await;
}

/// What the form to sign out carries.
fn form_of(html: &str) -> Pairs {
    let form = html.split_once("action=\"/sign-out\">").unwrap().1.split_once("</form>").unwrap().0;
    hidden(&format!("<main{form}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_nobody_has_linked_is_told_what_to_say_and_is_not_let_in() {
    let mut stage = Stage::set().await;
    let told = stage.sign_in("/sign-in/schools", SUBJECT).await;
    assert_eq!(told.status, 403, "{}", told.text());
    assert!(
        told.text().contains(SUBJECT) && told.text().contains("can link your account"),
        "{}",
        told.text()
    );
    assert!(stage.browser.cookies.is_empty(), "{:?}", stage.browser.cookies);
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_is_taken_once_from_the_browser_that_asked() {
    let mut stage = Stage::linked().await;
    let to = location(&stage.browser.get("/sign-in/schools").await);
    let back = stage.provider.let_in(&to, SUBJECT).await;
    let path = back.split_once("goldthread.test").unwrap().1.to_owned();
    let begun = stage.browser.cookies.clone();
    let refused = async |browser: &mut Browser, path: &str, status: u16| {
        let answer = browser.get(path).await;
        assert_eq!(answer.status, status, "{path}: {}", answer.text());
        assert!(!browser.cookies.contains_key("goldthread-visitor"), "{path}");
    };
    let mut another = Browser { caller: stage.browser.caller.clone(), cookies: BTreeMap::new() };
    refused(&mut another, &path, 400).await;
    another.cookies = begun.clone();
    refused(&mut another, &path.replace("state=", "state=x"), 400).await;
    another.cookies = begun.clone();
    another.cookies.values_mut().for_each(|value| *value = value.replacen('e', "f", 1));
    refused(&mut another, &path, 400).await;
    another.cookies = begun.clone();
    let (head, _) = path.split_once("iss=").expect("the issuer names itself");
    refused(&mut another, &format!("{head}iss=https%3A%2F%2Fid.example"), 403).await;
    another.cookies = begun.clone();
    let denied = path.split_once("code=").unwrap().0.to_owned()
        + "error=access_denied&"
        + path.split_once('&').unwrap().1;
    refused(&mut another, &denied, 403).await;
    another.cookies = begun.clone();
    refused(&mut another, &path.replace("/schools/", "/hospitals/"), 404).await;

    assert_eq!(stage.browser.get(&path).await.status, 200);
    another.cookies = begun;
    refused(&mut another, &path, 403).await;
    stage.stop().await;
}

/// A form of a contact about a child, filled in.
async fn telling(browser: &mut Browser) -> Pairs {
    let mut pairs = hidden(&browser.get(FORM).await.text());
    pairs.extend(about_wren("Came without a coat.", "check"));
    pairs
}

const FORM: &str = "/contacts/new?for=referral-consideration";

#[tokio::test(flavor = "multi_thread")]
async fn whoever_was_idle_signs_in_again_beside_what_they_typed_and_goes_on_with_it() {
    let mut stage = Stage::linked().await;
    stage.sign_in("/sign-in/schools", SUBJECT).await;
    let typed = telling(&mut stage.browser).await;
    // Somebody at work is not signed out; what a page asks by itself is no work.
    for _ in 0..3 {
        stage.school.test.clock.advance(TimeDelta::minutes(10));
        assert_eq!(stage.browser.get("/ask").await.status, 200);
    }
    stage.school.test.clock.advance(TimeDelta::minutes(10));
    let left = stage.browser.get("/session").await;
    assert!(matches!(left.json()["seconds"].as_u64(), Some(299 | 300)), "{}", left.text());
    stage.school.test.clock.advance(TimeDelta::minutes(6));
    assert_eq!(location(&stage.browser.get("/session").await), "/?back=%2Fsession");
    let first = stage.browser.get("/").await.text();
    assert!(first.contains("You are signed out"), "{first}");

    let kept = stage.browser.post(FORM, &typed).await;
    let html = kept.text();
    assert_eq!(kept.status, 401, "{html}");
    assert!(html.contains("href=\"/sign-in/schools?back=/signed-in\" target=\"_blank\""), "{html}");
    assert!(!html.contains("gt-account"), "whoever is at the browser is not shown it");
    let kept = hidden(&html);

    // The issuer remembers them, and is asked to prove anew who is there.
    let again = stage.browser.get("/sign-in/schools?back=/signed-in").await;
    assert!(location(&again).contains("prompt=login&max_age=0"), "{}", location(&again));
    stage.school.test.clock.advance(-TimeDelta::minutes(40));
    let back = stage.sign_in("/sign-in/schools?back=/signed-in", SUBJECT).await;
    assert!(back.text().contains("url=/signed-in"), "{}", back.text());
    assert!(stage.browser.get("/signed-in").await.text().contains("Close this tab"));

    let go_on = stage.browser.post(FORM, &kept).await;
    let html = go_on.text();
    assert!(html.contains("You are signed in again") && html.contains("It is Jo Beck’s"), "{html}");
    let checked = stage.browser.post(FORM, &hidden(&html)).await;
    assert_eq!(checked.status, 200, "{}", checked.text());
    assert!(checked.text().contains("Who will see which part"), "{}", checked.text());
    assert!(checked.text().contains("Came without a coat."));
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_leaves_is_signed_out_and_told_nothing_more_within_a_second() {
    // So that there is a child; it says so on every page.
    let settings = Settings { demonstration: true, ..Settings::default() };
    let mut stage = Stage::of(settings, BACK).await;
    assert!(stage.school.link(&stage.provider.issuer(), SUBJECT).await.unwrap());
    let arrived = stage.sign_in("/sign-in/schools", SUBJECT).await;
    assert!(arrived.text().contains("A demonstration: every child"), "{}", arrived.text());
    let nowhere = stage.browser.get("/nowhere").await;
    assert!(nowhere.text().contains("A demonstration: every child"), "{}", nowhere.text());
    let child = stage.school.test.child("Wren", "Holloway").await;
    // Whoever has told of a child reads what they told.
    let _ = stage.school.tell_of(child).await.id();
    let address = format!("/children/{}?for=referral-consideration", child.0);
    let page = until_it_says(&mut stage.browser, &address, "Contact: neglect").await;
    let live = page.split_once("data-live=\"").unwrap().1.split_once('"').unwrap().0.replace("&#38;", "&");
    let cookie = stage.browser.cookie();
    let mut stream = stage.browser.caller.live(&live, &[("cookie", &cookie)]).await;
    assert_eq!(stream.status, 200);
    assert_eq!(stream.next().await.unwrap().event, "ready");
    let begun = Instant::now();
    stage.school.order(Leave { on: stage.school.today() - TimeDelta::days(1) }).await;
    while let Some(sent) = stream.next().await {
        assert_eq!(sent.event, "closed");
    }
    // It would end of itself after a minute.
    assert!(begun.elapsed() < Duration::from_secs(30), "{:?}", begun.elapsed());
    println!("told nothing more after {:?}", begun.elapsed());
    assert_eq!(location(&stage.browser.get("/ask").await), "/?back=%2Fask");
    stage.stop().await;
}

/// A page as soon as it says something: views come after the record.
async fn until_it_says(browser: &mut Browser, address: &str, words: &str) -> String {
    let begun = Instant::now();
    loop {
        let html = browser.get(address).await.text();
        if html.contains(words) {
            return html;
        }
        assert!(begun.elapsed() < Duration::from_secs(30), "{html}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn over_tls_the_cookies_go_no_other_way() {
    let back = "https://goldthread.test/sign-in/schools/back";
    let mut stage = Stage::of(Settings::default(), back).await;
    let to = stage.browser.get("/sign-in/schools").await;
    let cookie = to.header("set-cookie").unwrap();
    assert!(cookie.starts_with("__Secure-goldthread-sign-in=") && cookie.ends_with("; Secure"), "{cookie}");
    assert!(cookie.contains("Path=/sign-in; HttpOnly; SameSite=Lax"), "{cookie}");
    assert!(stage.school.link(&stage.provider.issuer(), SUBJECT).await.unwrap());
    let back = stage.provider.let_in(&location(&to), SUBJECT).await;
    let arrived = stage.browser.get(back.split_once("goldthread.test").unwrap().1).await;
    let cookie = arrived.header("set-cookie").unwrap();
    assert!(cookie.starts_with("__Host-goldthread-visitor=gs1.") && cookie.ends_with("; Secure"), "{cookie}");
    stage.stop().await;
}
