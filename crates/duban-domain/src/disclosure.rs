//! 小数隐去: which cells of a published table are hidden, so that no small number of people can be
//! read from it, nor reckoned from the rows, the columns and their sums.
//!
//! First every small count goes. Then as many others as it takes until no hidden cell is the
//! difference of what is shown: the hidden cells, as lines between their row and their column, may
//! hold no bridge, because a bridge is exactly a cell that the sums give away. Zeros are shown:
//! that nobody called about something tells about nobody.

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
/// or its column is small even together.
fn gives_away(table: &[Vec<i64>], hidden: &[Vec<bool>], least: i64) -> Option<(usize, usize)> {
    let cells = cells(hidden);
    cells.iter().copied().find(|&(r, c)| {
        let in_row: i64 = cells.iter().filter(|cell| cell.0 == r).map(|&(r, c)| table[r][c]).sum();
        let in_column: i64 = cells.iter().filter(|cell| cell.1 == c).map(|&(r, c)| table[r][c]).sum();
        in_row < least || in_column < least || is_bridge(&cells, (r, c))
    })
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
    let mut best: Option<((bool, i64), Vec<(usize, usize)>)> = None;
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
