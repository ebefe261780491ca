//! The catalogue's own test: nothing is missing, and no language says more or less than another.
#![cfg(test)]

use std::collections::{BTreeMap, BTreeSet};

use campanile_core::{
    catalogue::{Group, KINDS},
    channel::Channel,
    melody::Melody,
};
use campanile_protocol::problem::Code;
use fluent_syntax::{ast, parser};

use super::{ENGLISH, Language, UKRAINIAN, Words};
use crate::view::Part;

type Arguments = BTreeSet<String>;

/// Reads the messages of a language: each with its attributes, and the arguments that each of them uses.
fn messages(files: &[&'static str]) -> BTreeMap<String, Arguments> {
    let mut found = BTreeMap::new();
    for file in files {
        let resource = parser::parse(*file).unwrap_or_else(|(_, errors)| panic!("{errors:?}"));
        for entry in &resource.body {
            let ast::Entry::Message(message) = entry else {
                continue;
            };
            let named = message
                .attributes
                .iter()
                .map(|a| (format!("{}.{}", message.id.name, a.id.name), &a.value));
            let all = message
                .value
                .iter()
                .map(|value| (message.id.name.to_owned(), value))
                .chain(named);
            for (name, pattern) in all {
                let mut arguments = Arguments::new();
                collect(pattern, &mut arguments);
                assert!(
                    found.insert(name.clone(), arguments).is_none(),
                    "{name} stands twice"
                );
            }
        }
    }
    found
}

fn collect(pattern: &ast::Pattern<&str>, found: &mut Arguments) {
    for element in &pattern.elements {
        if let ast::PatternElement::Placeable { expression } = element {
            collect_expression(expression, found);
        }
    }
}

fn collect_expression(expression: &ast::Expression<&str>, found: &mut Arguments) {
    match expression {
        ast::Expression::Inline(inline) => collect_inline(inline, found),
        ast::Expression::Select { selector, variants } => {
            collect_inline(selector, found);
            variants
                .iter()
                .for_each(|variant| collect(&variant.value, found));
        }
    }
}

fn collect_inline(inline: &ast::InlineExpression<&str>, found: &mut Arguments) {
    match inline {
        ast::InlineExpression::VariableReference { id } => drop(found.insert(id.name.to_owned())),
        ast::InlineExpression::Placeable { expression } => collect_expression(expression, found),
        _ => {}
    }
}

#[test]
fn both_languages_have_the_same_messages_with_the_same_arguments() {
    let (english, ukrainian) = (messages(ENGLISH), messages(UKRAINIAN));
    for (id, arguments) in &english {
        assert_eq!(Some(arguments), ukrainian.get(id), "{id}");
    }
    for id in ukrainian.keys() {
        assert!(english.contains_key(id), "{id} is not in English");
    }
}

#[test]
fn a_title_s_attribute_uses_the_fact_that_it_is_named_after() {
    for (id, arguments) in messages(ENGLISH)
        .iter()
        .filter(|(id, _)| id.starts_with("notice-"))
    {
        let fact: Arguments = id
            .split_once('.')
            .map(|(_, fact)| fact.to_owned())
            .into_iter()
            .collect();
        assert_eq!(*arguments, fact, "{id}");
    }
}

#[test]
fn every_row_of_every_table_has_its_words() {
    let kinds = KINDS.iter().flat_map(|kind| {
        [
            format!("kind-{}", kind.id),
            format!("kind-{}-help", kind.id),
        ]
    });
    let melodies = Melody::ALL
        .iter()
        .map(|melody| format!("melody-{}", melody.id));
    let groups = Group::ALL
        .iter()
        .map(|group| format!("group-{}", group.id()));
    let channels = Channel::ALL
        .iter()
        .map(|channel| format!("channel-{}", channel.id()));
    let problems = Code::ALL
        .iter()
        .map(|code| format!("problem-{}", code.id()));
    let offline = crate::sync::Why::ALL
        .iter()
        .map(|why| format!("offline-{}", why.code()));
    let own = crate::session::PROBLEMS
        .iter()
        .map(|code| format!("problem-{code}"));
    let needed: Vec<String> = kinds
        .chain(melodies)
        .chain(groups)
        .chain(channels)
        .chain(problems)
        .chain(own)
        .chain(offline)
        .collect();
    for files in [ENGLISH, UKRAINIAN] {
        let has = messages(files);
        for id in &needed {
            assert!(has.contains_key(id), "{id} is missing");
        }
    }
}

#[test]
fn every_trouble_of_every_part_has_words_that_say_what_to_do() {
    let needed: Vec<_> = Part::ALL
        .iter()
        .flat_map(|part| {
            let of_part = [
                format!("health-{}", part.id()),
                format!("health-{}-cure", part.id()),
            ];
            let troubles = part.troubles().iter();
            of_part
                .into_iter()
                .chain(troubles.map(|code| format!("part-{}-{code}", part.id())))
        })
        .collect();
    for file in [
        include_str!("../../locales/en/parts.ftl"),
        include_str!("../../locales/uk/parts.ftl"),
    ] {
        let has = messages(&[file]);
        for id in &needed {
            assert!(has.contains_key(id), "{id} is missing");
        }
        let strange: Vec<_> = has
            .keys()
            .filter(|id| id.starts_with("part-") && !needed.contains(id))
            .collect();
        // The reason why a server does not answer is told within this one.
        assert_eq!(strange, ["part-server-why"]);
    }
}

#[test]
fn a_disguised_language_says_everything_in_other_letters() {
    let (plain, disguised) = (Words::new(Language::English), Words::new(Language::Pseudo));
    for (id, _) in messages(ENGLISH)
        .iter()
        .filter(|(id, arguments)| arguments.is_empty() && !id.contains('.'))
    {
        let (plain, disguised) = (plain.say(id), disguised.say(id));
        assert!(
            plain != disguised || !plain.contains(['a', 'e', 'o']),
            "{id}"
        );
    }
}
