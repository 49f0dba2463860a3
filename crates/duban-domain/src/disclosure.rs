//! 小数隐去: which cells of a published table are hidden, so that no small number of people can be
//! read from it, nor reckoned from the rows, the columns and their sums.
//!
//! First every small count goes. Then as many others as it takes until no hidden cell is the
//! difference of what is shown: the hidden cells, as lines between their row and their column, may
//! hold no bridge, because a bridge is exactly a cell that the sums give away. Zeros are shown:
//! that nobody called about something tells about nobody. So whoever reads knows that a hidden cell
//! is at least one, and no sum may leave a hidden cell a single value: five hidden cells that are
//! five together are ones.

/// More than any count: nothing is known of how large a hidden cell may be.
const ANY: i64 = 1 << 40;
/// How often the lines are gone through; each time narrows what is known, and two or three are enough.
const LOOKS: usize = 32;

/// What hiding costs: whether a sum goes with it, and how much is hidden.
type Cost = (bool, i64);

/// A cell of a published table (公布的单元格).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    /// The number.
    Count(i64),
    /// Hidden: it is small, or would give a small one away.
    Hidden,
}

/// A table with its sums, as it may be published: the last row and the last column are the sums.
///
/// `counts` are rows of equal length; what is above zero and below `least` is small.
#[must_use]
pub fn publishable(counts: &[Vec<i64>], least: i64) -> Vec<Vec<Shown>> {
    let table = with_sums(counts);
    let mut hidden: Vec<Vec<bool>> =
        table.iter().map(|row| row.iter().map(|n| *n > 0 && *n < least).collect()).collect();
    while let Some((row, column)) = gives_away(&table, &hidden, least) {
        let more = next_to_hide(&table, &hidden, row, column);
        if more.is_empty() {
            // No corners are left to hide: then nothing of the table is shown.
            return table.iter().map(|row| row.iter().map(|n| shown(*n, *n > 0)).collect()).collect();
        }
        more.into_iter().for_each(|(r, c)| hidden[r][c] = true);
    }
    let rows = table.iter().zip(&hidden);
    rows.map(|(row, hidden)| row.iter().zip(hidden).map(|(n, hidden)| shown(*n, *hidden)).collect()).collect()
}

fn shown(n: i64, hidden: bool) -> Shown {
    if hidden { Shown::Hidden } else { Shown::Count(n) }
}

fn with_sums(counts: &[Vec<i64>]) -> Vec<Vec<i64>> {
    let width = counts.first().map_or(0, Vec::len);
    let mut table: Vec<Vec<i64>> =
        counts.iter().map(|row| row.iter().copied().chain([row.iter().sum()]).collect()).collect();
    table.push((0..=width).map(|c| table.iter().map(|row| row[c]).sum()).collect());
    table
}

/// A hidden cell that can be reckoned, or that is known too closely: all that is hidden in its row
/// or its column is small even together, or only one value is left for it.
fn gives_away(table: &[Vec<i64>], hidden: &[Vec<bool>], least: i64) -> Option<(usize, usize)> {
    let cells = cells(hidden);
    let spans = spans(table, hidden);
    cells.iter().copied().find(|&(r, c)| {
        let in_row: i64 = cells.iter().filter(|cell| cell.0 == r).map(|&(r, c)| table[r][c]).sum();
        let in_column: i64 = cells.iter().filter(|cell| cell.1 == c).map(|&(r, c)| table[r][c]).sum();
        let (from, to) = spans[r][c];
        in_row < least || in_column < least || from == to || is_bridge(&cells, (r, c))
    })
}

/// What a reader can narrow each cell down to, from the sums and from each hidden cell being at
/// least one: from and to.
fn spans(table: &[Vec<i64>], hidden: &[Vec<bool>]) -> Vec<Vec<(i64, i64)>> {
    let (rows, columns) = (table.len(), table[0].len());
    let span = |r: usize, c: usize| if hidden[r][c] { (1, ANY) } else { (table[r][c], table[r][c]) };
    let mut spans: Vec<Vec<(i64, i64)>> =
        (0..rows).map(|r| (0..columns).map(|c| span(r, c)).collect()).collect();
    let of_rows = (0..rows).map(|r| (0..columns).map(|c| (r, c)).collect::<Vec<_>>());
    let of_columns = (0..columns).map(|c| (0..rows).map(|r| (r, c)).collect::<Vec<_>>());
    let lines: Vec<Vec<(usize, usize)>> = of_rows.chain(of_columns).collect();
    for _ in 0..LOOKS {
        let before = spans.clone();
        lines.iter().for_each(|line| narrow(&mut spans, line));
        if spans == before {
            break;
        }
    }
    spans
}

