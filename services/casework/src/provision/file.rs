//! The shape of the file, and reading it: every fault is found, not the first.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use domain::account::Link;
use domain::agency::hours::OpenDay;
use domain::agency::{AgencyKind, Register, SafeguardingLine, SetHours};
use domain::ids::{AccountId, AgencyId, PractitionerId};
use domain::practitioner::{Details, GiveRole};
use domain::text::Line;

use super::item::{Faults, Item};
use crate::accounts::Subject;
use crate::api::input::from_json;
use crate::app::App;
use crate::error::FieldError;

/// Twice what a large county has.
const FILE_BYTES_MAX: usize = 32 * 1024 * 1024;

/// What a file says, as far as it can be read.
#[derive(Default)]
pub(super) struct File {
    pub agencies: Vec<AgencySaid>,
    pub practitioners: Vec<PractitionerSaid>,
}

pub(super) struct AgencySaid {
    pub place: String,
    pub id: AgencyId,
    pub register: Register,
    pub hours: Vec<(String, SetHours)>,
    pub teams: Vec<TeamSaid>,
}

pub(super) struct TeamSaid {
    pub place: String,
    pub reference: Line,
    pub name: Line,
}

pub(super) struct PractitionerSaid {
    pub place: String,
    pub id: PractitionerId,
    pub agency: AgencyId,
    /// By its own key.
    pub team: Option<Line>,
    pub details: Details,
    pub roles: Vec<(String, GiveRole)>,
    pub accounts: Vec<(String, AccountId, Link)>,
    pub left_on: Option<NaiveDate>,
}

/// An agency as practitioners of the same file name it; what could not be read is known of, and not asked for again.
struct Named {
    id: Option<AgencyId>,
    kind: Option<AgencyKind>,
    teams: BTreeSet<Line>,
}

/// Reads a file, with everything that is wrong with it.
pub(super) fn read(app: &App, text: &[u8]) -> (File, Vec<FieldError>) {
    let faults = Faults::default();
    let file = read_whole(app, text, &faults);
    (file, faults.into_list())
}

fn read_whole(app: &App, text: &[u8], faults: &Faults) -> File {
    if text.len() > FILE_BYTES_MAX {
        faults.add("file", format!("is longer than {FILE_BYTES_MAX} bytes"));
        return File::default();
    }
    let tree: serde_json::Value = match from_json(text) {
        Ok(tree) => tree,
        Err(wrong) => {
            wrong.into_iter().for_each(|fault| faults.add("file", fault.problem));
            return File::default();
        }
    };
    let Some(whole) = Item::whole(&tree, faults) else { return File::default() };
    whole.has_only(&["agencies", "practitioners"]);
    let mut reading =
        Reading { app, named: BTreeMap::new(), ids: BTreeSet::new(), accounts: BTreeSet::new() };
    let agencies = whole.list("agencies").iter().filter_map(|item| reading.agency(item)).collect();
    let practitioners =
        whole.list("practitioners").iter().filter_map(|item| reading.practitioner(item)).collect();
    File { agencies, practitioners }
}

struct Reading<'a> {
    app: &'a App,
    named: BTreeMap<Line, Named>,
    /// What was named already.
    ids: BTreeSet<uuid::Uuid>,
    accounts: BTreeSet<AccountId>,
}

