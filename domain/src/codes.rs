//! Closed lists of codes: one line a code, and from it the enum, its text, its schema and its parser.

/// A text that is not in a closed list. Keeps what is allowed, never what was given.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{list} is one of {}", allowed.join(", "))]
pub struct UnknownCode {
    pub list: &'static str,
    pub allowed: &'static [&'static str],
}

/// Declares a closed list: `codes! { /// doc  Sex, "sex": Female => "f", … }`.
macro_rules! codes {
    (
        $(#[$doc:meta])* $name:ident, $list:literal:
        $( $(#[$variant_doc:meta])* $variant:ident => $code:literal ),+ $(,)?
    ) => {
        #[derive(
            Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug,
            serde::Serialize, serde::Deserialize, schemars::JsonSchema,
        )]
        $(#[$doc])*
        pub enum $name {
            $( $(#[$variant_doc])* #[serde(rename = $code)] $variant, )+
        }

        impl $name {
            /// Every code of the list, in its order.
            pub const ALL: &'static [Self] = &[ $( Self::$variant, )+ ];

            /// The code as it is written everywhere.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self { $( Self::$variant => $code, )+ }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.code())
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::codes::UnknownCode;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                match text {
                    $( $code => Ok(Self::$variant), )+
                    _ => Err($crate::codes::UnknownCode { list: $list, allowed: &[ $( $code, )+ ] }),
                }
            }
        }
    };
}

pub(crate) use codes;

#[cfg(test)]
mod tests {
    codes! {
        /// Two of them.
        Colour, "colour":
        Red => "red",
        BlueGreen => "blue-green",
    }

    #[test]
    fn a_code_reads_back_as_itself_in_text_and_in_json() {
        for colour in Colour::ALL {
            assert_eq!(colour.code().parse(), Ok(*colour));
            let json = serde_json::to_string(colour).unwrap();
            assert_eq!(json, format!("\"{colour}\""));
            assert_eq!(serde_json::from_str::<Colour>(&json).unwrap(), *colour);
        }
    }

    #[test]
    fn an_unknown_code_is_told_what_is_allowed_and_not_repeated() {
        let error = "mauve".parse::<Colour>().unwrap_err().to_string();
        assert_eq!(error, "colour is one of red, blue-green");
    }
}
