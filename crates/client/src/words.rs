//! Words: what a person reads, in the person's language, from one catalogue for the desk and its windows.

mod check;
mod clock;
mod notice;
mod plain;
mod pseudo;
mod reason;
mod span;

use fluent_bundle::{
    FluentArgs, FluentMessage, FluentResource, FluentValue, concurrent::FluentBundle,
};
use unic_langid::LanguageIdentifier;

pub use clock::Clock;
pub use plain::{TEXT_MOST, TITLE_MOST, plain};
pub use reason::Fate;

/// A language that Campanile speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Language {
    /// English, which fills what another lacks.
    #[default]
    English,
    /// Ukrainian.
    Ukrainian,
    /// English in other letters and half as long again, to find words that no catalogue has.
    Pseudo,
}

impl Language {
    /// Returns the language of a tag such as `uk`, `uk_UA.UTF-8` or `en-GB`; English for every other.
    #[must_use]
    pub fn of(tag: &str) -> Self {
        let primary = tag.split(['-', '_', '.', '@']).next().unwrap_or_default();
        match primary.to_ascii_lowercase().as_str() {
            "uk" => Self::Ukrainian,
            "en" if tag.ends_with("XA") => Self::Pseudo,
            _ => Self::English,
        }
    }

    /// Returns its tag.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Ukrainian => "uk",
            Self::Pseudo => "en-XA",
        }
    }

    /// The language whose plurals it takes.
    fn id(self) -> LanguageIdentifier {
        let tag = match self {
            Self::English | Self::Pseudo => "en",
            Self::Ukrainian => "uk",
        };
        tag.parse().unwrap_or_default()
    }

    const fn files(self) -> &'static [&'static str] {
        match self {
            Self::English | Self::Pseudo => ENGLISH,
            Self::Ukrainian => UKRAINIAN,
        }
    }
}

const ENGLISH: &[&str] = &[
    include_str!("../locales/en/kinds.ftl"),
    include_str!("../locales/en/notice.ftl"),
    include_str!("../locales/en/tray.ftl"),
    include_str!("../locales/en/reasons.ftl"),
    include_str!("../locales/en/problems.ftl"),
    include_str!("../locales/en/parts.ftl"),
];
const UKRAINIAN: &[&str] = &[
    include_str!("../locales/uk/kinds.ftl"),
    include_str!("../locales/uk/notice.ftl"),
    include_str!("../locales/uk/tray.ftl"),
    include_str!("../locales/uk/reasons.ftl"),
    include_str!("../locales/uk/problems.ftl"),
    include_str!("../locales/uk/parts.ftl"),
];

/// The words of one language.
pub struct Words {
    language: Language,
    own: FluentBundle<FluentResource>,
    /// English, where the language is another.
    fallback: Option<FluentBundle<FluentResource>>,
}

impl Words {
    /// Returns the words of `language`.
    #[must_use]
    pub fn new(language: Language) -> Self {
        Self {
            language,
            own: bundle(language),
            fallback: (language == Language::Ukrainian).then(|| bundle(Language::English)),
        }
    }

    /// Returns the language.
    #[must_use]
    pub const fn language(&self) -> Language {
        self.language
    }

    /// Returns the message `id`, or the id itself where no language has it.
    #[must_use]
    pub fn say(&self, id: &str) -> String {
        self.say_with(id, &FluentArgs::new())
    }

    /// Returns the message `id` with these arguments, or the id itself where no language has it.
    #[must_use]
    pub fn say_with(&self, id: &str, args: &FluentArgs<'_>) -> String {
        self.find(id, None, args).unwrap_or_else(|| id.to_owned())
    }

    /// Says whether a language has the message `id`.
    #[must_use]
    pub fn has(&self, id: &str) -> bool {
        self.bundles().any(|bundle| bundle.has_message(id))
    }

    fn bundles(&self) -> impl Iterator<Item = &FluentBundle<FluentResource>> {
        std::iter::once(&self.own).chain(&self.fallback)
    }

