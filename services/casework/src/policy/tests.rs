use std::collections::{BTreeSet, HashSet};

use cedar_policy::{Authorizer, Context, Decision, Entities, Entity, Request, Schema};
use domain::access::{AccessClass, Action, Disclosure, Involvement, Purpose, Relation, Role, Sensitivity};
use domain::event::Event;

use super::acts::act_of;
use super::engine::{Policy, PolicyError, Record};

const SCHEMA: &str = include_str!("../../../../schemas/policy/goldthread.cedarschema");

const fn class(relation: Relation, involvement: Involvement, sensitivity: Sensitivity) -> AccessClass {
    AccessClass { relation, involvement, sensitivity }
}

fn told(role: Role, purpose: Purpose, class: AccessClass) -> Disclosure {
    Policy::shipped().unwrap().disclosure(&[role], class, purpose)
}

const PROTECTING: [Purpose; 5] = [
    Purpose::Attendance,
    Purpose::ReferralConsideration,
    Purpose::AllocatedWork,
    Purpose::SafeguardingCheck,
    Purpose::Conference,
];

#[test]
fn a_restricted_child_never_reads_as_no_trace_to_someone_protecting_that_child() {
    let policy = Policy::shipped().unwrap();
    let protecting =
        Role::ALL.iter().filter(|role| !matches!(role, Role::Auditor | Role::Administrator | Role::System));
    for role in protecting {
        for purpose in PROTECTING {
            for class in AccessClass::all() {
                let told = policy.disclosure(&[*role], class, purpose);
                assert!(told >= Disclosure::Contact, "{role} {purpose} {class:?}");
            }
        }
    }
}

#[test]
fn a_restricted_child_is_no_more_than_a_telephone_number_to_a_colleague() {
    let restricted = class(Relation::Own, Involvement::Team, Sensitivity::Restricted);
    assert_eq!(told(Role::SocialWorker, Purpose::AllocatedWork, restricted), Disclosure::Contact);
    assert_eq!(told(Role::TeamManager, Purpose::SafeguardingCheck, restricted), Disclosure::Contact);
    let own_worker = AccessClass { involvement: Involvement::Caseload, ..restricted };
    assert_eq!(told(Role::SocialWorker, Purpose::AllocatedWork, own_worker), Disclosure::Full);
}

#[test]
fn an_emergency_nurse_sees_the_status_of_a_child_from_anywhere() {
    for relation in [Relation::Own, Relation::Partner, Relation::Other] {
        let class = class(relation, Involvement::Neither, Sensitivity::Open);
        assert_eq!(told(Role::EmergencyNurse, Purpose::Attendance, class), Disclosure::Status);
    }
}

#[test]
fn curiosity_is_told_nothing() {
    for class in AccessClass::all() {
        for role in Role::ALL.iter().filter(|role| **role != Role::System) {
            assert_eq!(told(*role, Purpose::Operation, class), Disclosure::None);
        }
        assert_eq!(told(Role::Teacher, Purpose::RecordKeeping, class), Disclosure::None);
    }
}

#[test]
fn a_conference_is_held_by_a_chair_and_by_nobody_on_the_case() {
    let policy = Policy::shipped().unwrap();
    let may = |role: Role, involvement: Involvement| {
        let record = Record { class: class(Relation::Own, involvement, Sensitivity::Open), own_entry: false };
        let visitor = crate::visitor::Visitor::for_test(role);
        policy
            .may_record(&visitor, (Action::DecideCase, "conference.held"), record, Purpose::Conference)
            .is_ok()
    };
    assert!(may(Role::ConferenceChair, Involvement::Neither));
    assert!(!may(Role::ConferenceChair, Involvement::Caseload));
    assert!(!may(Role::SocialWorker, Involvement::Caseload));
    assert!(!may(Role::TeamManager, Involvement::Team));
}

