//! Small numbers are not shown to those who may not see the children behind them.
//!
//! A count of 1 to 5 is hidden, and as many others as it takes that no hidden one can be worked out from what is
//! shown. Figures that add up are laid out as a table with its totals: parts by their sum, shares as those counted and
//! the rest. In such a table a hidden cell can be worked out when, and only when, no closed way leads from it through
//! hidden cells, along a row and a column in turn, back to it.
//!
//! Tables that are shown together and cut the same rows more and less finely would give away what each hides by itself;
//! so whoever is shown no small numbers is shown no parts by agency beside those by kind of agency
//! ([`super::figures`]).
//!
//! Left out: what two tables tell of each other that do not add up to the same. A team's figures taken from its
//! authority's leave those of the other teams; one authority's taken from everybody's, those of the others; a measure that
//! leaves out what is not yet due, taken from one that counts it, what waits; and so do two windows or moments that
//! overlap. Who is shown suppressed figures may only ask for years that end with a month, and each look is on record.

/// The largest count that is hidden.
pub const SMALL: i64 = 5;

/// A table of counts with its totals in the last row and the last column.
///
/// The totals of its rows are counts in their own right, which other measures show as well. They are hidden as
/// [`parts`] of their sum, alike in every measure, and never to hide something else.
#[derive(Debug)]
pub struct Counts {
    columns: usize,
    cells: Vec<i64>,
    hidden: Vec<bool>,
}

impl Counts {
    /// A table of rows of equal length; totals are added.
    #[must_use]
    pub fn of(rows: &[Vec<i64>]) -> Self {
        let columns = rows.first().map_or(0, Vec::len) + 1;
        let mut totals = vec![0; columns];
        let mut cells = Vec::with_capacity((rows.len() + 1) * columns);
        for row in rows {
            let sum = row.iter().sum();
            for (total, count) in totals.iter_mut().zip(row.iter().chain([&sum])) {
                *total += count;
            }
            cells.extend(row);
            cells.push(sum);
        }
        cells.append(&mut totals);
        let mut hidden: Vec<bool> = cells.iter().map(|cell| is_small(*cell)).collect();
        let sums: Vec<i64> = rows.iter().map(|row| row.iter().sum()).collect();
        let (hidden_sums, is_sum_hidden) = parts(&sums, false);
        let of_rows = hidden.iter_mut().skip(columns - 1).step_by(columns);
        for (slot, is_hidden) in of_rows.zip(hidden_sums.into_iter().chain([is_sum_hidden])) {
            *slot = is_hidden;
        }
        Self { columns, cells, hidden }
    }

    /// Hides what is small, and what would give it away.
    #[must_use]
    pub fn suppressed(mut self) -> Self {
        while let Some(also) = self.given_away().and_then(|given_away| self.best_beside(given_away)) {
            self.hide(also);
        }
        self
    }

    #[must_use]
    pub fn rows(&self) -> usize {
        self.cells.len().checked_div(self.columns).unwrap_or_default()
    }

    #[must_use]
    pub fn is_hidden(&self, row: usize, column: usize) -> bool {
        self.hidden.get(row * self.columns + column).copied().unwrap_or(true)
    }

    fn hide(&mut self, cell: usize) {
        if let Some(hidden) = self.hidden.get_mut(cell) {
            *hidden = true;
        }
    }

    fn place(&self, cell: usize) -> (usize, usize) {
        (
            cell.checked_div(self.columns).unwrap_or_default(),
            cell.checked_rem(self.columns).unwrap_or_default(),
        )
    }

    fn hidden_cells(&self) -> impl Iterator<Item = usize> {
        self.hidden.iter().enumerate().filter(|(_, hidden)| **hidden).map(|(cell, _)| cell)
    }

    /// A hidden cell that can be worked out.
    fn given_away(&self) -> Option<usize> {
        self.hidden_cells().find(|cell| !self.is_on_a_closed_way(*cell) || self.is_told_by_its_line(*cell))
    }

