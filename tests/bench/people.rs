//! Looking for people among two hundred thousand: the index built by the view's own fold, searches of mixed kinds, and
//! beside them the bare probes of the same keys through the same driver.

use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use deadpool_postgres::{Manager, Pool};
use domain::access::{AccessClass, Actor, Disclosure, Purpose, Role};
use domain::agency::AgencyKind;
use domain::event::Event;
use domain::ids::{AgencyId, KeyId, PersonId, PractitionerId};
use domain::matching::{Addresses, Typed, keys_to_try};
use domain::person::PersonKind;
use domain::person::address::{Address, AddressClass};
use domain::person::events::{AddressRecorded, BirthRecorded, IdentifierRecorded, Named, Opened};
use domain::person::identifier::Scheme;
use domain::person::name::{NameUse, PersonName};
use domain::person::uncertain_date::{Precision, UncertainDate};
use domain::sealed::Sealed;
use domain::source::{Basis, Source};
use domain::when::Occurred;
use event_store::keys::Keys;
use event_store::{Append, Draft, EventStore, PostgresStore, StreamId};
use futures_util::{StreamExt, TryStreamExt, stream};
use projections::engine::history::Log;
use projections::engine::rebuild_and_switch;
use projections::people;
use projections::reads::Reads;
use projections::scope::Scope;
use tokio_postgres::NoTls;

use crate::append::{context, open_keys, open_log};
use crate::county::{AUTHORITY, draft, nhs_numbers};
use crate::figures::{Figure, Latencies, real};
use crate::ids::{Ids, nth};
use crate::{Bench, Result};

const AT_ONCE: usize = 64;
const BEGINNING: i64 = 1_735_725_600;
/// Names had by many, the commonest first; the others are made of syllables.
const GIVEN: [&str; 24] = [
    "Mohammed", "Oliver", "Amelia", "Aisha", "Noah", "Olivia", "Muhammad", "Fatima", "Jack", "Isla",
    "Ibrahim", "Zainab", "George", "Ava", "Yusuf", "Maryam", "Harry", "Grace", "Ali", "Sophia", "Jakub",
    "Zofia", "Leo", "Freya",
];
const FAMILY: [&str; 24] = [
    "Khan", "Hussain", "Smith", "Ahmed", "Jones", "Akhtar", "Taylor", "Ali", "Brown", "Mahmood", "Wilson",
    "Begum", "Walker", "Shah", "Wood", "Iqbal", "Robinson", "Malik", "Thompson", "Mirza", "Nowak", "Okafor",
    "Hartley", "Doyle",
];
const SYLLABLES: [&str; 40] = [
    "ba", "ber", "bro", "can", "cor", "dal", "den", "dra", "el", "fen", "fir", "gar", "gil", "han", "hol",
    "jar", "ken", "kir", "lan", "lo", "mar", "mel", "mon", "nar", "nel", "ol", "pen", "por", "ral", "ros",
    "san", "sel", "tan", "tor", "ul", "van", "vel", "war", "win", "zar",
];
/// Names of each kind, and how steeply they fall off: the first is had by about one in sixty.
const NAMES: u64 = 6_000;

/// Somebody of the county.
struct Somebody {
    number: u64,
    given: String,
    family: String,
    born: NaiveDate,
    postcode: String,
    house: u64,
    nhs: String,
}

impl Somebody {
    fn of(number: u64, nhs: &str) -> Result<Self> {
        let mut ids = Ids::new(number ^ 0x9e09_1e00);
        let given = name(&GIVEN, rank(&mut ids)?)?;
        let family = name(&FAMILY, rank(&mut ids)?)?;
        let day = i32::try_from(ids.below(18 * 365))?;
        let born = NaiveDate::from_num_days_from_ce_opt(733_042 + day).ok_or("no day")?;
        // One in twenty is a day that nobody knew.
        let born = if ids.below(20) == 0 { born.with_ordinal(1).ok_or("no day")? } else { born };
        // Some fifteen homes a postcode, four people a home.
        let street = ids.below(3_300);
        let letters = |of: u64| char::from(b'A' + u8::try_from(of % 20).unwrap_or_default());
        let postcode = format!(
            "BD{} {}{}{}",
            1 + street / 400,
            street % 10,
            letters(street / 10 % 20),
            letters(street / 200)
        );
        Ok(Self { number, given, family, born, postcode, house: 1 + ids.below(15), nhs: nhs.to_owned() })
    }

    fn person(&self) -> PersonId {
        PersonId(nth(0xc2, self.number))
    }

