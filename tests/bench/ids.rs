//! Ids and choices for the run: as scattered as real ones, and the same for the same seed.

use uuid::Uuid;

/// A stream of well-mixed numbers (the finaliser of splitmix64).
#[derive(Clone, Debug)]
pub struct Ids(u64);

impl Ids {
    /// Different seeds, different ids.
    pub fn new(seed: u64) -> Self {
        Self(mix(seed ^ 0x676f_6c64_7468_7264))
    }

    pub fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mix(self.0)
    }

    pub fn below(&mut self, limit: u64) -> u64 {
        self.number() % limit.max(1)
    }

    pub fn id(&mut self) -> Uuid {
        uuid_of(u128::from(self.number()) << 64 | u128::from(self.number()))
    }
}

/// The id of the nth thing of a kind, for readers that must find it again.
pub fn nth(kind: u64, number: u64) -> Uuid {
    let mut ids = Ids::new(mix(kind).wrapping_add(number));
    ids.id()
}

fn uuid_of(bits: u128) -> Uuid {
    uuid::Builder::from_random_bytes(bits.to_be_bytes()).into_uuid()
}

fn mix(number: u64) -> u64 {
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}