    /// Rows and columns are joined by hidden cells: true when the cell's row reaches its column by others.
    fn is_on_a_closed_way(&self, cell: usize) -> bool {
        let (row, column) = self.place(cell);
        let (mut rows, mut columns) = (vec![false; self.rows()], vec![false; self.columns]);
        let mut next = vec![(true, row)];
        while let Some((is_row, line)) = next.pop() {
            let seen = if is_row { rows.get_mut(line) } else { columns.get_mut(line) };
            match seen {
                Some(seen) if !*seen => *seen = true,
                _ => continue,
            }
            for other in self.hidden_cells().filter(|other| *other != cell) {
                let (other_row, other_column) = self.place(other);
                if is_row && other_row == line {
                    next.push((false, other_column));
                } else if !is_row && other_column == line {
                    next.push((true, other_row));
                }
            }
        }
        columns.get(column).copied().unwrap_or(false)
    }

    /// Hidden ones whose sum is shown and is as many as they are must each be one.
    fn is_told_by_its_line(&self, cell: usize) -> bool {
        let (row, column) = self.place(cell);
        let (last_row, last_column) = (self.rows().saturating_sub(1), self.columns.saturating_sub(1));
        let along = |is_row: bool| {
            let parts: Vec<usize> = self
                .hidden_cells()
                .filter(|other| {
                    let (r, c) = self.place(*other);
                    if is_row { r == row && c != last_column } else { c == column && r != last_row }
                })
                .collect();
            let is_sum_hidden =
                if is_row { self.is_hidden(row, last_column) } else { self.is_hidden(last_row, column) };
            let sum: i64 = parts.iter().filter_map(|part| self.cells.get(*part)).sum();
            !is_sum_hidden
                && parts.contains(&cell)
                && usize::try_from(sum).is_ok_and(|sum| sum == parts.len())
        };
        along(true) || along(false)
    }

    /// What to hide beside a cell: in its line, the smallest there is; a part before a total, something before nothing.
    fn best_beside(&self, cell: usize) -> Option<usize> {
        let (row, column) = self.place(cell);
        let (last_row, last_column) = (self.rows().saturating_sub(1), self.columns.saturating_sub(1));
        let count = |cell: usize| self.cells.get(cell).copied().unwrap_or_default();
        let is_free = |cell: &usize| {
            self.place(*cell).1 != last_column && !self.hidden.get(*cell).copied().unwrap_or(true)
        };
        let beside: Vec<usize> = (0..self.cells.len()).filter(is_free).collect();
        let rank = |cell: &usize| {
            let (r, c) = self.place(*cell);
            (r != row && c != column, r == last_row, count(*cell) == 0, count(*cell))
        };
        beside.into_iter().min_by_key(rank)
    }
}

/// True for a count that is hidden for itself.
#[must_use]
pub fn is_small(count: i64) -> bool {
    (1..=SMALL).contains(&count)
}