impl Reading<'_> {
    fn agency(&mut self, item: &Item<'_>) -> Option<AgencySaid> {
        item.has_only(&["ref", "name", "kind", "authority", "safeguarding_line", "hours", "teams"]);
        let reference = item.reference();
        let (name, kind) = (item.required("name"), item.required("kind"));
        let authority = item.optional("authority");
        let safeguarding_line = item.object("safeguarding_line").and_then(|line| {
            line.has_only(&["in_hours", "out_of_hours"]);
            let (in_hours, out_of_hours) = (line.required("in_hours"), line.optional("out_of_hours"));
            Some(SafeguardingLine { in_hours: in_hours?, out_of_hours })
        });
        let hours = hours(item);
        let teams: Vec<TeamSaid> = item.list("teams").iter().filter_map(team).collect();
        no_two(&teams, |team| &team.reference, |team| item.fault_in(&team.place, "ref", "is there twice"));
        let id = match (&authority, kind) {
            _ if !item.is_good() => None,
            (Some(authority), Some(AgencyKind::LocalAuthority)) => {
                Some(self.app.ids.local_authority(authority))
            }
            (authority, _) => reference
                .as_ref()
                .map(|reference| self.app.ids.provisioned_agency(authority.as_ref(), reference.as_str())),
        };
        if id.is_some_and(|id| !self.ids.insert(id.0)) {
            item.fault(
                "authority",
                "must be another for each local authority, as `ref` for each other agency",
            );
        }
        if let Some(reference) = &reference {
            let named = Named { id, kind, teams: teams.iter().map(|team| team.reference.clone()).collect() };
            if self.named.insert(reference.clone(), named).is_some() {
                item.fault("ref", "is there twice");
            }
        }
        let register = Register { name: name?, kind: kind?, authority, safeguarding_line };
        let said = AgencySaid { place: item.place.clone(), id: id?, register, hours, teams };
        item.is_good().then_some(said)
    }

    fn practitioner(&mut self, item: &Item<'_>) -> Option<PractitionerSaid> {
        item.has_only(&[
            "ref",
            "agency",
            "team",
            "name",
            "telephone",
            "email",
            "roles",
            "accounts",
            "left_on",
        ]);
        let reference = item.reference();
        let (agency, team) = (item.required::<Line>("agency"), item.optional::<Line>("team"));
        let named = agency.as_ref().and_then(|agency| self.named.get(agency));
        if agency.is_some() && named.is_none() {
            item.fault("agency", "must be the `ref` of an agency of this file");
        }
        if let (Some(named), Some(team)) = (named, &team)
            && !named.teams.contains(team)
        {
            item.fault("team", "must be the `ref` of a team of their agency");
        }
        let (agency, kind) = named.map_or((None, None), |named| (named.id, named.kind));
        let name = item.required("name");
        let (telephone, email) = (item.optional("telephone"), item.optional("email"));
        let left_on = item.optional("left_on");
        let roles: Vec<(String, GiveRole)> =
            item.list("roles").iter().filter_map(|role| role_of(role, kind, left_on)).collect();
        let day = |(_, give): &(String, GiveRole)| (give.role, give.from);
        no_two(&roles, day, |(place, _)| {
            item.fault_in(place, "from", "is there twice for this role; say its last day once");
        });
        let id = agency
            .zip(reference.as_ref())
            .map(|(agency, reference)| self.app.ids.provisioned_practitioner(agency, reference.as_str()));
        if id.is_some_and(|id| !self.ids.insert(id.0)) {
            item.fault("ref", "is there twice at this agency");
        }
        let accounts =
            item.list("accounts").iter().filter_map(|item| self.account(item, agency, id)).collect();
        let details = Details { name: name?, telephone, email };
        let (place, id, agency) = (item.place.clone(), id?, agency?);
        let said = PractitionerSaid { place, id, agency, team, details, roles, accounts, left_on };
        item.is_good().then_some(said)
    }

    /// What the subject is, is said nowhere after this.
    fn account(
        &mut self,
        item: &Item<'_>,
        agency: Option<AgencyId>,
        practitioner: Option<PractitionerId>,
    ) -> Option<(String, AccountId, Link)> {
        item.has_only(&["issuer", "subject"]);
        let (issuer, subject) = (item.required::<Line>("issuer"), item.required::<Subject>("subject"));
        if let Some(issuer) = &issuer {
            match (self.app.issuers.named(issuer.as_str()), agency) {
                (None, _) => item.fault("issuer", "must be one of the file of issuers, letter by letter"),
                (Some(known), Some(agency)) if !known.speaks_for(agency) => {
                    item.fault(
                        "issuer",
                        "must speak for the agency where they work; add it in the file of issuers",
                    );
                }
                (Some(_), _) => {}
            }
        }
        let (issuer, subject) = (issuer?, subject?);
        let id = subject.account_at(&self.app.ids, &issuer);
        if !self.accounts.insert(id) {
            item.fault("subject", "is there twice at this issuer; an account is one practitioner’s");
        }
        Some((item.place.clone(), id, Link { practitioner: practitioner?, issuer }))
    }
}

fn hours(agency: &Item<'_>) -> Vec<(String, SetHours)> {
    let said = |item: &Item<'_>| {
        item.has_only(&["from", "open"]);
        let from = item.required("from");
        let open = item.list("open").into_iter().filter_map(|item| {
            item.has_only(&["day", "opens", "closes"]);
            let (day, opens, closes) =
                (item.required("day"), item.required("opens"), item.required("closes"));
            Some(OpenDay { day: day?, opens: opens?, closes: closes? })
        });
        let open = open.collect();
        Some((item.place.clone(), SetHours { from: from?, open }))
    };
    let hours: Vec<_> = agency.list("hours").iter().filter_map(said).collect();
    no_two(&hours, |(_, set)| set.from, |(place, _)| agency.fault_in(place, "from", "is there twice"));
    hours
}

fn team(item: &Item<'_>) -> Option<TeamSaid> {
    item.has_only(&["ref", "name"]);
    let (reference, name) = (item.reference(), item.required("name"));
    Some(TeamSaid { place: item.place.clone(), reference: reference?, name: name? })
}

fn role_of(
    item: &Item<'_>,
    kind: Option<AgencyKind>,
    left_on: Option<NaiveDate>,
) -> Option<(String, GiveRole)> {
    item.has_only(&["role", "from", "to"]);
    let role = match (item.text("role"), kind) {
        (Some(text), Some(kind)) => {
            let role = kind.roles().iter().copied().find(|role| role.code() == text);
            if role.is_none() {
                let codes: Vec<&str> = kind.roles().iter().map(|role| role.code()).collect();
                item.fault(
                    "role",
                    format!("must be one of {}, at an agency that is `{kind}`", codes.join(", ")),
                );
            }
            role
        }
        _ => item.required("role"),
    };
    let (from, to) = (item.required::<NaiveDate>("from"), item.optional::<NaiveDate>("to"));
    if let (Some(from), Some(left_on)) = (from, left_on)
        && left_on < from
    {
        item.fault("from", "must not be after `left_on`");
    }
    Some((item.place.clone(), GiveRole { role: role?, from: from?, to }))
}

/// Tells of everything that is there for a second time.
fn no_two<'t, T, K: Ord>(things: &'t [T], key: impl Fn(&'t T) -> K, tell: impl FnMut(&'t T)) {
    let mut seen = BTreeSet::new();
    things.iter().filter(|thing| !seen.insert(key(thing))).for_each(tell);
}
