//! Making text fit the columns there are.

use crate::show::{self, Cell};

/// More bytes than the cells of so many columns hold: a character of one column
/// has at most four bytes, and a few cells are shown however wide they are.
fn enough(columns: usize) -> usize {
    4 * columns + 16
}

/// All of it, or its first and last cells and how many bytes lie between.
pub(super) fn both_ends(bytes: &[u8], budget: usize) -> String {
    let window = enough(budget);
    if bytes.len() <= 2 * window {
        let all = show::cells(bytes);
        return ends_of(&all, &all, budget);
    }
    let tail = boundary(bytes, bytes.len() - window);
    let head = boundary(bytes, window);
    ends_of(
        &show::cells(&bytes[..head]),
        &cells_from(bytes, tail, bytes.len()),
        budget,
    )
}

/// The same of the cells of a beginning and of an end, which may each be all.
fn ends_of(head: &[Cell], tail: &[Cell], budget: usize) -> String {
    let text = |cells: &[Cell]| {
        cells
            .iter()
            .map(|cell| cell.text.as_str())
            .collect::<String>()
    };
    if head.iter().map(|cell| cell.width).sum::<usize>() <= budget {
        return text(head);
    }
    // The rest is for the note in the middle.
    let part = budget.saturating_sub(20) / 2;
    let fitting = |cells: &mut dyn Iterator<Item = &Cell>| {
        let mut used = 0;
        let fit = cells.take_while(|cell| {
            used += cell.width;
            used <= part
        });
        fit.count().max(3)
    };
    let first = &head[..fitting(&mut head.iter()).min(head.len())];
    let last = &tail[tail.len().saturating_sub(fitting(&mut tail.iter().rev()))..];
    let from = first.last().map_or(0, |cell| cell.end);
    let to = last.first().map_or(0, |cell| cell.start);
    if from >= to {
        // Few cells, but wide ones: nothing lies between the ends.
        return text(head);
    }
    let left_out = to - from;
    format!("{}…({left_out} bytes)…{}", text(first), text(last))
}

/// As many cells around the byte at `at` as fit, and the column of that byte.
pub(super) fn around(bytes: &[u8], at: usize, width: usize) -> (String, usize) {
    let from = boundary(bytes, at.saturating_sub(enough(width)));
    let to = boundary(bytes, bytes.len().min(at + enough(width)));
    cells_around(&cells_from(bytes, from, to), at, width)
}

fn cells_around(cells: &[Cell], at: usize, width: usize) -> (String, usize) {
    // Behind the last cell when the byte at `at` is the one that is missing.
    let target = cells.partition_point(|cell| cell.end <= at);
    let (mut from, mut column) = (target, 0);
    while from > 0 && column + cells[from - 1].width <= width / 2 {
        from -= 1;
        column += cells[from].width;
    }
    let mut text: String = cells[from..target]
        .iter()
        .map(|cell| cell.text.as_str())
        .collect();
    if from > 0 {
        text.insert(0, '…');
        column += 1;
    }
    let mut used = column;
    for cell in &cells[target..] {
        used += cell.width;
        if used >= width {
            text.push('…');
            break;
        }
        text.push_str(&cell.text);
    }
    (text, column)
}

/// The cells of a part whose ends are no further inside than a character.
fn cells_from(bytes: &[u8], from: usize, to: usize) -> Vec<Cell> {
    let mut cells = show::cells(&bytes[from..to]);
    for cell in &mut cells {
        cell.start += from;
        cell.end += from;
    }
    cells
}

/// The place at `at`, or before it where that is inside a character.
fn boundary(bytes: &[u8], at: usize) -> usize {
    let continues = |at: &usize| bytes.get(*at).is_some_and(|byte| byte & 0xc0 == 0x80);
    let starts = (at.saturating_sub(3)..=at).rev();
    starts.clone().find(|at| !continues(at)).unwrap_or(at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_caret_counts_columns_not_bytes() {
        assert_eq!(around("你好x".as_bytes(), 6, 60), ("你好x".into(), 4));
        // The second byte of a character belongs to its column.
        assert_eq!(around("你好".as_bytes(), 4, 60), ("你好".into(), 2));
        assert_eq!(around(b"ab", 2, 60), ("ab".into(), 2));
    }

    #[test]
    fn a_long_text_is_shown_around_its_wrong_byte() {
        let text = format!("{}!{}", "a".repeat(5000), "b".repeat(5000));
        let (shown, column) = around(text.as_bytes(), 5000, 60);
        assert!(shown.starts_with('…') && shown.ends_with('…'), "{shown}");
        assert_eq!(shown.chars().nth(column), Some('!'));
        assert!(show::width(&shown) <= 60, "{shown}");
    }

    #[test]
    fn few_wide_cells_are_no_reason_to_panic() {
        for length in 0..80 {
            for budget in 16..80 {
                let shown = both_ends(&vec![0; length], budget);
                let whole = "\\x00".repeat(length);
                let fits = show::width(&shown) <= budget.max(40);
                assert!(shown == whole || fits, "{length} in {budget}: {shown}");
                assert!(shown == whole || shown.contains(" bytes)"), "{shown}");
            }
        }
    }

    #[test]
    fn both_ends_of_a_long_piece_are_shown() {
        let text = format!("start{}end", "x".repeat(1000));
        let shown = both_ends(text.as_bytes(), 60);
        assert!(
            shown.starts_with("start") && shown.ends_with("end"),
            "{shown}"
        );
        assert!(show::width(&shown) <= 60, "{shown}");
    }

    proptest! {
        #[test]
        fn the_caret_stands_under_the_wrong_byte(bytes: Vec<u8>, at in 0..200_usize, width in 30..100_usize) {
            let at = at.min(bytes.len());
            let cells = show::cells(&bytes);
            let (text, column) = around(&bytes, at, width);
            // Up to the caret the text is exactly what fills those columns.
            let mut left = column;
            let mut rest = text.as_str();
            while left > 0 {
                let c = rest.chars().next().expect("the caret stands in the text");
                left -= show::width(&rest[..c.len_utf8()]);
                rest = &rest[c.len_utf8()..];
            }
            let wrong = cells.iter().find(|cell| cell.end > at);
            prop_assert!(rest.starts_with(wrong.map_or("", |cell| &cell.text)) || rest == "…");
            prop_assert!(show::width(&text) <= width + 12, "{}", text);
        }

        #[test]
        fn a_part_is_shown_as_if_all_had_been_looked_at(
            parts in proptest::collection::vec(
                prop_oneof![
                    "[a-z你🦀\n\u{301}]{0,40}".prop_map(String::into_bytes),
                    proptest::collection::vec(any::<u8>(), 0..40),
                    proptest::collection::vec(0x80_u8..0xc0, 0..9),
                ],
                0..60,
            ),
            at in any::<prop::sample::Index>(),
            width in 20..60_usize,
        ) {
            let bytes = parts.concat();
            let at = at.index(bytes.len() + 1);
            let cells = show::cells(&bytes);
            prop_assert_eq!(around(&bytes, at, width), cells_around(&cells, at, width));
            prop_assert_eq!(both_ends(&bytes, width), ends_of(&cells, &cells, width));
        }
    }
}
