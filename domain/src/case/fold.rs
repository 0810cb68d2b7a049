//! What each entry changes in the state of a case.

use super::state::{
    Case, Completion, Episode, Fact, Held, Item, LegalBasis, PlanStart, Referral, Said, Who, Worker,
};
use crate::authority::Authority;
use crate::event::Event;
use crate::ids::{EpisodeId, EventId, PersonId};
use crate::testimony::{RowHash, Testimony};
use crate::when::Occurred;

/// An entry as the fold needs it.
pub(super) struct Told<'a> {
    pub entry: EventId,
    pub on: Occurred,
    pub event: &'a Event,
}

/// What a return says, or `None` for an event that a practitioner recorded or that is not a case's.
#[must_use]
pub fn testimony(event: &Event) -> Option<&Testimony> {
    match event {
        Event::CaseOpened(it) => it.testimony.as_ref(),
        Event::ReferralReceived(it) => it.testimony.as_ref(),
        Event::ReferralDecided(it) => it.testimony.as_ref(),
        Event::AssessmentStarted(it) => it.testimony.as_ref(),
        Event::AssessmentReviewPointSet(it) => it.testimony.as_ref(),
        Event::AssessmentCompleted(it) => it.testimony.as_ref(),
        Event::Section47Started(it) => it.testimony.as_ref(),
        Event::Section47Concluded(it) => it.testimony.as_ref(),
        Event::ConferenceHeld(it) => it.testimony.as_ref(),
        Event::CpPlanStarted(it) => it.testimony.as_ref(),
        Event::CpPlanCategoryChanged(it) => it.testimony.as_ref(),
        Event::CpPlanReviewed(it) => it.testimony.as_ref(),
        Event::CpPlanEnded(it) => it.testimony.as_ref(),
        Event::CinPlanStarted(it) => it.testimony.as_ref(),
        Event::CinPlanEnded(it) => it.testimony.as_ref(),
        Event::PreProceedingsReported(it) => it.testimony.as_ref(),
        Event::LookedAfterStarted(it) => it.testimony.as_ref(),
        Event::LookedAfterStatusChanged(it) => it.testimony.as_ref(),
        Event::LookedAfterEnded(it) => it.testimony.as_ref(),
        Event::PoliceProtectionTaken(it) => it.testimony.as_ref(),
        Event::PoliceProtectionEnded(it) => it.testimony.as_ref(),
        Event::EmergencyOrderGranted(it) => it.testimony.as_ref(),
        Event::EmergencyOrderExtended(it) => it.testimony.as_ref(),
        Event::EmergencyOrderEnded(it) => it.testimony.as_ref(),
        Event::VisitMade(it) => it.testimony.as_ref(),
        Event::CoreGroupHeld(it) => it.testimony.as_ref(),
        Event::NoteWritten(it) => it.testimony.as_ref(),
        Event::WorkerAllocated(it) => it.testimony.as_ref(),
        Event::WorkerEnded(it) => it.testimony.as_ref(),
        Event::CaseClosed(it) => it.testimony.as_ref(),
        Event::EntryAmended(it) => testimony(&it.replacement),
        Event::EntryMovedHere(it) => testimony(&it.content),
        _ => None,
    }
}

