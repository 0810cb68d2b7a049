//! A local authority by the three-digit code of the census, such as `383` for Leeds.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(extend("pattern" = "^[0-9]{3}$", "examples" = ["383", "380"]))]
pub struct Authority(String);

#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("an authority is three digits, such as 383")]
pub struct NotAnAuthority;

impl Authority {
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::str::FromStr for Authority {
    type Err = NotAnAuthority;

    fn from_str(text: &str) -> Result<Self, NotAnAuthority> {
        let text = text.trim();
        if text.len() == 3 && text.bytes().all(|digit| digit.is_ascii_digit()) {
            Ok(Self(text.to_owned()))
        } else {
            Err(NotAnAuthority)
        }
    }
}

impl std::fmt::Display for Authority {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_authority_is_three_digits() {
        assert_eq!(" 383 ".parse::<Authority>().map(|code| code.to_string()), Ok("383".to_owned()));
        for wrong in ["38", "3833", "38A", "", "３８３"] {
            assert_eq!(wrong.parse::<Authority>(), Err(NotAnAuthority));
        }
    }
}