/// Narrows the cells of one line, the last of which is the sum of the others.
fn narrow(spans: &mut [Vec<(i64, i64)>], line: &[(usize, usize)]) {
    let Some((&(sum_r, sum_c), parts)) = line.split_last() else { return };
    let least: i64 = parts.iter().map(|&(r, c)| spans[r][c].0).sum();
    let most: i64 = parts.iter().map(|&(r, c)| spans[r][c].1).sum();
    let sum = &mut spans[sum_r][sum_c];
    *sum = (sum.0.max(least), sum.1.min(most));
    let sum = *sum;
    for &(r, c) in parts {
        let own = spans[r][c];
        spans[r][c] = (own.0.max(sum.0 - (most - own.1)), own.1.min(sum.1 - (least - own.0)));
    }
}

fn cells(hidden: &[Vec<bool>]) -> Vec<(usize, usize)> {
    let rows = hidden.iter().enumerate();
    rows.flat_map(|(r, row)| row.iter().enumerate().filter(|(_, h)| **h).map(move |(c, _)| (r, c))).collect()
}

/// Whether a cell is the only way between its row and its column through hidden cells.
fn is_bridge(cells: &[(usize, usize)], bridge: (usize, usize)) -> bool {
    let (mut rows, mut columns) = (vec![bridge.0], Vec::new());
    loop {
        let before = rows.len() + columns.len();
        for cell in cells.iter().filter(|cell| **cell != bridge) {
            if rows.contains(&cell.0) && !columns.contains(&cell.1) {
                columns.push(cell.1);
            }
            if columns.contains(&cell.1) && !rows.contains(&cell.0) {
                rows.push(cell.0);
            }
        }
        if columns.contains(&bridge.1) {
            return false;
        }
        if rows.len() + columns.len() == before {
            return true;
        }
    }
}