    /// Returns the message, or its attribute where one is named, if a language has it.
    fn find(&self, id: &str, attribute: Option<&str>, args: &FluentArgs<'_>) -> Option<String> {
        self.bundles().find_map(|bundle| {
            let message: FluentMessage<'_> = bundle.get_message(id)?;
            let pattern = match attribute {
                Some(name) => message.get_attribute(name)?.value(),
                None => message.value()?,
            };
            // A missing argument is drawn as its name: the catalogue's test sees to it that none is.
            let text = bundle.format_pattern(pattern, Some(args), &mut Vec::new());
            Some(text.into_owned())
        })
    }
}

impl std::fmt::Debug for Words {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Words").field(&self.language).finish()
    }
}

/// Returns arguments for a message.
pub(crate) fn args<'a, const N: usize>(pairs: [(&'a str, FluentValue<'a>); N]) -> FluentArgs<'a> {
    pairs.into_iter().collect()
}

fn bundle(language: Language) -> FluentBundle<FluentResource> {
    let mut bundle = FluentBundle::new_concurrent(vec![language.id()]);
    // Names stand in native toasts and tooltips, some of which draw the marks.
    bundle.set_use_isolating(false);
    bundle.set_formatter(Some(match language {
        Language::English | Language::Pseudo => english_number,
        Language::Ukrainian => ukrainian_number,
    }));
    if language == Language::Pseudo {
        bundle.set_transform(Some(pseudo::disguise));
    }
    for file in language.files() {
        // What cannot be read is skipped, and the rest is spoken; the catalogue's test finds it first.
        let resource =
            FluentResource::try_new((*file).to_owned()).unwrap_or_else(|(partly, _)| partly);
        bundle.add_resource_overriding(resource);
    }
    bundle
}

fn english_number<M>(value: &FluentValue<'_>, _: &M) -> Option<String> {
    grouped(value, ',')
}

fn ukrainian_number<M>(value: &FluentValue<'_>, _: &M) -> Option<String> {
    grouped(value, '\u{a0}')
}

/// Returns a whole number with its digits in groups of three, as the windows draw it.
fn grouped(value: &FluentValue<'_>, mark: char) -> Option<String> {
    let FluentValue::Number(number) = value else {
        return None;
    };
    if number.value.fract() != 0.0 || number.value.abs() >= 1e15 {
        return None;
    }
    let digits = format!("{:.0}", number.value.abs());
    let mut text = String::from(if number.value < 0.0 { "-" } else { "" });
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(mark);
        }
        text.push(digit);
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    #[test]
    fn counts_take_the_plural_of_their_language() {
        let said: Vec<_> = [Language::English, Language::Ukrainian, Language::Pseudo]
            .map(Words::new)
            .iter()
            .flat_map(|words| {
                [0, 1, 2, 5, 11, 21, 10_000]
                    .map(|count| words.say_with("tray-unread", &args([("count", count.into())])))
            })
            .collect();
        expect![[r#"
            Nothing unread
            1 unread
            2 unread
            5 unread
            11 unread
            21 unread
            10,000 unread
            Немає непрочитаних
            1 непрочитане
            2 непрочитані
            5 непрочитаних
            11 непрочитаних
            21 непрочитане
            10 000 непрочитаних
            Nóóthíñg úñrééáád
            1 úñrééáád
            2 úñrééáád
            5 úñrééáád
            11 úñrééáád
            21 úñrééáád
            10,000 úñrééáád
        "#]]
        .assert_eq(&(said.join("\n") + "\n"));
    }

    #[test]
    fn a_tag_of_the_system_names_a_language() {
        for (tag, language) in [
            ("uk", Language::Ukrainian),
            ("uk_UA.UTF-8", Language::Ukrainian),
            ("en-GB", Language::English),
            ("en-XA", Language::Pseudo),
            ("C", Language::English),
            ("", Language::English),
        ] {
            assert_eq!(Language::of(tag), language, "{tag}");
        }
    }

    #[test]
    fn an_unknown_message_is_told_by_its_id() {
        assert_eq!(Words::new(Language::Ukrainian).say("no-such"), "no-such");
    }
}
