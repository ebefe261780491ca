//! The pseudo-locale: English in other letters and longer, so that a sentence that no catalogue has stands out.

use std::borrow::Cow;

/// Returns `text` with its letters exchanged for look-alikes and half of its vowels doubled.
pub fn disguise(text: &str) -> Cow<'_, str> {
    let exchanged = text.chars().flat_map(|letter| {
        let (other, twice) = match letter {
            'a' => ('á', true),
            'e' => ('é', true),
            'i' => ('í', false),
            'o' => ('ó', true),
            'u' => ('ú', false),
            'c' => ('ç', false),
            'n' => ('ñ', false),
            's' => ('š', false),
            'y' => ('ý', false),
            'A' => ('Å', false),
            'E' => ('É', false),
            'O' => ('Ö', false),
            'S' => ('Š', false),
            other => (other, false),
        };
        std::iter::once(other).chain(twice.then_some(other))
    });
    Cow::Owned(exchanged.collect())
}