/// The three other corners of the cheapest rectangle around a cell: hidden together, none of the
/// four can be reckoned from the rest. Sums are taken last. A zero is no corner, for it is shown.
fn next_to_hide(table: &[Vec<i64>], hidden: &[Vec<bool>], row: usize, column: usize) -> Vec<(usize, usize)> {
    let (last_row, last_column) = (table.len() - 1, table[0].len() - 1);
    let mut best: Option<(Cost, Vec<(usize, usize)>)> = None;
    for r in (0..=last_row).filter(|r| *r != row) {
        for c in (0..=last_column).filter(|c| *c != column) {
            let corners = [(row, c), (r, column), (r, c)];
            if corners.iter().any(|&(r, c)| table[r][c] == 0) {
                continue;
            }
            let new: Vec<_> = corners.into_iter().filter(|&(r, c)| !hidden[r][c]).collect();
            let price = new.iter().map(|&(r, c)| table[r][c]).sum();
            let cost = (r == last_row || c == last_column, price);
            if !new.is_empty() && best.as_ref().is_none_or(|(least, _)| cost < *least) {
                best = Some((cost, new));
            }
        }
    }
    best.map(|(_, corners)| corners).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_small_number_takes_others_with_it() {
        let table = publishable(&[vec![3, 20, 9], vec![15, 30, 12], vec![0, 8, 7]], 5);
        assert_eq!(table[0][0], Shown::Hidden);
        assert_eq!(table[2][0], Shown::Count(0), "that there was nothing may be known");
        assert_eq!(table[3][3], Shown::Count(104), "the whole stays");
        let hidden = table.iter().flatten().filter(|cell| **cell == Shown::Hidden).count();
        assert!(hidden >= 4, "one hidden cell alone is the difference of the others: {table:?}");
        let plain = publishable(&[vec![5, 6], vec![7, 0]], 5);
        assert!(plain.iter().flatten().all(|cell| *cell != Shown::Hidden));
        assert_eq!(publishable(&[vec![2]], 5), vec![vec![Shown::Hidden; 2]; 2]);
    }

    #[test]
    fn ones_that_fill_their_sums_are_not_published() {
        let table = publishable(&vec![vec![1; 5]; 5], 5);
        let sums = (0..5).flat_map(|at| [table[at][5], table[5][at]]);
        assert!(
            sums.into_iter().all(|sum| sum == Shown::Hidden),
            "five cells that are five together are ones"
        );
    }

    /// Every small table there is: for each hidden cell there is another table with the same shown
    /// cells in which it has another value.
    #[test]
    fn no_hidden_cell_of_any_small_table_has_one_value_left() {
        for (rows, columns, most) in [(2, 2, 6), (2, 3, 2), (3, 3, 1)] {
            let all = tables(rows * columns, most);
            for cells in &all {
                let counts: Vec<Vec<i64>> = cells.chunks(columns).map(<[i64]>::to_vec).collect();
                let published = publishable(&counts, 4);
                for (r, row) in counts.iter().enumerate() {
                    for (c, n) in row.iter().enumerate() {
                        let hidden = published[r][c] == Shown::Hidden;
                        let other = || another(&published, &mut counts.clone(), 0, (r, c, *n));
                        assert!(!hidden || other(), "{counts:?} is published as {published:?}");
                    }
                }
            }
        }
    }

    /// All tables of so many cells, each up to the most.
    fn tables(cells: usize, most: i64) -> Vec<Vec<i64>> {
        (0..cells).fold(vec![Vec::new()], |all, _| {
            let longer =
                |table: Vec<i64>| (0..=most).map(move |n| table.iter().copied().chain([n]).collect());
            all.into_iter().flat_map(longer).collect()
        })
    }

    /// Whether some filling of the hidden cells, each at least one, fits the shown cells and differs at one.
    fn another(shown: &[Vec<Shown>], counts: &mut [Vec<i64>], at: usize, not: (usize, usize, i64)) -> bool {
        let columns = counts[0].len();
        if at == counts.len() * columns {
            let fits = |(n, cell): (&i64, &Shown)| match cell {
                Shown::Count(shown) => n == shown,
                Shown::Hidden => *n > 0,
            };
            let table = with_sums(counts);
            let all = table.iter().zip(shown).all(|(row, shown)| row.iter().zip(shown).all(fits));
            return all;
        }
        let (r, c) = (at / columns, at % columns);
        let choices = match shown[r][c] {
            Shown::Count(n) => n..=n,
            Shown::Hidden => 1..=8,
        };
        choices.filter(|n| (r, c, *n) != not).any(|n| {
            counts[r][c] = n;
            // A sum that is shown ends the search as soon as it is passed.
            let passed = |sum: i64, cell: Shown| matches!(cell, Shown::Count(shown) if sum > shown);
            let row: i64 = counts[r][..=c].iter().sum();
            let column: i64 = (0..=r).map(|r| counts[r][c]).sum();
            let beyond = passed(row, shown[r][columns]) || passed(column, shown[counts.len()][c]);
            !beyond && another(shown, counts, at + 1, not)
        })
    }

    proptest! {
        #[test]
        fn no_hidden_cell_can_be_reckoned_from_what_is_shown(
            counts in prop::collection::vec(prop::collection::vec(0_i64..14, 4), 1..6)
        ) {
            let table = publishable(&counts, 5);
            let unknown: Vec<(usize, usize)> = (0..table.len())
                .flat_map(|r| (0..table[0].len()).map(move |c| (r, c)))
                .filter(|&(r, c)| table[r][c] == Shown::Hidden)
                .collect();
            for (r, row) in counts.iter().enumerate() {
                for (c, n) in row.iter().enumerate() {
                    prop_assert!(*n == 0 || *n >= 5 || table[r][c] == Shown::Hidden);
                }
            }
            for at in 0..unknown.len() {
                prop_assert!(!is_determined(&unknown, at, table.len(), table[0].len()), "{table:?}");
            }
        }
    }

    /// By elimination: whether the equations of the rows and the columns fix one of the unknowns.
    fn is_determined(unknown: &[(usize, usize)], at: usize, rows: usize, columns: usize) -> bool {
        let sign = |last: bool| if last { -1.0 } else { 1.0 };
        let of_row = |r: usize| {
            let cell = |&(row, c): &(usize, usize)| if row == r { sign(c == columns - 1) } else { 0.0 };
            unknown.iter().map(cell).collect::<Vec<f64>>()
        };
        let of_column = |c: usize| {
            let cell = |&(r, column): &(usize, usize)| if column == c { sign(r == rows - 1) } else { 0.0 };
            unknown.iter().map(cell).collect::<Vec<f64>>()
        };
        let mut equations: Vec<Vec<f64>> = (0..rows).map(of_row).chain((0..columns).map(of_column)).collect();
        let rank = |equations: &mut Vec<Vec<f64>>| {
            let mut rank = 0;
            for column in 0..unknown.len() {
                let Some(pivot) = (rank..equations.len()).find(|&r| equations[r][column].abs() > 1e-9) else {
                    continue;
                };
                equations.swap(rank, pivot);
                let lead = equations[rank].clone();
                for row in equations.iter_mut().skip(rank + 1) {
                    let factor = row[column] / lead[column];
                    row.iter_mut().zip(&lead).for_each(|(x, l)| *x -= factor * l);
                }
                rank += 1;
            }
            rank
        };
        let before = rank(&mut equations.clone());
        let mut one = vec![0.0; unknown.len()];
        one[at] = 1.0;
        equations.push(one);
        rank(&mut equations) == before
    }
}