impl Told<'_> {
    fn fact<T>(&self, value: T) -> Fact<T> {
        let said = testimony(self.event).map(|said| Said {
            return_id: said.return_id,
            as_of: said.as_of,
            rows: said.rows.clone(),
        });
        Fact { entry: self.entry, on: self.on, said, value }
    }

    /// The row the event is mainly about.
    fn key(&self) -> Option<RowHash> {
        testimony(self.event).and_then(|said| said.rows.first()).map(|row| row.key)
    }

    /// The part with this id, begun if this is the first that is heard of it.
    fn part<'items, T: Item>(&self, items: &'items mut Vec<T>, id: T::Id) -> Option<&'items mut T> {
        let at = items.iter().position(|item| item.id() == id).unwrap_or_else(|| {
            items.push(T::heard_of(id));
            items.len() - 1
        });
        let item = items.get_mut(at)?;
        item.keys_mut().extend(self.key());
        Some(item)
    }

    /// Keeps the first that was said, unless this is the same entry in better words.
    fn settle<T>(&self, slot: &mut Option<Fact<T>>, value: T) {
        if slot.as_ref().is_none_or(|standing| standing.entry == self.entry) {
            *slot = Some(self.fact(value));
        }
    }

    fn add<T>(&self, facts: &mut Vec<Fact<T>>, value: T) {
        facts.retain(|fact| fact.entry != self.entry);
        facts.push(self.fact(value));
        facts.sort_by_key(|fact| fact.on.earliest());
    }
}

impl Case {
    fn is_of(&mut self, child: PersonId, authority: &Authority) {
        if self.who.is_none() {
            self.who = Some(Who { child, authority: authority.clone() });
        }
    }

    /// An episode's own key is its referral's row: other rows inside it do not name it.
    fn within(&mut self, id: EpisodeId) -> Option<&mut Episode> {
        let at = self.episodes.iter().position(|episode| episode.id == id).unwrap_or_else(|| {
            self.episodes.push(Episode::heard_of(id));
            self.episodes.len() - 1
        });
        self.episodes.get_mut(at)
    }

    pub(super) fn apply(&mut self, told: &Told<'_>) {
        if let Some(said) = testimony(told.event) {
            self.rows.extend(&said.rows);
        }
        // `None` cannot come: what is not found is begun.
        let _: Option<()> = self.apply_to_part(told);
    }

