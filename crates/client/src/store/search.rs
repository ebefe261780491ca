//! What a search looks through, and how its words are read.

use campanile_core::event::{Notice, Reference};

/// The most bytes of a notice that a search looks through.
const WORDS_MOST_BYTES: usize = 4 * 1024;
/// The most bytes of a search, and the most words: what is beyond is not looked for.
const SEARCH_MOST_BYTES: usize = 200;
const SEARCH_MOST_WORDS: usize = 8;

/// Brings text into the one form in which upper and lower case are the same, in any script.
pub fn fold(text: &str) -> String {
    // The small sigma at a word's end is another letter, and would hide a word from a search for its beginning.
    text.to_lowercase().replace('ς', "σ")
}

/// Returns what a search looks through: what a person reads of the notice, each on its own line, and its kind.
pub fn words_of(notice: &Notice) -> String {
    let name = |reference: &Option<Reference>| {
        reference
            .as_ref()
            .and_then(|reference| reference.name.clone())
    };
    let conversation = notice.conversation.as_ref();
    let parts = [
        notice.title.clone(),
        notice
            .contact
            .as_ref()
            .and_then(|contact| contact.name.clone()),
        conversation.and_then(|conversation| conversation.title.clone()),
        conversation.and_then(|conversation| {
            conversation
                .number
                .as_ref()
                .map(|number| format!("#{number}"))
        }),
        name(&notice.actor),
        name(&notice.line),
        name(&notice.inbox),
        name(&notice.team),
        Some(notice.kind.as_str().to_owned()),
        notice.body.clone(),
    ];
    let mut words = fold(&parts.into_iter().flatten().collect::<Vec<_>>().join("\n"));
    cut(&mut words, WORDS_MOST_BYTES);
    words
}

/// Returns the words of a search: a notice is found if it has every one of them somewhere.
pub fn words_in(search: &str) -> Vec<String> {
    let mut search = fold(search);
    cut(&mut search, SEARCH_MOST_BYTES);
    search
        .split_whitespace()
        .take(SEARCH_MOST_WORDS)
        .map(str::to_owned)
        .collect()
}

fn cut(text: &mut String, most: usize) {
    let end = (0..=most.min(text.len()))
        .rev()
        .find(|&at| text.is_char_boundary(at));
    text.truncate(end.unwrap_or(0));
}
