//! What arrives in, and leaves for, other people's formats. Each format has a room of its own and stays pure:
//! bytes in, typed testimony out. Turning that testimony into orders is the work of [`import`], not a format's.

pub mod cin;
pub mod import;
