//! A day as a reader picks it: in an address one text, 2026-03-01; on the page three fields, day, month and year, which
//! read the same in every browser, whatever its language.

use super::components::DateField;

/// What three fields say, as one text; else what the address says. What is no day is kept as it was typed.
pub fn together(whole: Option<&str>, [day, month, year]: [Option<&str>; 3]) -> Option<String> {
    let part = |text: Option<&str>| text.map(str::trim).unwrap_or_default().to_owned();
    let (day, month, year) = (part(day), part(month), part(year));
    if day.is_empty() && month.is_empty() && year.is_empty() {
        return whole.map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
    }
    Some(format!("{year:0>4}-{month:0>2}-{day:0>2}"))
}

/// The three fields with what was picked before.
pub fn fields(
    name: &'static str,
    (legend, hint): (&'static str, &'static str),
    picked: Option<&str>,
    error: Option<String>,
) -> DateField {
    let mut parts = picked.unwrap_or_default().splitn(3, '-');
    let mut part = || parts.next().unwrap_or_default().trim_start_matches('0').to_owned();
    let (year, month, day) = (part(), part(), part());
    DateField { name, legend, hint, day, month, year, error }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_fields_are_one_day_and_come_back_as_they_were_typed() {
        let picked = together(None, [Some("1"), Some(" 3"), Some("2026")]);
        assert_eq!(picked.as_deref(), Some("2026-03-01"));
        let shown = fields("known", ("At the end of", ""), picked.as_deref(), None);
        assert_eq!((shown.day.as_str(), shown.month.as_str(), shown.year.as_str()), ("1", "3", "2026"));
        assert_eq!(together(Some("2026-03-01"), [None, Some(""), None]).as_deref(), Some("2026-03-01"));
        assert_eq!(together(Some(" "), [None; 3]), None);
    }

    #[test]
    fn what_is_no_day_is_not_lost() {
        let picked = together(None, [Some("soon"), Some("3"), None]);
        let shown = fields("known", ("At the end of", ""), picked.as_deref(), Some("Give a day".to_owned()));
        assert_eq!((shown.day.as_str(), shown.month.as_str(), shown.year.as_str()), ("soon", "3", ""));
    }
}
