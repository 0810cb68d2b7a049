//! A return: a file of testimony read in, and what came of it.

pub mod events;
