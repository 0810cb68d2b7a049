//! Nothing: the tests are in `main.rs`, behind the feature `eventstoredb`.
