//! Making text fit the columns there are.

use crate::show::Cell;

/// All cells, or the first and the last of them and how many bytes lie between.
pub(super) fn both_ends(cells: &[Cell], budget: usize) -> String {
    let text = |cells: &[Cell]| {
        cells
            .iter()
            .map(|cell| cell.text.as_str())
            .collect::<String>()
    };
    if cells.iter().map(|cell| cell.width).sum::<usize>() <= budget {
        return text(cells);
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
    let head = fitting(&mut cells.iter());
    let tail = cells.len().saturating_sub(fitting(&mut cells.iter().rev()));
    if head >= tail {
        // Few cells, but wide ones: nothing lies between the ends.
        return text(cells);
    }
    let left_out = cells[tail].start - cells[head].start;
    format!(
        "{}…({left_out} bytes)…{}",
        text(&cells[..head]),
        text(&cells[tail..])
    )
}

/// As many cells around the byte at `at` as fit, and the column of that byte.
pub(super) fn around(cells: &[Cell], at: usize, width: usize) -> (String, usize) {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::show;
    use proptest::prelude::*;

    fn cells(text: &str) -> Vec<Cell> {
        show::cells(text.as_bytes())
    }

    #[test]
    fn the_caret_counts_columns_not_bytes() {
        assert_eq!(around(&cells("你好x"), 6, 60), ("你好x".into(), 4));
        // The second byte of a character belongs to its column.
        assert_eq!(around(&cells("你好"), 4, 60), ("你好".into(), 2));
        assert_eq!(around(&cells("ab"), 2, 60), ("ab".into(), 2));
    }

    #[test]
    fn a_long_text_is_shown_around_its_wrong_byte() {
        let text = format!("{}!{}", "a".repeat(5000), "b".repeat(5000));
        let (shown, column) = around(&cells(&text), 5000, 60);
        assert!(shown.starts_with('…') && shown.ends_with('…'), "{shown}");
        assert_eq!(shown.chars().nth(column), Some('!'));
        assert!(show::width(&shown) <= 60, "{shown}");
    }

    #[test]
    fn few_wide_cells_are_no_reason_to_panic() {
        for length in 0..80 {
            let cells = show::cells(&vec![0; length]);
            for budget in 16..80 {
                let shown = both_ends(&cells, budget);
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
        let shown = both_ends(&cells(&text), 60);
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
            let (text, column) = around(&cells, at, width);
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
    }
}
