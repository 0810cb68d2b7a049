//! A county to demonstrate with: invented families of West Yorkshire and years of work with them, told through
//! [`App::execute`] with recorded times of their own.
//!
//! The same seed and beginning give the same orders under the same ids; told again, they add nothing. Orders on their
//! way at once may change places by moments. Left out: who one can be on a demonstration.

mod calendar;
mod crew;
mod desk;
mod dice;
mod family;
mod looks;
mod missing;
mod named;
mod rehearse;
mod script;
mod slips;
mod tell;
mod told;
mod words;
mod work;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use domain::contact::Outcome;
use domain::ids::PersonId;
use domain::when::civil_day;

use crate::app::App;
use crate::error::{Cause, ExecuteError};
use crew::Crew;
use desk::Desk;
use dice::Dice;
use family::{Meeting, Sketch, children_of_a_family};
use script::{Act, Script};
use told::{Telling, outcome};
use words::Words;
use work::{Reach, Referred, Work};

pub use family::nhs_number;
pub use named::Company;
pub use rehearse::Rehearsed;

/// Nobody but the front doors reads while the county is told.
const GATHER: Duration = Duration::from_millis(80);

/// Which county.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct County {
    pub seed: u64,
    pub children: u32,
    /// When the first thing is recorded, and when the last may be.
    pub begin: DateTime<Utc>,
    pub end: DateTime<Utc>,
}

/// How far the telling is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Progress {
    pub given: u64,
    pub orders: u64,
    pub events: u64,
}