    async fn open(&self, store: &PostgresStore, keys: &Arc<dyn Keys>) -> Result<()> {
        let key = keys.take().await?;
        let (id, mut ids) = (KeyId(key.id), Ids::new(self.number ^ 0x0be2));
        let source = Source { basis: Basis::Told, agency: AgencyId(nth(2, 1)) };
        let testimony = None;
        let address = Address::parse(&[&format!("{} Example Row", self.house)], &self.postcode)?;
        let events: [Event; 5] = [
            Opened { kind: PersonKind::Born, key: id, testimony: testimony.clone() }.into(),
            Named {
                usage: NameUse::Usual,
                name: Sealed::new(id, PersonName::parse(&self.given, &self.family)?),
                source,
                testimony: testimony.clone(),
            }
            .into(),
            BirthRecorded {
                precision: Precision::Exact,
                date: Sealed::new(id, UncertainDate::exact(self.born)),
                year: self.born.year(),
                source,
                testimony: testimony.clone(),
            }
            .into(),
            IdentifierRecorded {
                scheme: Scheme::Nhs,
                value: Sealed::new(id, self.nhs.clone()),
                source,
                testimony: testimony.clone(),
            }
            .into(),
            AddressRecorded {
                address: Sealed::new(id, address),
                class: AddressClass::Ordinary,
                withheld_from: Vec::new(),
                is_communal: false,
                from: self.born,
                to: None,
                source,
                testimony,
            }
            .into(),
        ];
        let at = Occurred::Instant(DateTime::<Utc>::from_timestamp(BEGINNING, 0).ok_or("no time")?);
        let drafts = events.iter().map(|event| draft(store.origin(), ids.id(), at, event, &key));
        let stream = StreamId { category: "person".to_owned(), id: self.person().0 };
        let events: Vec<Draft> = drafts.collect::<Result<_>>()?;
        let context = context(&mut ids);
        store.append(Append::new(stream, 0, context, events)).await?;
        Ok(())
    }

    /// What somebody types who looks for them, in one of the ways people do.
    fn typed(&self, kind: Kind) -> Typed {
        let family = self.family.clone();
        let born = Some(UncertainDate::exact(self.born));
        let swapped = NaiveDate::from_ymd_opt(self.born.year(), self.born.day(), self.born.month());
        match kind {
            Kind::NameAndBirth => Typed { given: self.given.clone(), family, born, ..Typed::default() },
            Kind::Slips => Typed {
                given: slip(&self.given),
                family: slip(&self.family),
                born: Some(UncertainDate::exact(swapped.unwrap_or(self.born))),
                ..Typed::default()
            },
            Kind::FamilyAndBirth => Typed { family, born, ..Typed::default() },
            Kind::Number => Typed { nhs_number: Some(self.nhs.clone()), ..Typed::default() },
            Kind::Name => Typed { given: self.given.clone(), family, ..Typed::default() },
            Kind::Address => Typed {
                family,
                postcode: Some(self.postcode.clone()),
                house: Some(self.house.to_string()),
                ..Typed::default()
            },
        }
    }
}

/// The ways people look for somebody.
#[derive(Clone, Copy, Debug)]
enum Kind {
    NameAndBirth,
    Slips,
    FamilyAndBirth,
    Number,
    Name,
    Address,
}

const KINDS: [(&str, Kind); 6] = [
    ("people/name-and-birth", Kind::NameAndBirth),
    ("people/slips", Kind::Slips),
    ("people/family-and-birth", Kind::FamilyAndBirth),
    ("people/number", Kind::Number),
    ("people/name", Kind::Name),
    ("people/address", Kind::Address),
];

/// A few are had by many: the smaller of two draws, squared.
fn rank(ids: &mut Ids) -> Result<usize> {
    let draw = ids.below(NAMES);
    Ok(usize::try_from(draw * ids.below(NAMES) / NAMES * ids.below(NAMES) / NAMES)?)
}

fn name(common: &[&str; 24], rank: usize) -> Result<String> {
    if let Some(name) = common.get(rank) {
        return Ok((*name).to_owned());
    }
    let syllable = |of: usize| SYLLABLES.get(of % SYLLABLES.len()).copied().unwrap_or("el");
    let text = format!("{}{}{}", syllable(rank), syllable(rank / 40), syllable(rank / 7));
    let mut letters = text.chars();
    let first = letters.next().ok_or("no letter")?;
    Ok(first.to_uppercase().chain(letters).collect())
}

/// Two letters in the middle change places.
fn slip(name: &str) -> String {
    let mut letters: Vec<char> = name.chars().collect();
    let middle = letters.len() / 2;
    if letters.len() > 3 {
        letters.swap(middle - 1, middle);
    }
    letters.into_iter().collect()
}

