//! Who told something in confidence must not be found out from what surrounds it.
//!
//! That a school told it, by telephone, on Tuesday at half past three, names a teacher to whoever was there. Of a
//! contact whose source is withheld from the family or anonymous, only the front door that received it, and whoever
//! made the entry, see by whom, how, and when exactly. Everyone else is told what it is about, and the day; a kind of
//! concern that says whose it is, a teacher's, is told as another.
//!
//! Left out: what stands beside such a contact, see [`super::confided`]; the words of the account, which are the front
//! door's to write so that they can be shown.

use domain::access::{Relation, Role};
use domain::agency::AgencyKind;
use domain::authority::Authority;
use domain::contact::ConcernKind;
use domain::ids::{AgencyId, PractitionerId};
use domain::when::{Occurred, civil_day, start_of};

use super::Item;
use crate::scope::{Scope, Standing};

/// Who has it from the one who told: what is known of that.
#[derive(Clone, Copy, Default, Debug)]
pub struct Confidants<'a> {
    /// The authority to whose front door it was told; none for what any of them may have been told.
    pub received_by: Option<&'a str>,
    pub entered_by: Option<AgencyId>,
    pub made_by: Option<PractitionerId>,
}

/// True for a reader who may know who told a guarded contact.
#[must_use]
pub fn may_know_source(scope: &Scope, standing: &Standing, confidants: Confidants<'_>) -> bool {
    let Confidants { received_by, entered_by, made_by } = confidants;
    let reader = scope.reader();
    let is_own = scope.class(standing).relation == Relation::Own;
    // A child may be known to two authorities; each keeps what was told to it.
    let own = reader.authority.as_ref().map(Authority::as_str);
    let is_front_door =
        is_own && reader.has(Role::FrontDoor) && received_by.is_none_or(|received| own == Some(received));
    // Colleagues of the one who wrote it down at another agency know it already; at an authority they are many.
    let is_authors = reader.agency_kind != AgencyKind::LocalAuthority && entered_by == Some(reader.agency);
    is_front_door || is_authors || made_by == Some(reader.practitioner)
}

/// Takes from an item what would tell who told it.
pub(super) fn keep(scope: &Scope, standing: &Standing, item: &mut Item) {
    let confidants =
        Confidants { received_by: item.authority.as_deref(), entered_by: item.agency, made_by: item.actor };
    if !item.detail.is_guarded || may_know_source(scope, standing, confidants) {
        return;
    }
    hush(item);
    item.detail.variety = None;
    item.detail.codes = concerns_in_confidence(&item.detail.codes);
}

/// Takes from an item whose it is, and at what time of day.
pub(super) fn hush(item: &mut Item) {
    item.is_guarded = true;
    item.agency = None;
    item.actor = None;
    item.occurred = Occurred::Day(item.occurred.day());
    item.recorded_at = start_of(civil_day(item.recorded_at));
    item.corrected_at = item.corrected_at.map(|at| start_of(civil_day(at)));
}

