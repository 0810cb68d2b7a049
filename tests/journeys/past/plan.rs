//! What may happen in a random history: who says what about whom, and what is corrected, restricted or erased. Numbers
//! are places in lists that are as long as the history so far, and wrap; of entries and contacts, 0 is the latest.

use proptest::prelude::*;

/// One thing that somebody does. What the rules refuse changes nothing.
#[derive(Clone, Copy, Debug)]
pub enum Step {
    /// Something is told about one or two children; by whom, how far they may be named, in which way.
    Tell {
        by: usize,
        about: usize,
        and: usize,
        source: usize,
        disclosure: usize,
        method: usize,
    },
    /// How far whoever told it may be named is changed.
    Disclose {
        contact: usize,
        disclosure: usize,
    },
    /// Another thing about a contact is set right: how it came, or when it was.
    Amend {
        contact: usize,
        what: usize,
    },
    Decide {
        contact: usize,
    },
    /// A name, a number or an address of some class is said of a child.
    Say {
        by: usize,
        child: usize,
        what: usize,
    },
    Ask {
        by: usize,
        child: usize,
    },
    Refer {
        child: usize,
        next_door: bool,
    },
    /// An assessment, an enquiry, a visit or a note.
    Work {
        child: usize,
        what: usize,
    },
    Allocate {
        child: usize,
        to: usize,
    },
    Miss {
        child: usize,
    },
    Find {
        child: usize,
    },
    Owe {
        child: usize,
        duty: usize,
        next_door: bool,
    },
    Tie {
        from: usize,
        to: usize,
    },
    Withdraw {
        entry: usize,
    },
    Move {
        entry: usize,
        to: usize,
    },
    /// For named readers: a bit for each of those who could be.
    Restrict {
        child: usize,
        readers: usize,
    },
    Lift {
        child: usize,
    },
    /// The key of a child is destroyed.
    Erase {
        child: usize,
    },
}

impl Step {
    /// True for what changes how earlier entries stand or may be told.
    pub const fn is_correction(self) -> bool {
        matches!(self, Self::Disclose { .. } | Self::Amend { .. } | Self::Withdraw { .. } | Self::Move { .. })
    }
}

/// A history: things that happen by themselves, and what follows one another where much could be told that must not be.
pub fn any_plan() -> impl Strategy<Value = Vec<Step>> {
    let scene = prop_oneof![
        10 => any_step().prop_map(|step| vec![step]),
        3 => moved(),
        2 => confided(),
    ];
    prop::collection::vec(scene, 10..26).prop_map(|scenes| scenes.concat())
}

fn any() -> std::ops::Range<usize> {
    0..60
}

/// Something is said of one child, and stands on another's record afterwards, which may be closed.
fn moved() -> impl Strategy<Value = Vec<Step>> {
    [any(), any(), any(), any(), any(), any()].prop_map(|[by, child, what, to, readers, is_closed]| {
        let closed = Step::Restrict { child: to, readers };
        let said = [Step::Say { by, child, what }, Step::Move { entry: 0, to }];
        said.into_iter().chain((is_closed % 3 > 0).then_some(closed)).collect()
    })
}

/// Something is told openly, and then told so that nobody may know by whom.
fn confided() -> impl Strategy<Value = Vec<Step>> {
    [any(), any(), any(), any(), any(), any()].prop_map(
        |[by, about, source, method, disclosure, is_taken_back]| {
            let told = Step::Tell { by, about, and: about, source, disclosure: 0, method };
            let confided = Step::Disclose { contact: 0, disclosure: 1 + disclosure % 2 };
            let taken_back = Step::Withdraw { entry: 0 };
            [told, confided].into_iter().chain((is_taken_back % 3 == 0).then_some(taken_back)).collect()
        },
    )
}

fn any_step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => [any(), any(), any(), any(), any(), any()].prop_map(|[by, about, and, source, disclosure, method]| {
            Step::Tell { by, about, and, source, disclosure, method }
        }),
        4 => (any(), any()).prop_map(|(contact, disclosure)| Step::Disclose { contact, disclosure }),
        1 => (any(), any()).prop_map(|(contact, what)| Step::Amend { contact, what }),
        1 => any().prop_map(|contact| Step::Decide { contact }),
        3 => [any(), any(), any()].prop_map(|[by, child, what]| Step::Say { by, child, what }),
        2 => (any(), any()).prop_map(|(by, child)| Step::Ask { by, child }),
        3 => (any(), prop::bool::ANY).prop_map(|(child, next_door)| Step::Refer { child, next_door }),
        3 => (any(), any()).prop_map(|(child, what)| Step::Work { child, what }),
        2 => (any(), any()).prop_map(|(child, to)| Step::Allocate { child, to }),
        1 => any().prop_map(|child| Step::Miss { child }),
        1 => any().prop_map(|child| Step::Find { child }),
        1 => (any(), any(), prop::bool::ANY)
            .prop_map(|(child, duty, next_door)| Step::Owe { child, duty, next_door }),
        1 => (any(), any()).prop_map(|(from, to)| Step::Tie { from, to }),
        3 => any().prop_map(|entry| Step::Withdraw { entry }),
        4 => (any(), any()).prop_map(|(entry, to)| Step::Move { entry, to }),
        3 => (any(), any()).prop_map(|(child, readers)| Step::Restrict { child, readers }),
        1 => any().prop_map(|child| Step::Lift { child }),
        1 => any().prop_map(|child| Step::Erase { child }),
    ]
}
