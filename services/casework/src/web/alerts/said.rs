//! What an alert is made of, in words.

use chrono::NaiveDate;
use domain::alert::{AlertState, Follows, Weight};
use domain::linkage::SignalKind;
use domain::tie::TieKind;

use crate::web::words;

pub fn state(code: &str) -> &'static str {
    match code.parse() {
        Ok(AlertState::Open) => "To be decided",
        Ok(AlertState::Accepted) => "Something follows from it",
        Ok(AlertState::Dismissed) => "Dismissed",
        Ok(AlertState::Withdrawn) | Err(_) => "Withdrawn",
    }
}

pub const fn follows(follows: Follows) -> &'static str {
    match follows {
        Follows::StrategyDiscussion => "A strategy discussion",
        Follows::Referral => "A referral",
        Follows::Assessment => "An assessment",
        Follows::WorkerTold => "The child’s worker is told",
        Follows::EarlyHelp => "Early help",
    }
}

pub const fn weight(weight: Weight) -> &'static str {
    match weight {
        Weight::Protective => "Protective",
        Weight::Explained => "Explained",
        Weight::Worrying => "Worrying",
    }
}

pub const fn weight_means(weight: Weight) -> &'static str {
    match weight {
        Weight::Protective => "It speaks for those who care for the child: help was sought at once, say.",
        Weight::Explained => "There is an account of it that fits.",
        Weight::Worrying => "It worries you more than it looks.",
    }
}

pub const fn kind(kind: SignalKind) -> &'static str {
    match kind {
        SignalKind::Contact => "Told to the front door",
        SignalKind::Enquiry => "Somebody asked about the child",
        SignalKind::PlanStarted => "A child protection plan began",
        SignalKind::Section47Started => "A section 47 enquiry began",
    }
}

/// What somebody is to somebody else.
pub const fn tie(kind: TieKind) -> &'static str {
    match kind {
        TieKind::Mother => "the mother of",
        TieKind::Father => "the father of",
        TieKind::Parent => "a parent of",
        TieKind::Carer => "a carer of",
        TieKind::Sibling => "brother or sister of",
        TieKind::HouseholdMember => "in one household with",
        TieKind::Partner => "the partner of",
        TieKind::Other => "close to",
    }
}

/// From when to when something held.
pub fn lasts(since: Option<NaiveDate>, until: Option<NaiveDate>) -> String {
    let since = since
        .map_or_else(|| "since when is not recorded".to_owned(), |day| format!("since {}", words::day(day)));
    match until {
        None => since,
        Some(until) => format!("{since}, until {}", words::day(until)),
    }
}