/// Why the county could not be told.
#[derive(Debug, thiserror::Error)]
pub enum Untold {
    #[error("an order of the county was not carried out: {key}")]
    Order {
        key: String,
        #[source]
        source: ExecuteError,
    },
    #[error(
        "the record has another county: give the `--children` and `--years` it was begun with, or begin another in \
         another checkout or over another database"
    )]
    AnotherCounty,
    #[error("the county ends before it is founded; give it at least a day")]
    TooShort,
    #[error("hours of the county are not taken")]
    Hours(#[from] domain::agency::hours::NotATimeOfDay),
    #[error("an order of the county has nobody to give it")]
    Nobody,
    #[error("the county can only be told on a demonstration")]
    NotADemonstration(#[from] crate::visitor::TokenError),
    #[error("somebody of the county may not do what they are there for")]
    NotPermitted(#[from] crate::policy::NotPermitted),
    #[error("a look of the county could not be put on record")]
    Look(#[source] crate::error::ReadError),
    #[error("the record cannot be read")]
    Record(#[from] event_store::StoreError),
    #[error("an order of the county broke off")]
    BrokeOff(#[from] tokio::task::JoinError),
    #[error("what small facts of the county add up to could not be looked for")]
    Linkage(#[source] Cause),
    #[error("a word of the county cannot be used")]
    Word(#[source] Box<dyn std::error::Error + Send + Sync>),
}

macro_rules! words {
    ($($error:ty),+ $(,)?) => {$(
        impl From<$error> for Untold {
            fn from(error: $error) -> Self {
                Self::Word(error.into())
            }
        }
    )+};
}

words! {
    domain::text::TextError,
    domain::authority::NotAnAuthority,
    domain::person::address::AddressError,
    domain::person::name::NameError,
    domain::person::identifier::IdentifierError,
    domain::person::uncertain_date::NotADateOfBirth,
}

/// Tells the whole county, and with a company the families with names. How many events it led to: none when all of it
/// was on record.
///
/// # Errors
/// The first order that was not carried out; telling it again goes on from there.
pub async fn tell(
    app: &Arc<App>,
    county: County,
    company: Option<&Company>,
    progress: &mut (dyn FnMut(Progress) + Send),
) -> Result<u64, Untold> {
    let words = Words::shipped();
    let Plan { crew, acts, named } = plan(app, county, company, &words)?;
    let crew = Arc::new(crew);
    let looks = looks::drawn(&acts, &named, county.seed);
    let mut events = 0;
    if !tell::is_told(app, &acts).await? {
        // What an order rests on is asked of views too.
        app.engine.ready().await;
        let desk = Desk::new(&crew, &words, &county, named);
        app.engine.gather_for(Some(GATHER));
        let told = tell::tell(app, &crew, acts, desk, progress).await;
        app.engine.gather_for(None);
        events = told?;
    }
    looks::tell(app, &crew, &looks).await?;
    Ok(events)
}

/// Holds every order on a case against the rules, and tells nothing.
///
/// # Errors
/// The first order that would be refused.
pub fn rehearse(app: &App, county: County, company: Option<&Company>) -> Result<Rehearsed, Untold> {
    rehearse::all(plan(app, county, company, &Words::shipped())?)
}

/// Everybody who tells, and all they tell, in the order of time.
struct Plan {
    crew: Crew,
    acts: Vec<Act>,
    /// The people of the families with names.
    named: BTreeSet<PersonId>,
}

fn plan(app: &App, county: County, company: Option<&Company>, words: &Words) -> Result<Plan, Untold> {
    let mut founding = Script::new(&app.ids, 0, county.end);
    let mut crew = crew::found(app, &county, company, words, &mut founding)?;
    let mut acts = founding.in_order();
    let mut children = 0;
    let mut number = 0;
    while children < county.children {
        number += 1;
        let story = Story { app, county: &county, crew: &crew, words };
        let (family, told) = story.of_family(number, children)?;
        children += family;
        acts.extend(told);
    }
    let mut named = BTreeSet::new();
    if let Some(company) = company {
        let cast = named::Cast::join(&mut crew, company)?;
        let stage = |thread| named::Stage::new(&cast, Script::new(&app.ids, thread, county.end));
        let told = named::tell(stage, number + 1)?;
        named.extend(told.iter().filter_map(Act::opens));
        acts.extend(told);
    }
    acts.sort_by_key(|act| act.at);
    Ok(Plan { crew, acts, named })
}

struct Story<'a> {
    app: &'a App,
    county: &'a County,
    crew: &'a Crew,
    words: &'a Words,
}

impl<'a> Story<'a> {
    /// All that is told of one family, and how many children it has.
    fn of_family(&self, number: u32, first_child: u32) -> Result<(u32, Vec<Act>), Untold> {
        let mut dice = Dice::of(self.county.seed, &format!("family {number}"));
        let mut script = Script::new(&self.app.ids, number, self.county.end);
        let (begin, end) = (civil_day(self.county.begin), civil_day(self.county.end));
        let span = u32::try_from((end - begin).num_days()).unwrap_or_default();
        // Three families in four are known in the county's first months, the others are heard of as it goes.
        let heard = if dice.per_mille(750) { dice.below(span / 6 + 1) } else { dice.below(span + 1) };
        let day = calendar::working_day(calendar::after(begin, heard + 1));
        let left = self.county.children - first_child;
        let children = children_of_a_family(&mut dice).min(left);
        let sketch = Sketch::draw(self.words, &mut dice, children, day, first_child);
        let Some(council) = self.crew.council_of(dice.below(1000)) else { return Ok((children, Vec::new())) };
        let at = calendar::in_office_hours(day, &mut dice);
        let met =
            Meeting { words: self.words, script: &mut script, dice: &mut dice, at }.meet(council, &sketch)?;
        let Some(family) = met else { return Ok((children, script.in_order())) };
        let reach = dice.weighted(&REACHES).unwrap_or(None);
        // Two contacts a year for those nobody works with, more for the others: some five for each referral.
        let gap = match reach {
            None | Some(Reach::NoFurtherAction) => (45, 300),
            Some(Reach::Assessment | Reach::InNeed) => (25, 170),
            Some(Reach::Enquiry | Reach::Protection | Reach::Care) => (13, 100),
        };
        let mut next = day;
        let mut refer = reach;
        // The last day on which work stands in the way of a referral; none while no end is in sight.
        let mut busy_until = Some(civil_day(self.county.begin));
        while next < end {
            // The contact that becomes a referral comes early; what is told while a case is open goes to its worker.
            let is_open = busy_until.is_none_or(|busy| next <= busy);
            let refers = refer.is_some() && !is_open && dice.per_mille(650);
            let decided = if refers {
                Outcome::Referral
            } else if is_open {
                Outcome::Advice
            } else {
                outcome(&mut dice)
            };
            let mut telling = Telling {
                app: self.app,
                crew: self.crew,
                words: self.words,
                script: &mut script,
                dice: &mut dice,
            };
            let told = telling.incident(&family, next, decided)?;
            for _ in 0..telling.dice.range(&[((0, 1), 30), ((2, 3), 45), ((4, 6), 25)]) {
                let Some(child) = telling.dice.pick(&family.children).copied() else { break };
                let asked = calendar::after(next, telling.dice.below(50) + 1);
                telling.enquiry(&family, child, asked)?;
            }
            if let (true, Some(heard), Some(reach)) = (refers, told, refer) {
                let referred = Referred { contact: heard.contact, at: heard.decided, reach };
                busy_until = self.work(&mut script, &mut dice, &family, referred)?;
                // One case in four comes back within the year.
                refer = dice
                    .weighted(&[(None, 70), (Some(Reach::Assessment), 18), (Some(Reach::InNeed), 12)])
                    .flatten();
            }
            next = calendar::after(next, dice.between(gap.0, gap.1));
        }
        self.attend(&mut script, &mut dice, &family, (day, end))?;
        self.move_house(&mut script, &mut dice, &family, (day, end))?;
        Ok((children, script.in_order()))
    }

    /// Children are brought to emergency departments, start at schools, meet the police, and are asked about; some go
    /// missing.
    fn attend(
        &self,
        script: &mut Script<'a>,
        dice: &mut Dice,
        family: &family::Family<'_>,
        (from, end): (NaiveDate, NaiveDate),
    ) -> Result<(), Untold> {
        for child in &family.children {
            let mut day = calendar::after(from, dice.between(5, 300));
            while day < end {
                let mut telling = Telling { app: self.app, crew: self.crew, words: self.words, script, dice };
                telling.enquiry(family, *child, day)?;
                day = calendar::after(day, dice.between(30, 260));
            }
            let mut telling = Telling { app: self.app, crew: self.crew, words: self.words, script, dice };
            telling.goes_missing(family, *child, (from, end))?;
        }
        Ok(())
    }

    /// Every other year or so a family moves, and the front door hears of it.
    fn move_house(
        &self,
        script: &mut Script<'a>,
        dice: &mut Dice,
        family: &family::Family<'_>,
        (from, end): (NaiveDate, NaiveDate),
    ) -> Result<(), Untold> {
        let mut day = calendar::working_day(calendar::after(from, dice.between(60, 900)));
        while day < end {
            let at = calendar::in_office_hours(day, dice);
            Meeting { words: self.words, script, dice, at }.moved_house(family)?;
            day = calendar::working_day(calendar::after(day, dice.between(250, 1000)));
        }
        Ok(())
    }

    /// One referral, for all the children at home four times in five. The last day on which one of their cases was in
    /// the way of another; none while one is open.
    fn work(
        &self,
        script: &mut Script<'a>,
        dice: &mut Dice,
        family: &family::Family<'_>,
        referred: Referred,
    ) -> Result<Option<NaiveDate>, Untold> {
        let Some(team) = dice.pick(&family.council.teams) else { return Ok(None) };
        let Some(worker) = dice.pick(&team.workers).copied() else { return Ok(None) };
        let everybody = dice.per_mille(800);
        let mut busy_until = Some(civil_day(referred.at));
        let mut sibling = None;
        for child in family.children.iter().take(if everybody { usize::MAX } else { 1 }).copied() {
            let mut work = Work::of(self.words, script, dice, family, (team, worker), child);
            work.sibling = sibling;
            let busy = work.carry_through(referred)?;
            // Whatever is late with a referral, it is on record by then.
            sibling = Some((child, referred.at + TimeDelta::days(40)));
            busy_until = busy_until.zip(busy).map(|(one, other)| one.max(other));
        }
        Ok(busy_until)
    }
}

/// How far the work with a family goes in the end, in hundredths; none for contacts only. Of first referrals as many come
/// to an enquiry under section 47 as of England's in the year to March 2025, 0.36 (Department for Education).
const REACHES: [(Option<Reach>, u32); 7] = [
    (None, 16),
    (Some(Reach::NoFurtherAction), 5),
    (Some(Reach::Assessment), 24),
    (Some(Reach::InNeed), 24),
    (Some(Reach::Enquiry), 13),
    (Some(Reach::Protection), 14),
    (Some(Reach::Care), 4),
];
