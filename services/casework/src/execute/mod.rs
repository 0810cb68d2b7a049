//! The only writer: an order from somebody becomes events on one stream, or a reason why not.
//!
//! Load the stream, open what its rules read, fold its effective history into a state, ask policy, decide, seal, and
//! append where it was read. A lost race is tried again a few times. An order already carried out is answered as it
//! was the first time, once permission has been asked again.
//!
//! Left out: what an order may say (the domain) and who may give it (policy).

mod order;

pub use order::{Command, Done, Order};