    fn apply_to_part(&mut self, told: &Told<'_>) -> Option<()> {
        match told.event {
            Event::CaseOpened(it) => {
                self.is_of(it.child, &it.authority);
                told.settle(&mut self.opened, ());
            }
            Event::ReferralReceived(it) => {
                self.is_of(it.child, &it.authority);
                let referral = Referral {
                    source: it.source,
                    contact: it.contact,
                    primary_need: it.primary_need,
                    transferred_from: it.transferred_from.clone(),
                };
                told.settle(&mut told.part(&mut self.episodes, it.episode)?.referral, referral);
            }
            Event::ReferralDecided(it) => {
                told.settle(&mut told.part(&mut self.episodes, it.episode)?.decision, it.outcome);
            }
            Event::CaseClosed(it) => {
                told.settle(&mut told.part(&mut self.episodes, it.episode)?.closed, it.reason);
            }
            Event::AssessmentStarted(it) => {
                let part = told.part(&mut self.within(it.episode)?.assessments, it.assessment)?;
                told.settle(&mut part.started, it.factors.clone());
            }
            Event::AssessmentReviewPointSet(it) => {
                let part = told.part(&mut self.within(it.episode)?.assessments, it.assessment)?;
                // The latest review point set is the one that holds.
                part.review_point = Some(told.fact(it.review_point));
            }
            Event::AssessmentCompleted(it) => {
                let part = told.part(&mut self.within(it.episode)?.assessments, it.assessment)?;
                told.settle(
                    &mut part.completed,
                    Completion { factors: it.factors.clone(), outcome: it.outcome },
                );
            }
            Event::Section47Started(it) => {
                let part = told.part(&mut self.within(it.episode)?.section47s, it.section47)?;
                told.settle(&mut part.started, it.icpc_target);
            }
            Event::Section47Concluded(it) => {
                let part = told.part(&mut self.within(it.episode)?.section47s, it.section47)?;
                told.settle(&mut part.concluded, it.conference);
            }
            Event::ConferenceHeld(it) => {
                let held = Held {
                    kind: it.kind,
                    section47: it.section47,
                    plan: it.plan,
                    decision: it.decision,
                    missing: it.missing.clone(),
                };
                let part = told.part(&mut self.within(it.episode)?.conferences, it.conference)?;
                told.settle(&mut part.held, held);
            }
            Event::CpPlanStarted(it) => {
                let start =
                    PlanStart { categories: it.categories.clone(), previous_plans: it.previous_plans };
                let part = told.part(&mut self.within(it.episode)?.cp_plans, it.plan)?;
                told.settle(&mut part.started, start);
            }
            Event::CpPlanCategoryChanged(it) => {
                let part = told.part(&mut self.within(it.episode)?.cp_plans, it.plan)?;
                told.add(&mut part.changes, it.categories.clone());
            }
            Event::CpPlanReviewed(it) => {
                // A review has a row of its own; the plan's key stays the plan's.
                let episode = self.within(it.episode)?;
                let at = episode.cp_plans.iter().position(|plan| plan.id == it.plan).unwrap_or_else(|| {
                    episode.cp_plans.push(Item::heard_of(it.plan));
                    episode.cp_plans.len() - 1
                });
                told.add(&mut episode.cp_plans.get_mut(at)?.reviews, it.conference);
            }
            Event::CpPlanEnded(it) => {
                let part = told.part(&mut self.within(it.episode)?.cp_plans, it.plan)?;
                told.settle(&mut part.ended, it.reason);
            }
            Event::CinPlanStarted(it) => {
                let part = told.part(&mut self.within(it.episode)?.cin_plans, it.plan)?;
                told.settle(&mut part.started, ());
            }
            Event::CinPlanEnded(it) => {
                let part = told.part(&mut self.within(it.episode)?.cin_plans, it.plan)?;
                told.settle(&mut part.ended, it.reason);
            }
            Event::PreProceedingsReported(it) => told.add(&mut self.within(it.episode)?.pre_proceedings, ()),
            Event::LookedAfterStarted(it) => {
                self.is_of(it.child, &it.authority);
                let basis = LegalBasis { status: it.legal_status, until: it.until };
                told.settle(&mut told.part(&mut self.looked_after, it.looked_after)?.started, basis);
            }
            Event::LookedAfterStatusChanged(it) => {
                let basis = LegalBasis { status: it.legal_status, until: it.until };
                told.add(&mut told.part(&mut self.looked_after, it.looked_after)?.changes, basis);
            }
            Event::PoliceProtectionTaken(it) => {
                let part = told.part(&mut self.police_protections, it.police_protection)?;
                told.settle(&mut part.taken, ());
            }
            Event::PoliceProtectionEnded(it) => {
                let part = told.part(&mut self.police_protections, it.police_protection)?;
                told.settle(&mut part.ended, it.reason);
            }
            Event::EmergencyOrderGranted(it) => {
                told.settle(&mut told.part(&mut self.emergency_orders, it.order)?.granted, it.until);
            }
            Event::EmergencyOrderExtended(it) => {
                told.settle(&mut told.part(&mut self.emergency_orders, it.order)?.extended, it.until);
            }
            Event::EmergencyOrderEnded(it) => {
                told.settle(&mut told.part(&mut self.emergency_orders, it.order)?.ended, it.reason);
            }
            Event::LookedAfterEnded(it) => {
                told.settle(&mut told.part(&mut self.looked_after, it.looked_after)?.ended, it.reason);
            }
            Event::VisitMade(it) => told.add(&mut self.visits, it.seen),
            Event::CoreGroupHeld(it) => {
                let part = told.part(&mut self.within(it.episode)?.cp_plans, it.plan)?;
                told.add(&mut part.core_groups, ());
            }
            Event::WorkerAllocated(it) => {
                let worker = Worker { practitioner: it.practitioner, role: it.role, team: it.team };
                told.settle(&mut told.part(&mut self.allocations, it.allocation)?.started, worker);
            }
            Event::WorkerEnded(it) => {
                told.settle(&mut told.part(&mut self.allocations, it.allocation)?.ended, ());
            }
            // Other streams' events and corrections: the effective history has applied the latter already.
            _ => {}
        }
        Some(())
    }
}
