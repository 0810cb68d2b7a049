//! Chance that falls the same way each time: a stream of its own for each label, so that what happens to one family
//! does not depend on how many there are.

use chacha20::ChaCha8Rng;
use chacha20::rand_core::{Rng as _, SeedableRng as _};
use sha2::{Digest as _, Sha256};

pub(super) struct Dice(ChaCha8Rng);

impl Dice {
    /// The stream of a seed and a label.
    pub fn of(seed: u64, label: &str) -> Self {
        let mut hash = Sha256::new();
        hash.update(seed.to_be_bytes());
        hash.update(label.as_bytes());
        Self(ChaCha8Rng::from_seed(hash.finalize().into()))
    }

    /// From 0 up to, not including, `bound`; 0 when the bound is 0.
    pub fn below(&mut self, bound: u32) -> u32 {
        // The high half of a product: the bias of at most one in four billion does not matter here.
        let product = u64::from(self.0.next_u32()) * u64::from(bound);
        u32::try_from(product >> 32).unwrap_or_default()
    }

    /// Both ends included.
    pub fn between(&mut self, first: u32, last: u32) -> u32 {
        first + self.below(last.saturating_sub(first).saturating_add(1))
    }

    /// True in so many of a thousand cases.
    pub fn per_mille(&mut self, chances: u32) -> bool {
        self.below(1000) < chances
    }

    /// A place among so many.
    pub fn index(&mut self, places: usize) -> usize {
        let bound = u32::try_from(places).unwrap_or(u32::MAX);
        usize::try_from(self.below(bound)).unwrap_or_default()
    }

    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> Option<&'a T> {
        from.get(self.index(from.len()))
    }

    /// One of several, each as often as its weight says.
    pub fn weighted<T: Copy>(&mut self, from: &[(T, u32)]) -> Option<T> {
        let total = from.iter().map(|(_, weight)| weight).sum();
        let mut left = self.below(total);
        for (one, weight) in from {
            match left.checked_sub(*weight) {
                None => return Some(*one),
                Some(rest) => left = rest,
            }
        }
        from.last().map(|(one, _)| *one)
    }

    /// A length from a table of ranges, each as often as its weight says.
    pub fn range(&mut self, from: &[((u32, u32), u32)]) -> u32 {
        let (first, last) = self.weighted(from).unwrap_or_default();
        self.between(first, last)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_dice_fall_the_same_way_each_time_and_otherwise_for_another_label() {
        let thrown = |label: &str| {
            let mut dice = Dice::of(1, label);
            (0..20).map(|_| dice.below(1000)).collect::<Vec<_>>()
        };
        assert_eq!(thrown("family 1"), thrown("family 1"));
        assert_ne!(thrown("family 1"), thrown("family 2"));
        assert_eq!(thrown("family 1").iter().take(3).copied().collect::<Vec<_>>(), FIRST_THREE);
    }

    /// As they have always fallen: a change makes another county of the same seed.
    const FIRST_THREE: [u32; 3] = [100, 180, 621];

    #[test]
    fn weights_are_kept() {
        let mut dice = Dice::of(7, "weights");
        let thrown = (0..10_000).filter(|_| dice.weighted(&[("a", 1), ("b", 3)]) == Some("b")).count();
        assert!((7_200..7_800).contains(&thrown), "{thrown}");
        assert_eq!(dice.weighted::<u8>(&[]), None);
        assert!((0..1000).all(|_| (3..=5).contains(&dice.between(3, 5))));
    }
}
