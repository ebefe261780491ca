//! Text from outside as plain text: one line, bounded, without characters that steer what draws it (R22).

use std::borrow::Cow;

use unicode_segmentation::UnicodeSegmentation;

/// The most characters of a name or a title.
pub const TITLE_MOST: usize = 200;
/// The most characters of a text.
pub const TEXT_MOST: usize = 1_000;

/// Returns `text` as one line of at most `most` characters, cut between two characters as people see them.
///
/// Control characters and line breaks become spaces, spaces meet in one, and marks that turn the direction of what
/// follows are dropped: a name must not rewrite the words around it.
#[must_use]
pub fn plain(text: &str, most: usize) -> String {
    let mut line = String::with_capacity(text.len().min(most * 4));
    let mut chars = 0;
    // A text of a megabyte is not read to its end: four times the bound leaves room for what is dropped.
    for character in text.chars().take(most * 4) {
        let character = match character {
            c if steers(c) => continue,
            c if c.is_control() || c.is_whitespace() || matches!(c, '\u{2028}' | '\u{2029}') => ' ',
            c => c,
        };
        if character == ' ' && (line.is_empty() || line.ends_with(' ')) {
            continue;
        }
        line.push(character);
        chars += 1;
        if chars > most {
            break;
        }
    }
    line.truncate(line.trim_end().len());
    match cut(&line, most) {
        Cow::Borrowed(_) => line,
        Cow::Owned(short) => short,
    }
}

/// Embeddings, overrides and isolates of direction, and characters that are no text.
const fn steers(character: char) -> bool {
    matches!(
        character,
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' | '\u{61c}'
            | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{fffe}' | '\u{ffff}'
    )
}

/// Cuts `line` to `most` characters, the last of them an ellipsis if anything is left out.
fn cut(line: &str, most: usize) -> Cow<'_, str> {
    let Some((bound, _)) = line.char_indices().nth(most.saturating_sub(1)) else {
        return line.into();
    };
    if line[bound..].chars().nth(1).is_none() {
        return line.into();
    }
    let whole = line
        .grapheme_indices(true)
        .map(|(at, _)| at)
        .take_while(|at| *at <= bound)
        .last();
    // One character piled up from hundreds is cut through.
    let end = whole.filter(|at| *at > 0).unwrap_or(bound);
    format!("{}…", line[..end].trim_end()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_steers_is_dropped_and_what_breaks_is_a_space() {
        for (text, line) in [
            ("Parcel\tlate\r\n\r\nagain", "Parcel late again"),
            ("  \u{7}bell\u{0} ", "bell"),
            ("abc\u{202e}fdp.exe\u{2066}x\u{2069}", "abcfdp.exex"),
            ("Ім’я\u{2028}Прізвище", "Ім’я Прізвище"),
            ("\u{feff}👩‍👩‍👧 family", "👩‍👩‍👧 family"),
            ("", ""),
        ] {
            assert_eq!(plain(text, 100), line, "{text:?}");
        }
    }

    #[test]
    fn a_long_text_is_cut_between_characters_as_people_see_them() {
        for (text, most, line) in [
            ("abcdef", 6, "abcdef"),
            ("abcdefg", 6, "abcde…"),
            ("abc e\u{301}\u{302}fg", 6, "abc…"),
            ("ab👩‍👩‍👧cd", 4, "ab…"),
            ("one two three", 5, "one…"),
        ] {
            assert_eq!(plain(text, most), line, "{text}");
            assert!(plain(text, most).chars().count() <= most);
        }
        let piled = format!("a{}", "\u{301}".repeat(5_000));
        assert_eq!(plain(&piled, TITLE_MOST).chars().count(), TITLE_MOST);
        assert_eq!(
            plain(&"x".repeat(1_000_000), TEXT_MOST).chars().count(),
            TEXT_MOST
        );
    }
}
