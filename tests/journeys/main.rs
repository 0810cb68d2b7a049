//! Whole journeys over a real database. The stories are told over HTTP, with several agencies' people and a clock that
//! the test sets; each says what each of them sees at each moment. Below HTTP, through the one writer, is what a story
//! cannot show: repeats, races, what is left on record.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

mod partnership;

mod a_bank_holiday_weekend;
mod a_child_in_care_at_night;
mod a_family_that_moves;
mod a_late_record;
mod a_missing_child;
mod a_mother_who_is_looked_after;
mod four_agencies;
mod small_facts;
mod told_in_confidence;
mod twins_before_birth;
mod two_children_with_one_name;
mod who_they_were;

mod births;
mod contacts;
mod county;
mod enquiries;
mod enquiry_cost;
mod first_page;
mod linkage;
mod notices;
mod past;
mod receipt_page;
