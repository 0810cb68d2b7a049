//! What was ever written can be read: schemas and samples of every (type, version), and folds that take anything.
//!
//! `BLESS=1 cargo test -p domain --test frozen` writes the files of new versions. A change to a file of a released
//! version is a mistake: make a new version instead.

#[cfg(test)]
mod folding;
#[cfg(test)]
mod sampler;
#[cfg(test)]
mod samples;