#[test]
fn an_administrator_sees_nothing_of_any_child_and_puts_nothing_on_a_childs_record() {
    let policy = Policy::shipped().unwrap();
    let administrator = crate::visitor::Visitor::for_test(Role::Administrator);
    for purpose in Purpose::ALL {
        for class in AccessClass::all() {
            assert_eq!(policy.disclosure(&[Role::Administrator], class, *purpose), Disclosure::None);
        }
        for action in Action::ALL {
            let may = policy.may_look(&administrator, *action, *purpose).is_ok();
            assert_eq!(may, *action == Action::ReadDirectory, "{action} for {purpose}");
        }
    }
    for fact in Event::frozen().iter().map(|frozen| frozen.kind) {
        let on = |relation, purpose| {
            let class = class(relation, Involvement::Neither, Sensitivity::Open);
            let act = (act_of(fact).unwrap(), fact);
            policy.may_record(&administrator, act, Record { class, own_entry: true }, purpose).is_ok()
        };
        let is_of_agencies = ["agency.", "practitioner.", "account."].iter().any(|of| fact.starts_with(of));
        for purpose in Purpose::ALL {
            let is_theirs = is_of_agencies && *purpose == Purpose::Operation;
            assert_eq!(on(Relation::Own, *purpose), is_theirs, "{fact} for {purpose}");
            for relation in [Relation::Partner, Relation::Other, Relation::Author] {
                assert!(!on(relation, *purpose), "{fact} of {relation} for {purpose}");
            }
        }
    }
}

#[test]
fn two_roles_are_told_what_either_is() {
    let class = class(Relation::Own, Involvement::Neither, Sensitivity::Open);
    let policy = Policy::shipped().unwrap();
    let both = policy.disclosure(&[Role::SocialWorker, Role::ConferenceChair], class, Purpose::Conference);
    assert_eq!(both, Disclosure::Full);
}

/// Neither more than either role is told, nor less: a second role opens no door that neither opens by itself.
#[test]
fn no_pair_of_roles_is_told_more_or_less_than_either() {
    let policy = Policy::shipped().unwrap();
    for purpose in [Purpose::Attendance, Purpose::AllocatedWork, Purpose::RecordKeeping, Purpose::Audit] {
        for class in AccessClass::all() {
            let alone: Vec<_> =
                Role::ALL.iter().map(|role| (*role, policy.disclosure(&[*role], class, purpose))).collect();
            for (one, told) in &alone {
                for (other, also) in alone.iter().filter(|(other, _)| other > one) {
                    let both = policy.disclosure(&[*one, *other], class, purpose);
                    assert_eq!(both, *told.max(also), "{one} and {other}, {purpose}, {class:?}");
                }
            }
        }
    }
}

#[test]
fn nobody_in_particular_is_told_nothing_and_may_do_nothing() {
    let policy = Policy::shipped().unwrap();
    for purpose in Purpose::ALL {
        for class in AccessClass::all() {
            assert_eq!(policy.disclosure(&[], class, *purpose), Disclosure::None);
        }
    }
    let nobody = crate::visitor::Visitor::for_test_without_role();
    for action in Action::ALL {
        for purpose in Purpose::ALL {
            assert!(policy.may_look(&nobody, *action, *purpose).is_err());
        }
    }
}

#[test]
fn a_rule_with_a_misspelt_word_stops_the_program() {
    let rule = r#"@id("x") permit (principal, action == Action::"enquire", resource)
        when { context.purpose == Purpose::"atendance" };"#;
    assert!(matches!(Policy::from_texts(SCHEMA, &[rule]), Err(PolicyError::Unfit(_))));
}

#[test]
fn a_rule_that_reads_what_may_not_be_there_stops_the_program() {
    let rule =
        r#"@id("x") permit (principal, action in Action::"look", resource) when { context.reason == "" };"#;
    assert!(matches!(Policy::from_texts(SCHEMA, &[rule]), Err(PolicyError::Unfit(_))));
    let unnamed = r#"permit (principal, action in Action::"look", resource);"#;
    assert!(matches!(Policy::from_texts(SCHEMA, &[unnamed]), Err(PolicyError::Unnamed)));
    assert!(matches!(Policy::from_texts(SCHEMA, &["permit (principal"]), Err(PolicyError::Rules(_))));
}

