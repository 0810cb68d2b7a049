//! What says who somebody is prints as its type's name and nothing else, wherever it is printed.

/// Gives types a `Debug` that shows nothing of what they hold.
#[macro_export]
macro_rules! hidden_when_printed {
    ($($name:ident),+ $(,)?) => {$(
        impl ::std::fmt::Debug for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str(concat!(stringify!($name), "(…)"))
            }
        }
    )+};
}
