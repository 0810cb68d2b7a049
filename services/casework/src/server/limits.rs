//! How much one caller may ask: each by whoever is proven, attempts that prove nobody by where they come from.
//!
//! A request costs a share of a minute; what was not used is kept for a minute at most, so that a page of many requests
//! is no trouble and a loop is. Kept in this process and lost with it. Left out: how large a request may be, which is
//! said where each is read.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use actix_web::{HttpRequest, web};
use domain::ids::PractitionerId;

use super::Shared;
use crate::app::App;
use crate::error::Problem;
use crate::settings::Settings;
use crate::visitor::Visitor;

const WINDOW: Duration = Duration::from_secs(60);
/// Callers remembered by one limit. Those beyond share one allowance, so that inventing callers buys nothing.
const CALLERS_MAX: usize = 10_000;
/// Callers who have all of their allowance again are forgotten this often at most.
const FORGET_EVERY: Duration = Duration::from_secs(1);

/// The limits of a server.
#[derive(Debug)]
pub struct Limits {
    proven: Limit<PractitionerId>,
    unproven: Limit<IpAddr>,
}

impl Limits {
    pub(super) fn new(settings: &Settings) -> Self {
        Self {
            proven: Limit::new(settings.requests_per_minute),
            unproven: Limit::new(settings.attempts_per_minute),
        }
    }
}

/// Takes a request from somebody's allowance.
///
/// # Errors
/// There is none left.
pub fn take_proven(request: &HttpRequest, visitor: &Visitor) -> Result<(), Problem> {
    let Some(shared) = request.app_data::<web::Data<Shared>>() else { return Ok(()) };
    let taken = shared.limits.proven.take(visitor.practitioner(), Instant::now());
    taken.map_err(|wait| refuse(shared, "proven", wait))
}

/// Takes an attempt that proved nobody from the allowance of where it came from.
///
/// # Errors
/// There is none left.
pub fn take_unproven(request: &HttpRequest) -> Result<(), Problem> {
    let Some(shared) = request.app_data::<web::Data<Shared>>() else { return Ok(()) };
    let Some(address) = address_of(request) else { return Ok(()) };
    let taken = shared.limits.unproven.take(network(address), Instant::now());
    taken.map_err(|wait| refuse(shared, "unproven", wait))
}

fn refuse(shared: &Shared, who: &'static str, wait: Duration) -> Problem {
    shared.metrics.limited(who);
    Problem::too_many(u32::try_from(wait.as_secs()).unwrap_or(u32::MAX).saturating_add(1))
}

/// Where a request comes from. A proxy adds whom it speaks for at the end; what stands before that anybody can write.
fn address_of(request: &HttpRequest) -> Option<IpAddr> {
    let peer = request.peer_addr().map(|peer| peer.ip());
    let is_behind = request.app_data::<web::Data<App>>().is_some_and(|app| app.settings.behind_proxy);
    let told = request.headers().get_all("x-forwarded-for").next_back();
    let told = told
        .filter(|_| is_behind)
        .and_then(|told| told.to_str().ok()?.rsplit(',').next()?.trim().parse().ok());
    told.or(peer)
}

/// One customer has a whole network of the sixth version: all of it is one caller.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() >> 64 << 64)),
        address @ IpAddr::V4(_) => address,
    }
}

/// So many requests a minute for each caller.
#[derive(Debug)]
struct Limit<K> {
    /// What one request costs; none where nothing is limited.
    cost: Option<Duration>,
    callers: Mutex<Callers<K>>,
}

/// When each caller will have all of their allowance again; in the past for those who have it.
#[derive(Debug)]
struct Callers<K> {
    whole_again: HashMap<K, Instant>,
    /// Of all who are not remembered.
    others: Option<Instant>,
    forgot: Option<Instant>,
}

impl<K: Eq + Hash> Limit<K> {
    /// Nothing is limited by 0.
    fn new(a_minute: u32) -> Self {
        let callers = Callers { whole_again: HashMap::new(), others: None, forgot: None };
        Self { cost: WINDOW.checked_div(a_minute), callers: Mutex::new(callers) }
    }

    /// Takes one request, or says how long to wait for it.
    fn take(&self, caller: K, now: Instant) -> Result<(), Duration> {
        let Some(cost) = self.cost else { return Ok(()) };
        let mut callers = self.callers.lock().unwrap_or_else(PoisonError::into_inner);
        callers.forget(now);
        let is_room = callers.whole_again.len() < CALLERS_MAX || callers.whole_again.contains_key(&caller);
        let until = if is_room {
            callers.whole_again.entry(caller).or_insert(now)
        } else {
            callers.others.get_or_insert(now)
        };
        let whole_again = (*until).max(now) + cost;
        let wait = whole_again.saturating_duration_since(now + WINDOW);
        if wait.is_zero() {
            *until = whole_again;
            Ok(())
        } else {
            Err(wait)
        }
    }
}

impl<K> Callers<K> {
    fn forget(&mut self, now: Instant) {
        let is_due = self.forgot.is_none_or(|last| now.saturating_duration_since(last) >= FORGET_EVERY);
        if self.whole_again.len() >= CALLERS_MAX && is_due {
            self.whole_again.retain(|_, until| *until > now);
            self.forgot = Some(now);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(limit: &Limit<u32>, caller: u32, now: Instant) -> usize {
        (0..100_000).take_while(|_| limit.take(caller, now).is_ok()).count()
    }

    #[test]
    fn a_minute_s_allowance_can_be_used_at_once_and_comes_back_bit_by_bit() {
        let (limit, now) = (Limit::new(60), Instant::now());
        assert_eq!(taken(&limit, 1, now), 60);
        assert_eq!(limit.take(1, now), Err(Duration::from_secs(1)));
        assert_eq!(taken(&limit, 2, now), 60, "another caller has their own");
        assert_eq!(taken(&limit, 1, now + Duration::from_secs(5)), 5);
        assert_eq!(taken(&limit, 1, now + Duration::from_secs(3600)), 60, "no more than a minute's");
    }

    #[test]
    fn nothing_is_limited_by_nought() {
        let limit = Limit::new(0);
        assert_eq!(taken(&limit, 1, Instant::now()), 100_000);
    }

    #[test]
    fn invented_callers_share_one_allowance_and_take_no_more_room() {
        let (limit, now) = (Limit::new(2), Instant::now());
        let taken = (0..50_000).filter(|caller| limit.take(*caller, now).is_ok()).count();
        assert_eq!(taken, CALLERS_MAX + 2);
        assert_eq!(limit.callers.lock().unwrap().whole_again.len(), CALLERS_MAX);
        let later = now + Duration::from_secs(61);
        assert!(limit.take(50_001, later).is_ok());
        assert_eq!(limit.callers.lock().unwrap().whole_again.len(), 1, "the others are forgotten");
    }

    #[test]
    fn a_network_of_the_sixth_version_is_one_caller() {
        let at = |text: &str| network(text.parse().unwrap());
        assert_eq!(at("2001:db8:1:2:3:4:5:6"), at("2001:db8:1:2::9"));
        assert_ne!(at("2001:db8:1:2::9"), at("2001:db8:1:3::9"));
        assert_eq!(at("::ffff:192.0.2.1"), at("192.0.2.1"));
        assert_ne!(at("192.0.2.1"), at("192.0.2.2"));
    }
}