/// The first way to fail open: a rule about a group of actions matches nothing when the group is not known.
#[test]
fn a_rule_that_forbids_a_group_of_actions_is_never_overlooked() {
    let permit = r#"@id("all") permit (principal, action, resource);"#;
    let forbid = r#"@id("none") forbid (principal, action in Action::"disclose", resource);"#;
    let policy = Policy::from_texts(SCHEMA, &[permit, forbid]).unwrap();
    for class in AccessClass::all() {
        assert_eq!(policy.disclosure(&[Role::SocialWorker], class, Purpose::AllocatedWork), Disclosure::None);
    }

    // That the danger is real: the same rules, asked without the schema, allow it.
    let rules = format!("{permit}{forbid}").parse().unwrap();
    let uid = |text: &str| text.parse::<cedar_policy::EntityUid>().unwrap();
    let request = Request::new(
        uid(r#"Practitioner::"a""#),
        uid(r#"Action::"disclose-full""#),
        uid(r#"Record::"any""#),
        Context::empty(),
        None,
    );
    let principal = Entity::new_no_attrs(uid(r#"Practitioner::"a""#), HashSet::new());
    let entities = Entities::from_entities([principal], None).unwrap();
    let answer = Authorizer::new().is_authorized(&request.unwrap(), &rules, &entities);
    assert_eq!(answer.decision(), Decision::Allow);
}

/// The second way to fail open: a rule that fails is skipped, even one that forbids.
#[test]
fn a_rule_that_fails_denies() {
    let permit = r#"@id("all") permit (principal, action, resource);"#;
    let failing =
        r#"@id("fails") forbid (principal, action, resource) when { 9223372036854775807 + 1 == 0 };"#;
    let allowed = Policy::from_texts(SCHEMA, &[permit]).unwrap();
    let failed = Policy::from_texts(SCHEMA, &[permit, failing]).unwrap();
    let visitor = crate::visitor::Visitor::for_test(Role::SocialWorker);
    assert!(allowed.may_look(&visitor, Action::Enquire, Purpose::Attendance).is_ok());
    assert!(failed.may_look(&visitor, Action::Enquire, Purpose::Attendance).is_err());
    for class in AccessClass::all() {
        assert_eq!(allowed.disclosure(&[Role::Teacher], class, Purpose::Attendance), Disclosure::Full);
        assert_eq!(failed.disclosure(&[Role::Teacher], class, Purpose::Attendance), Disclosure::None);
    }
}

#[test]
fn policy_and_program_have_the_same_words() {
    let (schema, _) = Schema::from_cedarschema_str(SCHEMA).unwrap();
    let actions: BTreeSet<String> =
        schema.actions().map(|action| action.id().unescaped().to_owned()).collect();
    for action in Action::ALL {
        assert!(actions.contains(action.code()), "the schema has no action `{action}`");
    }
    let listed = |name: &str, words: Vec<&str>| {
        let start = SCHEMA.find(&format!("entity {name} enum [")).unwrap();
        let list = &SCHEMA[start..start + SCHEMA[start..].find(']').unwrap()];
        let given: BTreeSet<&str> = list.split('"').skip(1).step_by(2).collect();
        assert_eq!(given, words.into_iter().collect::<BTreeSet<_>>(), "{name}");
    };
    listed("Role", Role::ALL.iter().map(|word| word.code()).collect());
    listed("Purpose", Purpose::ALL.iter().map(|word| word.code()).collect());
    listed("Relation", Relation::ALL.iter().map(|word| word.code()).collect());
    listed("Involvement", Involvement::ALL.iter().map(|word| word.code()).collect());
    listed("Sensitivity", Sensitivity::ALL.iter().map(|word| word.code()).collect());
    let facts: BTreeSet<&str> = Event::frozen().iter().map(|frozen| frozen.kind).collect();
    listed("Fact", facts.into_iter().collect());
}

/// Every decision policy makes, as a table that somebody who is not a programmer can read and compare.
#[test]
#[expect(clippy::disallowed_methods, reason = "`make bless` writes what it would otherwise compare")]
fn the_tables_of_decisions_are_fresh() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../schemas/policy/decisions.json");
    let policy = Policy::shipped().unwrap();
    let table = table_of_decisions(&policy);
    if std::env::var("BLESS").is_ok() {
        std::fs::write(path, &table).unwrap();
    }
    let kept = std::fs::read_to_string(path).unwrap_or_default();
    let different = kept.lines().zip(table.lines()).find(|(kept, now)| kept != now);
    assert!(
        kept == table,
        "policy decides otherwise than decisions.json says; first difference: {different:?}"
    );
}

fn table_of_decisions(policy: &Policy) -> String {
    let mut columns = Vec::new();
    for sensitivity in Sensitivity::ALL {
        for involvement in Involvement::ALL {
            columns.push((*sensitivity, *involvement));
        }
    }
    let names: Vec<_> =
        columns.iter().map(|(sensitivity, involvement)| format!("{involvement} {sensitivity}")).collect();
    let mut told = Vec::new();
    for role in Role::ALL {
        for purpose in Purpose::ALL {
            for relation in Relation::ALL {
                let row: Vec<_> = columns
                    .iter()
                    .map(|&(sensitivity, involvement)| {
                        policy.disclosure(&[*role], class(*relation, involvement, sensitivity), *purpose)
                    })
                    .collect();
                if row.iter().any(|told| *told != Disclosure::None) {
                    told.push(serde_json::json!({
                        "role": role, "purpose": purpose, "relation": relation, "told": row,
                    }));
                }
            }
        }
    }
    let mut looks = Vec::new();
    for action in Action::ALL {
        for role in Role::ALL {
            let visitor = crate::visitor::Visitor::for_test(*role);
            let purposes: Vec<_> = Purpose::ALL
                .iter()
                .filter(|purpose| policy.may_look(&visitor, *action, **purpose).is_ok())
                .collect();
            if !purposes.is_empty() {
                looks.push(serde_json::json!({ "action": action, "role": role, "purposes": purposes }));
            }
        }
    }
    format!(
        "{{\n\"note\": \"What the policies decide; what is not listed is denied. Written by `make bless`.\",\n\
         \"columns\": {},\n\"told\": [\n{}\n],\n\"looks\": [\n{}\n],\n\"records\": [\n{}\n]\n}}\n",
        serde_json::to_string(&names).unwrap(),
        lines(&told),
        lines(&looks),
        lines(&records(policy)),
    )
}

/// Which role may put which fact on record, for which purposes, on which classes of record.
fn records(policy: &Policy) -> Vec<serde_json::Value> {
    let facts: BTreeSet<&str> = Event::frozen().iter().map(|frozen| frozen.kind).collect();
    let mut rows = Vec::new();
    for fact in facts {
        let action = act_of(fact).unwrap();
        if action == Action::Enquire {
            continue; // asked as a look
        }
        for role in Role::ALL {
            let visitor = crate::visitor::Visitor::for_test(*role);
            let mut rules: Vec<(Vec<String>, Vec<&str>)> = Vec::new();
            for purpose in Purpose::ALL {
                let on = allowed_on(|record| {
                    policy.may_record(&visitor, (action, fact), record, *purpose).is_ok()
                });
                match rules.iter_mut().find(|(same, _)| *same == on) {
                    _ if on.is_empty() => {}
                    Some((_, purposes)) => purposes.push(purpose.code()),
                    None => rules.push((on, vec![purpose.code()])),
                }
            }
            for (on, purposes) in rules {
                rows.push(serde_json::json!({
                    "action": action, "fact": fact, "role": role, "purposes": purposes, "on": on,
                }));
            }
        }
    }
    rows
}

/// The classes on which something is allowed, in few words.
fn allowed_on(allowed: impl Fn(Record) -> bool) -> Vec<String> {
    let mut on = Vec::new();
    for relation in Relation::ALL {
        for sensitivity in Sensitivity::ALL {
            for own_entry in [false, true] {
                let involvements: Vec<_> = Involvement::ALL
                    .iter()
                    .filter(|involvement| {
                        allowed(Record { class: class(*relation, **involvement, *sensitivity), own_entry })
                    })
                    .map(|involvement| involvement.code())
                    .collect();
                let others_entry_too = own_entry
                    && on.last().is_some_and(|last: &String| {
                        *last == format!("{relation} {sensitivity} {}", involvements.join("|"))
                    });
                if !involvements.is_empty() && !others_entry_too {
                    let own = if own_entry { " own-entry" } else { "" };
                    on.push(format!("{relation} {sensitivity} {}{own}", involvements.join("|")));
                }
            }
        }
    }
    on
}

fn lines(rows: &[serde_json::Value]) -> String {
    rows.iter().map(|row| serde_json::to_string(row).unwrap()).collect::<Vec<_>>().join(",\n")
}
