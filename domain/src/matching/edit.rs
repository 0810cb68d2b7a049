//! How many slips lie between two words: a letter put in, left out, changed, or swapped with its neighbour.

/// The slips between two words, or more than `most`. A stretch of letters is changed once only (optimal string
/// alignment), which is what happens to somebody who types.
#[must_use]
pub fn slips(one: &str, other: &str, most: usize) -> Option<usize> {
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    if one.len().abs_diff(other.len()) > most {
        return None;
    }
    // Rows of the table of distances between beginnings; `before` is the row before the last.
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=other.len()).collect();
    let mut left_of_one = None;
    for (row, letter) in one.iter().enumerate() {
        let mut this = Vec::with_capacity(last.len());
        this.push(row + 1);
        let mut left_of_other = None;
        for (column, against) in other.iter().enumerate() {
            let at = |row: &[usize], column: usize| row.get(column).copied().unwrap_or(usize::MAX / 2);
            let changed = at(&last, column) + usize::from(letter != against);
            let mut least = changed.min(at(&last, column + 1) + 1).min(at(&this, column) + 1);
            if left_of_one == Some(against) && left_of_other == Some(letter) {
                // Both have a letter before, so the column is at least 1.
                least = least.min(at(&before, column.saturating_sub(1)) + 1);
            }
            this.push(least);
            left_of_other = Some(against);
        }
        if this.iter().min().is_none_or(|least| *least > most) {
            return None;
        }
        before = std::mem::replace(&mut last, this);
        left_of_one = Some(letter);
    }
    last.last().copied().filter(|slips| *slips <= most)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_slip_counts_once() {
        for (one, other, expected) in [
            ("smith", "smith", 0),
            ("smith", "smiht", 1),
            ("smith", "smth", 1),
            ("smith", "smitth", 1),
            ("smith", "smeth", 1),
            ("akhtar", "aktar", 1),
            ("", "ab", 2),
            ("hussain", "hassan", 2),
            ("łucja", "lucja", 1),
        ] {
            assert_eq!(slips(one, other, 3), Some(expected), "{one} {other}");
            assert_eq!(slips(other, one, 3), Some(expected), "{other} {one}");
        }
        assert_eq!(slips("smith", "jones", 2), None);
        assert_eq!(slips("ca", "abc", 3), Some(3), "a swapped pair is not changed again");
    }
}