pub async fn all(bench: &Bench) -> Result<Vec<Figure>> {
    let count = bench.pace.searched;
    let database = bench.server.database("people").await?;
    let store = open_log(&database.log, 8).await?;
    let keys = open_keys(&database.keys).await?;
    let numbers = nhs_numbers(count);
    let somebodies: Vec<Somebody> =
        (0..).zip(&numbers).map(|(number, nhs)| Somebody::of(number, nhs)).collect::<Result<_>>()?;
    let begun = Instant::now();
    stream::iter(&somebodies)
        .map(|somebody| somebody.open(&store, &keys))
        .buffer_unordered(AT_ONCE)
        .try_for_each(|()| async { Ok(()) })
        .await?;
    let written = begun.elapsed();
    let admin = bench.server.admin(&database.name).await?;
    admin.batch_execute("vacuum analyze record.event").await?;
    let pool = Pool::builder(Manager::new(database.views.parse()?, NoTls)).max_size(16).build()?;
    let log = Log { store: Arc::new(store), keys };
    let begun = Instant::now();
    rebuild_and_switch(&log, &pool, &projections::views()).await?;
    eprintln!("  {count} people written in {written:.0?}, indexed in {:.0?}", begun.elapsed());
    admin.batch_execute("analyze").await?;
    let sql = "select schema_name from views.pointer where view = 'people'";
    let schema: String = admin.query_one(sql, &[]).await?.get(0);
    let sql = format!(
        "select pg_size_pretty(pg_total_relation_size('{schema}.sought')), count(*) from {schema}.sought"
    );
    let size = admin.query_one(&sql, &[]).await?;
    let size = format!("{} keys in {}", size.get::<_, i64>(1), size.get::<_, String>(0));
    let reads = Reads::open(log, pool.clone(), &projections::views()).await?;
    let (scope, probe) = (front_door()?, format!("select person from {schema}.sought where key = any($1)"));
    let mut figures = Vec::new();
    let mut mixed = (Latencies::default(), Latencies::default());
    for (name, kind) in KINDS {
        let searching = Searching { reads: &reads, scope: &scope, pool: &pool, probe: &probe };
        let measured = searching.measure(&somebodies, kind, bench.pace.ours / 2).await?;
        figures.push(measured.figure(name, String::new()));
        mixed.0.extend(measured.ours);
        mixed.1.extend(measured.raw);
    }
    let mixed = Measured { ours: mixed.0, raw: mixed.1, met: 0, asked: 0 };
    figures.push(mixed.figure("people/mixed", format!("{count} people, {size}; all kinds alike")));
    drop((reads, pool));
    bench.server.remove(database).await?;
    Ok(figures)
}

/// Whoever takes contacts for the authority, and is told everything.
fn front_door() -> Result<Scope> {
    let actor = Actor {
        practitioner: PractitionerId(nth(1, 1)),
        agency: AgencyId(nth(2, 9)),
        agency_kind: AgencyKind::LocalAuthority,
        authority: Some(AUTHORITY.parse()?),
        team: None,
        roles: vec![Role::FrontDoor],
    };
    let told = AccessClass::all().map(|class| (class, Disclosure::Full)).collect();
    Ok(Scope::decided(actor, Purpose::SafeguardingCheck, Arc::new(told)))
}

struct Searching<'a> {
    reads: &'a Reads,
    scope: &'a Scope,
    pool: &'a Pool,
    probe: &'a str,
}

/// What came of one kind of search.
struct Measured {
    ours: Latencies,
    raw: Latencies,
    asked: u64,
    /// How often the one who was meant was among those found.
    met: u64,
}

impl Searching<'_> {
    /// One caller, whose searches and bare probes take turns.
    async fn measure(&self, somebodies: &[Somebody], kind: Kind, time: Duration) -> Result<Measured> {
        let (mut ids, end) = (Ids::new(7), Instant::now() + time);
        let mut measured =
            Measured { ours: Latencies::default(), raw: Latencies::default(), asked: 0, met: 0 };
        while Instant::now() < end {
            let which = usize::try_from(ids.below(u64::try_from(somebodies.len())?))?;
            let somebody = somebodies.get(which).ok_or("nobody")?;
            let typed = somebody.typed(kind);
            let begun = Instant::now();
            let found = people::candidates(self.reads, self.scope, &typed, 50).await?;
            measured.ours.push(begun.elapsed());
            measured.asked += 1;
            measured.met += u64::from(found.near.iter().any(|near| near.person == somebody.person()));
            let keys: Vec<i64> = keys_to_try(&typed, Addresses::AndClosed).into_iter().collect();
            let begun = Instant::now();
            let client = self.pool.get().await?;
            client.query(&client.prepare_cached(self.probe).await?, &[&keys]).await?;
            measured.raw.push(begun.elapsed());
        }
        Ok(measured)
    }
}

impl Measured {
    fn figure(&self, name: &str, detail: String) -> Figure {
        let p50 = |latencies: &Latencies| latencies.quantile(500).map_or(0.0, |at| at.as_secs_f64());
        let a_second = |latencies: &Latencies| 1.0 / p50(latencies).max(1e-6);
        let met = match self.asked {
            0 => detail,
            asked => format!("{:.1} % found who was meant", 100.0 * real(self.met) / real(asked)),
        };
        let detail = format!("{}; bare probes {}; {met}", self.ours.words(), self.raw.words());
        Figure::new(name, a_second(&self.ours), "searches/s")
            .against(Some(a_second(&self.raw)))
            .p99(&self.ours)
            .detail(detail)
    }
}