/// The codes of concerns as they are shown where who told them may not be known, each once.
#[must_use]
pub fn concerns_in_confidence(codes: &[String]) -> Vec<String> {
    let mut shown: Vec<String> = Vec::new();
    for code in codes {
        let kind = code.parse::<ConcernKind>().map(ConcernKind::in_confidence);
        let code = kind.map_or(code.as_str(), |kind| kind.code());
        if !shown.iter().any(|other| other == code) {
            shown.push(code.to_owned());
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, HashMap};
    use std::sync::Arc;

    use domain::access::{AccessClass, Actor, Disclosure, Purpose};
    use domain::contact::events::Recorded;
    use domain::contact::involved::{ContactRole, Involved};
    use domain::contact::{Concern, Method, SourceDisclosure};
    use domain::entry::Entry;
    use domain::ids::{CorrelationId, EventId, KeyId, PersonId};
    use domain::sealed::Sealed;
    use domain::text::{Line, Narrative};
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::super::queries::shown;
    use super::*;
    use crate::timeline::item;

    const CHILD: PersonId = PersonId(Uuid::from_u128(1));
    const BROTHER: PersonId = PersonId(Uuid::from_u128(2));
    const COUNCIL: AgencyId = AgencyId(Uuid::from_u128(0xc0));

    /// Everything by which a contact could tell who told it.
    #[derive(Clone, Debug)]
    struct TellTale {
        agency: u128,
        actor: u128,
        minute: i64,
        later: i64,
        method: usize,
        source: Option<u128>,
        source_agency: Option<u128>,
        identity: Option<String>,
        concern: ConcernKind,
    }

    /// Kinds that say whose worry it is, and one that says nothing.
    const WHOSE: [ConcernKind; 4] = [
        ConcernKind::TeachersConcern,
        ConcernKind::PoliceNotice,
        ConcernKind::UnscheduledCare,
        ConcernKind::Other,
    ];

    fn any_tell_tale() -> impl Strategy<Value = TellTale> {
        (
            (1_u128..4, 1_u128..9, 0_i64..600, 0_i64..60, 0_usize..6),
            // Whoever told it may be the child itself.
            prop::option::of(prop_oneof![Just(CHILD.0.as_u128()), 10_u128..14]),
            prop::option::of(1_u128..4),
            prop::option::of("[A-Z][a-z]{2,8}"),
            prop::sample::select(&WHOSE[..]),
        )
            .prop_map(
                |((agency, actor, minute, later, method), source, source_agency, identity, concern)| {
                    TellTale {
                        agency,
                        actor,
                        minute,
                        later,
                        method,
                        source,
                        source_agency,
                        identity,
                        concern,
                    }
                },
            )
    }

    fn told(how: &TellTale, disclosure: SourceDisclosure) -> Entry {
        let at: chrono::DateTime<chrono::Utc> = "2026-03-10T08:00:00Z".parse().unwrap();
        let at = at + chrono::TimeDelta::minutes(how.minute);
        let key = KeyId(Uuid::from_u128(9));
        let involved = |person, role| Involved { person, role, age: None };
        let mut people = vec![involved(CHILD, ContactRole::Subject), involved(BROTHER, ContactRole::Subject)];
        people.extend(
            how.source.map(|source| involved(PersonId(Uuid::from_u128(source)), ContactRole::Source)),
        );
        let recorded = Recorded {
            authority: "383".parse().unwrap(),
            people,
            concerns: vec![
                Concern { kind: ConcernKind::Neglect, about: Vec::new() },
                Concern { kind: ConcernKind::SelfHarm, about: vec![BROTHER] },
                Concern { kind: how.concern, about: Vec::new() },
            ],
            method: Method::ALL[how.method],
            significance: None,
            source_disclosure: disclosure,
            source_agency: how.source_agency.map(|agency| AgencyId(Uuid::from_u128(agency))),
            account: Sealed::new(key, Narrative::parse("Often hungry.").unwrap()),
            source_identity: how.identity.as_ref().map(|name| Sealed::new(key, Line::parse(name).unwrap())),
        };
        Entry {
            id: EventId(Uuid::from_u128(5)),
            position: 5,
            stream: Uuid::from_u128(5),
            version: 1,
            recorded_at: at + chrono::TimeDelta::minutes(how.later),
            occurred: Occurred::Instant(at),
            actor: PractitionerId(Uuid::from_u128(how.actor)),
            agency: AgencyId(Uuid::from_u128(how.agency)),
            purpose: "referral-consideration".to_owned(),
            lawful_basis: "public-task".to_owned(),
            correlation: CorrelationId(Uuid::nil()),
            corrected_at: None,
            event: recorded.into(),
        }
    }

    fn reader(role: Role, agency: AgencyId, kind: AgencyKind) -> Scope {
        let actor = Actor {
            practitioner: PractitionerId(Uuid::from_u128(0xff)),
            agency,
            agency_kind: kind,
            authority: Some("383".parse().unwrap()),
            team: None,
            roles: vec![role],
        };
        let all: BTreeMap<_, _> = AccessClass::all().map(|class| (class, Disclosure::Full)).collect();
        Scope::decided(actor, Purpose::AllocatedWork, Arc::new(all))
    }

    fn standing() -> Standing {
        Standing { authorities: vec!["383".parse().unwrap()], ..Standing::default() }
    }

    fn page(scope: &Scope, entry: &Entry) -> Item {
        shown(scope, &standing(), &HashMap::new(), item(CHILD, entry)).unwrap()
    }

    proptest! {
        /// Two contacts that differ only in who told them, how and at what time of day, look the same.
        #[test]
        fn nobody_but_the_front_door_can_tell_who_told_what_was_told_in_confidence(
            one in any_tell_tale(),
            other in any_tell_tale(),
            role in prop::sample::select(Role::ALL),
            is_anonymous in any::<bool>(),
        ) {
            prop_assume!(role != Role::FrontDoor);
            let disclosure = if is_anonymous { SourceDisclosure::Anonymous } else { SourceDisclosure::WithheldFromFamily };
            for kind in AgencyKind::ALL {
                let scope = reader(role, COUNCIL, *kind);
                prop_assert_eq!(page(&scope, &told(&one, disclosure)), page(&scope, &told(&other, disclosure)));
            }
        }
    }

    fn how() -> TellTale {
        TellTale {
            agency: 1,
            actor: 1,
            minute: 30,
            later: 5,
            method: 0,
            source: Some(10),
            source_agency: Some(1),
            identity: None,
            concern: ConcernKind::TeachersConcern,
        }
    }

    #[test]
    fn the_front_door_and_the_teller_s_agency_see_how_it_came() {
        let entry = told(&how(), SourceDisclosure::WithheldFromFamily);
        let door = page(&reader(Role::FrontDoor, COUNCIL, AgencyKind::LocalAuthority), &entry);
        assert_eq!((door.agency, door.detail.variety.as_deref()), (Some(entry.agency), Some("telephone")));
        let school = page(&reader(Role::SafeguardingLead, entry.agency, AgencyKind::School), &entry);
        assert_eq!(school.occurred, entry.occurred);
        let elsewhere = AgencyId(Uuid::from_u128(0xe0));
        assert_eq!(page(&reader(Role::FrontDoor, elsewhere, AgencyKind::School), &entry).agency, None);
    }

    #[test]
    fn the_front_door_of_another_authority_that_knows_the_child_too_does_not_see_it() {
        let entry = told(&how(), SourceDisclosure::Anonymous);
        let here = reader(Role::FrontDoor, COUNCIL, AgencyKind::LocalAuthority);
        let actor = Actor { authority: Some("384".parse().unwrap()), ..here.reader().clone() };
        let all: BTreeMap<_, _> = AccessClass::all().map(|class| (class, Disclosure::Full)).collect();
        let there = Scope::decided(actor, Purpose::SafeguardingCheck, Arc::new(all));
        let authorities = ["383", "384"].map(|code| code.parse().unwrap()).to_vec();
        let known_to_both = Standing { authorities, ..Standing::default() };
        let page =
            |scope: &Scope| shown(scope, &known_to_both, &HashMap::new(), item(CHILD, &entry)).unwrap();
        assert_eq!(page(&here).agency, Some(entry.agency));
        assert_eq!((page(&there).agency, page(&there).detail.variety), (None, None));
    }

    #[test]
    fn colleagues_at_an_authority_that_told_another_do_not_see_it_and_whoever_made_the_entry_does() {
        let entry = told(&how(), SourceDisclosure::WithheldFromFamily);
        let colleague = reader(Role::SocialWorker, entry.agency, AgencyKind::LocalAuthority);
        assert_eq!(page(&colleague, &entry).agency, None);
        let practitioner = entry.actor;
        let all: BTreeMap<_, _> = AccessClass::all().map(|class| (class, Disclosure::Full)).collect();
        let maker = Actor { practitioner, ..colleague.reader().clone() };
        let maker = Scope::decided(maker, Purpose::SafeguardingCheck, Arc::new(all));
        assert_eq!(page(&maker, &entry).agency, Some(entry.agency));
    }

    #[test]
    fn who_told_openly_is_seen_by_whoever_sees_the_page() {
        let entry = told(&how(), SourceDisclosure::Named);
        let worker = page(&reader(Role::SocialWorker, COUNCIL, AgencyKind::LocalAuthority), &entry);
        assert_eq!((worker.agency, worker.occurred), (Some(entry.agency), entry.occurred));
        assert_eq!(worker.detail.people.len(), 3);
    }

    #[test]
    fn a_child_s_page_shows_its_own_part_of_a_contact() {
        let entry = told(&how(), SourceDisclosure::Named);
        let codes = |person| item(person, &entry).detail.codes;
        assert_eq!(codes(CHILD), ["neglect", "teachers-concern"]);
        assert_eq!(codes(BROTHER), ["neglect", "self-harm", "teachers-concern"]);
    }

    #[test]
    fn a_child_s_page_shows_every_part_it_has_but_that_it_told_in_confidence() {
        let telling = TellTale { source: Some(CHILD.0.as_u128()), ..how() };
        let roles = |disclosure, person| item(person, &told(&telling, disclosure)).roles;
        assert_eq!(roles(SourceDisclosure::Named, CHILD), ["subject", "source"]);
        assert_eq!(roles(SourceDisclosure::Named, BROTHER), ["subject"]);
        assert_eq!(roles(SourceDisclosure::WithheldFromFamily, CHILD), ["subject"]);
    }
}