/// Parts of one sum: which are hidden, and whether the sum is.
#[must_use]
pub fn parts(counts: &[i64], is_sum_hidden: bool) -> (Vec<bool>, bool) {
    let sum: i64 = counts.iter().sum();
    let mut hidden: Vec<bool> = counts.iter().map(|count| is_small(*count)).collect();
    let mut is_sum_hidden = is_sum_hidden || is_small(sum);
    loop {
        let among = hidden.iter().filter(|hidden| **hidden).count();
        let hidden_sum: i64 =
            counts.iter().zip(&hidden).filter(|(_, hidden)| **hidden).map(|(count, _)| count).sum();
        let alone = among + usize::from(is_sum_hidden) == 1;
        let all_ones =
            !is_sum_hidden && among > 0 && usize::try_from(hidden_sum).is_ok_and(|sum| sum == among);
        if !alone && !all_ones {
            return (hidden, is_sum_hidden);
        }
        let shown = (0..counts.len()).filter(|part| !hidden.get(*part).copied().unwrap_or(true));
        let rank = |part: &usize| {
            let count = counts.get(*part).copied().unwrap_or_default();
            (count == 0, count)
        };
        match shown.min_by_key(rank).and_then(|part| hidden.get_mut(part)) {
            Some(part) => *part = true,
            None if is_sum_hidden => return (hidden, is_sum_hidden),
            None => is_sum_hidden = true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(table: &Counts) -> Vec<Vec<Option<i64>>> {
        (0..table.rows())
            .map(|row| {
                (0..table.columns)
                    .map(|column| {
                        (!table.is_hidden(row, column)).then(|| table.cells[row * table.columns + column])
                    })
                    .collect()
            })
            .collect()
    }

    /// Everything that sums give, again and again, until they give no more.
    fn worked_out(mut table: Vec<Vec<Option<i64>>>) -> Vec<Vec<Option<i64>>> {
        let (rows, columns) = (table.len(), table[0].len());
        loop {
            let before = table.clone();
            for row in 0..rows {
                solve((0..columns).map(|column| (row, column)).collect(), &mut table);
            }
            for column in 0..columns {
                solve((0..rows).map(|row| (row, column)).collect(), &mut table);
            }
            if table == before {
                return table;
            }
        }
    }

    fn solve(line: Vec<(usize, usize)>, table: &mut [Vec<Option<i64>>]) {
        let unknown: Vec<_> = line.iter().filter(|(row, column)| table[*row][*column].is_none()).collect();
        let [&(row, column)] = unknown[..] else { return };
        let (&last, parts) = line.split_last().unwrap();
        let known: i64 = parts.iter().filter_map(|&(row, column)| table[row][column]).sum();
        table[row][column] =
            Some(if (row, column) == last { known } else { table[last.0][last.1].unwrap() - known });
    }

    struct Dice(u64);
    impl Dice {
        fn below(&mut self, limit: u64) -> u64 {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (self.0 >> 33) % limit
        }
    }

    #[test]
    fn no_hidden_cell_can_be_worked_out_from_what_is_shown() {
        let mut dice = Dice(7);
        for _ in 0..2_000 {
            let (rows, columns) = (1 + dice.below(12), 1 + dice.below(3));
            let table: Vec<Vec<i64>> = (0..rows)
                .map(|_| {
                    (0..columns)
                        .map(|_| {
                            let most = if dice.below(3) == 0 { 7 } else { 60 };
                            i64::try_from(dice.below(most)).unwrap()
                        })
                        .collect()
                })
                .collect();
            let suppressed = Counts::of(&table).suppressed();
            let seen = shown(&suppressed);
            assert_eq!(worked_out(seen.clone()), seen, "{table:?}");
            for row in 0..suppressed.rows() {
                for column in 0..suppressed.columns {
                    let count = suppressed.cells[row * suppressed.columns + column];
                    assert!(!is_small(count) || suppressed.is_hidden(row, column), "{table:?}");
                }
            }
        }
    }

    #[test]
    fn a_cell_between_two_closed_ways_is_given_away() {
        // Line by line each has two hidden cells, and still the one in the middle can be worked out.
        let mut table =
            Counts::of(&[vec![9, 9, 40, 40], vec![9, 9, 9, 40], vec![40, 40, 9, 9], vec![40, 40, 9, 9]]);
        for (row, column) in [(0, 0), (0, 1), (1, 0), (1, 1), (1, 2), (2, 2), (2, 3), (3, 2), (3, 3)] {
            table.hide(row * table.columns + column);
        }
        assert_eq!(table.given_away(), Some(table.columns + 2));
    }

    #[test]
    fn parts_hide_one_more_than_the_small_one_and_shares_what_is_left_of_them() {
        assert_eq!(parts(&[30, 3, 12], false), (vec![false, true, true], false));
        assert_eq!(parts(&[30, 0, 12], false), (vec![false, false, false], false));
        assert_eq!(
            parts(&[1, 1, 12], false),
            (vec![true, true, true], false),
            "two that sum to two are one each"
        );
        assert_eq!(parts(&[3], false), (vec![true], true));
        assert_eq!(
            parts(&[30, 12], true),
            (vec![false, true], true),
            "a hidden sum is not the sum of what is shown"
        );
        // 98 of 100: the two that are not.
        let share = Counts::of(&[vec![98, 2]]).suppressed();
        assert!(share.is_hidden(0, 0) && share.is_hidden(0, 1) && !share.is_hidden(0, 2));
        let (hidden, _) = parts(&[100, 3, 60], false);
        let table = Counts::of(&[vec![98, 2], vec![3, 0], vec![50, 10]]).suppressed();
        let of_rows: Vec<_> = (0..3).map(|row| table.is_hidden(row, 2)).collect();
        assert_eq!(of_rows, hidden, "what another measure shows is not hidden here");
    }
}
