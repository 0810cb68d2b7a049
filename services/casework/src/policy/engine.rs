//! Cedar, asked in the one way that cannot fail open.
//!
//! Two ways to fail open are closed here: entities are always built with the schema, without which a rule about a
//! group of actions silently matches nothing; and an answer with an error in it is a no, because Cedar skips a rule
//! that fails, and the skipped rule may be the one that forbids.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use cedar_policy::{
    Authorizer, Context, Decision, Entities, Entity, EntityId, EntityTypeName, EntityUid,
    Policy as CedarPolicy, PolicyId, PolicySet, Request, RestrictedExpression, Schema, ValidationMode,
    Validator,
};
use domain::access::{AccessClass, Action, Disclosure, Purpose, Role};
use sha2::{Digest, Sha256};

use super::NotPermitted;
use super::disclosures::Disclosures;
use super::remembered::{Remembered, in_order};
use crate::visitor::Visitor;

const SCHEMA: &str = include_str!("../../../../schemas/policy/goldthread.cedarschema");
const RULES: [&str; 2] = [
    include_str!("../../../../schemas/policy/disclosure.cedar"),
    include_str!("../../../../schemas/policy/acting.cedar"),
];

/// Why a policy set cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PolicyError {
    #[error("the policies of {0} cannot be read: {1}")]
    Folder(PathBuf, std::io::Error),
    #[error("the policy schema cannot be read")]
    Schema(#[source] Box<dyn std::error::Error + Send + Sync>),
    #[error("a policy cannot be read")]
    Rules(#[source] Box<dyn std::error::Error + Send + Sync>),
    #[error("every policy has an `@id` of its own; one has not")]
    Unnamed,
    #[error("the policies do not fit their schema: {0}")]
    Unfit(String),
    #[error("a question for the policies cannot be made")]
    Question(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// A policy set that fits its schema.
#[derive(Debug)]
pub struct Policy {
    schema: Schema,
    rules: PolicySet,
    authorizer: Authorizer,
    hash: String,
    disclosures: Disclosures,
    permissions: Remembered<Act, bool>,
}

/// Whether somebody with these roles may do this.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
struct Act {
    roles: Vec<Role>,
    action: Action,
    purpose: Purpose,
    /// The record acted on, and the fact that would come on it; none for a look, which is asked of the node.
    on: Option<(Record, &'static str)>,
}

/// A record acted on, as policy sees it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Record {
    pub class: AccessClass,
    /// The entry to be set right was made by the actor's own agency.
    pub own_entry: bool,
}

impl Policy {
    /// The policies this program was built with.
    ///
    /// # Errors
    /// When they do not pass strict validation.
    pub fn shipped() -> Result<Self, PolicyError> {
        Self::from_texts(SCHEMA, &RULES)
    }

    /// Another set, as a folder holds it: every `.cedar` file, and `goldthread.cedarschema` where it has one of its own.
    ///
    /// # Errors
    /// A folder that cannot be read, or as [`Self::from_texts`].
    pub fn from_folder(folder: &Path) -> Result<Self, PolicyError> {
        let refused = |path: &Path| {
            let path = path.to_owned();
            move |cause| PolicyError::Folder(path, cause)
        };
        let mut files = Vec::new();
        for file in std::fs::read_dir(folder).map_err(refused(folder))? {
            files.push(file.map_err(refused(folder))?.path());
        }
        files.sort();
        files.retain(|file| file.extension().is_some_and(|extension| extension == "cedar"));
        if files.is_empty() {
            return Err(refused(folder)(std::io::Error::other("it holds no file that ends in `.cedar`")));
        }
        let read = |file: &PathBuf| std::fs::read_to_string(file).map_err(refused(file));
        let rules = files.iter().map(read).collect::<Result<Vec<_>, _>>()?;
        let schema = folder.join("goldthread.cedarschema");
        let schema = if schema.exists() { read(&schema)? } else { SCHEMA.to_owned() };
        Self::from_texts(&schema, &rules.iter().map(String::as_str).collect::<Vec<_>>())
    }

    /// A policy set from its texts.
    ///
    /// # Errors
    /// When they cannot be read or do not pass strict validation.
    pub fn from_texts(schema: &str, rules: &[&str]) -> Result<Self, PolicyError> {
        let mut hash = Sha256::new_with_prefix(schema);
        rules.iter().for_each(|text| hash.update(text));
        let hash = hash.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect();
        let (schema, _) =
            Schema::from_cedarschema_str(schema).map_err(|cause| PolicyError::Schema(cause.into()))?;
        let rules = named(rules)?;
        let validator = Validator::new(schema);
        let result = validator.validate(&rules, ValidationMode::Strict);
        if !result.validation_passed() || result.validation_warnings().next().is_some() {
            return Err(PolicyError::Unfit(result.to_string()));
        }
        let schema = validator.schema().clone();
        Ok(Self {
            schema,
            rules,
            authorizer: Authorizer::new(),
            hash,
            disclosures: Disclosures::default(),
            permissions: Remembered::default(),
        })
    }

    /// Names this policy set in access records.
    #[must_use]
    pub fn hash(&self) -> &str {
        &self.hash
    }

    /// Whether a visitor may look in this way at all.
    ///
    /// # Errors
    /// [`NotPermitted`].
    pub fn may_look(&self, visitor: &Visitor, action: Action, purpose: Purpose) -> Result<(), NotPermitted> {
        self.may(visitor, action, purpose, None)
    }

    /// Whether a visitor may put this on record.
    ///
    /// # Errors
    /// [`NotPermitted`].
    pub fn may_record(
        &self,
        visitor: &Visitor,
        (action, fact): (Action, &'static str),
        record: Record,
        purpose: Purpose,
    ) -> Result<(), NotPermitted> {
        self.may(visitor, action, purpose, Some((record, fact)))
    }

    fn may(
        &self,
        visitor: &Visitor,
        action: Action,
        purpose: Purpose,
        on: Option<(Record, &'static str)>,
    ) -> Result<(), NotPermitted> {
        let act = Act { roles: in_order(&visitor.actor().roles), action, purpose, on };
        let asked = self.permissions.answer(act, |act| {
            let (resource, fact) = match act.on {
                Some((record, fact)) => (record_entity(record), Some(fact)),
                None => (node(), None),
            };
            self.ask(&act.roles, act.action.code(), resource, act.purpose, fact)
        });
        settle(asked, action, purpose)
    }

    /// How much of each class of record somebody with these roles is told.
    pub(super) fn disclosures(&self) -> &Disclosures {
        &self.disclosures
    }

    /// How much of a class of record somebody with these roles is told: the last of the levels, asked in order, that
    /// no rule denies.
    pub(super) fn disclosure(&self, roles: &[Role], class: AccessClass, purpose: Purpose) -> Disclosure {
        let record = Record { class, own_entry: false };
        let mut told = Disclosure::None;
        for level in [Disclosure::Contact, Disclosure::Status, Disclosure::Progress, Disclosure::Full] {
            let action = format!("disclose-{level}");
            match self.ask(roles, &action, record_entity(record), purpose, None) {
                Ok(true) => told = level,
                Ok(false) | Err(_) => break,
            }
        }
        told
    }

    fn ask(
        &self,
        roles: &[Role],
        action: &str,
        resource: Result<Entity, PolicyError>,
        purpose: Purpose,
        fact: Option<&str>,
    ) -> Result<bool, PolicyError> {
        let resource = resource?;
        let roles: HashSet<_> =
            roles.iter().map(|role| uid("Role", role.code())).collect::<Result<_, _>>()?;
        // Nobody in particular: rules are about roles, and an answer serves everyone who has the same.
        let principal = Entity::new_no_attrs(uid("Practitioner", "asker")?, roles);
        let mut context = vec![("purpose".to_owned(), entity_value("Purpose", purpose.code())?)];
        if let Some(fact) = fact {
            context.push(("fact".to_owned(), entity_value("Fact", fact)?));
        }
        let context = Context::from_pairs(context).map_err(question)?;
        let request = Request::new(
            principal.uid(),
            uid("Action", action)?,
            resource.uid(),
            context,
            Some(&self.schema),
        )
        .map_err(question)?;
        // INVARIANT: the schema is given here, or rules about groups of actions would match nothing.
        let entities =
            Entities::from_entities([principal, resource], Some(&self.schema)).map_err(question)?;
        let answer = self.authorizer.is_authorized(&request, &self.rules, &entities);
        // INVARIANT: a rule that failed was skipped; what it would have forbidden is not known, so the answer is no.
        Ok(answer.decision() == Decision::Allow && answer.diagnostics().errors().next().is_none())
    }
}

/// A question that could not even be put is a no.
fn settle(asked: Result<bool, PolicyError>, action: Action, purpose: Purpose) -> Result<(), NotPermitted> {
    match asked {
        Ok(true) => Ok(()),
        Ok(false) => Err(NotPermitted { action, purpose }),
        Err(error) => {
            tracing::error!(%action, %purpose, %error, "policy could not be asked");
            Err(NotPermitted { action, purpose })
        }
    }
}

/// The rules under their own names, so that an answer can say which decided.
fn named(texts: &[&str]) -> Result<PolicySet, PolicyError> {
    let mut set = PolicySet::new();
    for text in texts {
        let unnamed: PolicySet =
            text.parse().map_err(|cause: cedar_policy::ParseErrors| PolicyError::Rules(cause.into()))?;
        for rule in unnamed.policies() {
            let id = rule.annotation("id").filter(|id| !id.is_empty()).ok_or(PolicyError::Unnamed)?;
            let rule: CedarPolicy = rule.new_id(PolicyId::new(id));
            set.add(rule).map_err(|cause| PolicyError::Rules(cause.into()))?;
        }
    }
    Ok(set)
}

fn node() -> Result<Entity, PolicyError> {
    Ok(Entity::new_no_attrs(uid("Node", "this")?, HashSet::new()))
}

fn record_entity(record: Record) -> Result<Entity, PolicyError> {
    let class = record.class;
    let attributes = [
        ("relation".to_owned(), entity_value("Relation", class.relation.code())?),
        ("involvement".to_owned(), entity_value("Involvement", class.involvement.code())?),
        ("sensitivity".to_owned(), entity_value("Sensitivity", class.sensitivity.code())?),
        ("ownEntry".to_owned(), RestrictedExpression::new_bool(record.own_entry)),
    ];
    Entity::new(uid("Record", "any")?, attributes.into(), HashSet::new()).map_err(question)
}

fn entity_value(kind: &str, id: &str) -> Result<RestrictedExpression, PolicyError> {
    Ok(RestrictedExpression::new_entity_uid(uid(kind, id)?))
}

fn uid(kind: &str, id: &str) -> Result<EntityUid, PolicyError> {
    let kind: EntityTypeName = kind.parse().map_err(question::<cedar_policy::ParseErrors>)?;
    Ok(EntityUid::from_type_name_and_id(kind, EntityId::new(id)))
}

fn question<E: std::error::Error + Send + Sync + 'static>(cause: E) -> PolicyError {
    PolicyError::Question(Box::new(cause))
}
