//! Families with names, whose stories can be read: each a file, told among the others in the order of time.
//!
//! They live in Bradford, and those one can be on a demonstration take part. Days are counted back from the county's
//! end, so that each story is as fresh as the day the demonstration was begun.

mod adopted;
mod apart;
mod expected;
mod hackney;
mod marsh;
mod missing;
mod moved;
mod same_name;
mod small_facts;
mod spelling;
mod stage;
mod twins;

use super::Untold;
use super::script::Act;

pub use stage::Company;
pub(super) use stage::{Cast, Stage};

/// One family's story.
type Story = fn(&mut Stage<'_>) -> Result<(), Untold>;

/// Every story, told from `first_thread` on.
pub(super) fn tell<'a>(stage: impl Fn(u32) -> Stage<'a>, first_thread: u32) -> Result<Vec<Act>, Untold> {
    let stories: [Story; 11] = [
        marsh::tell,
        small_facts::tell,
        hackney::tell,
        spelling::tell,
        same_name::tell,
        twins::tell,
        missing::tell,
        apart::tell,
        moved::tell,
        adopted::tell,
        expected::tell,
    ];
    let mut acts = Vec::new();
    for (story, thread) in stories.into_iter().zip(first_thread..) {
        let mut stage = stage(thread);
        story(&mut stage)?;
        acts.extend(stage.in_order());
    }
    Ok(acts)
}
