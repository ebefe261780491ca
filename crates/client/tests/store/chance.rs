//! What holds for whatever is kept: it is loaded as it was, and the pages are what a plain loop over all of it finds.

use std::collections::BTreeMap;

use campanile_client::{
    effect::{Kept, KeptItem},
    view::{PageFilter, Tab},
};
use campanile_core::{
    catalogue::{Group, Kind},
    change::{Mark, Seq},
    event::{Because, Link, Reference},
    ids::KindId,
    time::Timestamp,
};
use proptest::prelude::*;
use serde_json::json;

use crate::fixture::{Desk, NOW, event, item, sorted};

fn mark() -> impl Strategy<Value = Mark> {
    prop_oneof![
        3 => Just(Mark::Unread),
        2 => Just(Mark::Read),
        1 => Just(Mark::Removed),
        2 => (-2..3_i64).prop_map(|ms| Mark::Snoozed { until: NOW.plus_ms(ms) }),
    ]
}

prop_compose! {
    /// Few rows, few moments, few words: so that things meet.
    fn some_item()(
        number in 0..60_u32,
        minute in 0..8_i64,
        row in 0..6_u32,
        kind in prop::sample::select(vec!["sla_expired", "call_missed", "operator_mentioned", "brand_new", "ticket_message"]),
        mentioned in prop::bool::weighted(0.2),
        bell in prop::bool::weighted(0.8),
        mark in mark(),
        marked_at in any::<i64>(),
        seq in 1..1_000_i64,
        title in prop::option::of("[aяЇ%_'\\\\ ]{0,6}"),
        line in prop::option::of("\\PC{0,8}"),
        extra in any::<Option<i64>>(),
    ) -> KeptItem {
        let mut item = item(row);
        item.notice.id = event(u128::from(number) + 1);
        item.notice.time = NOW.plus_ms(minute);
        item.notice.kind = KindId::new(kind).expect("a name");
        item.notice.because = if mentioned { Because::Mentioned } else { Because::Group };
        item.notice.body = title.clone();
        item.notice.title = title;
        item.notice.line = line.clone().map(|id| Reference { id, name: line });
        item.notice.links = vec![Link { rel: "open".to_owned(), label: None, url: "https://a.example/?q=\"'".to_owned() }];
        item.notice.data = extra.map(|n| ("n".to_owned(), json!(n))).into_iter().collect();
        item.seq = Seq(seq);
        item.bell = bell;
        item.marked.mark = mark;
        item.marked.at = Timestamp::from_ms(marked_at);
        item
    }
}

fn some_items() -> impl Strategy<Value = Vec<KeptItem>> {
    prop::collection::vec(some_item(), 0..40)
}

fn some_filter() -> impl Strategy<Value = PageFilter> {
    let tab = prop::sample::select(vec![Tab::Unread, Tab::All, Tab::Mentions]);
    let groups = prop::collection::vec(
        prop::sample::select(vec![Group::Sla, Group::Calls, Group::Messages]),
        0..3,
    );
    let search = prop_oneof![2 => Just(String::new()), 1 => "[AЯї%_'\\\\ ]{0,3}"];
    (tab, groups, search).prop_map(|(tab, groups, search)| PageFilter {
        tab,
        groups,
        search,
    })
}

/// The later of two with one id stands.
fn latest(items: &[KeptItem]) -> BTreeMap<u128, KeptItem> {
    items
        .iter()
        .map(|item| (item.notice.id.0.as_u128(), item.clone()))
        .collect()
}

fn lets(filter: &PageFilter, item: &KeptItem) -> bool {
    let removed = item.marked.mark == Mark::Removed;
    let mention = item.notice.because == Because::Mentioned
        || item.notice.kind.as_str() == "operator_mentioned";
    let on_tab = match filter.tab {
        Tab::Unread => item.bell && item.marked.is_unread(NOW),
        Tab::All => !removed,
        Tab::Mentions => mention && !removed,
    };
    let group = Kind::find(item.notice.kind.as_str()).map(|kind| kind.group);
    let in_group =
        filter.groups.is_empty() || group.is_some_and(|group| filter.groups.contains(&group));
    let conversation = item.notice.conversation.as_ref().expect("has one");
    let number = format!("#{}", conversation.number.as_deref().expect("has one"));
    let line = item
        .notice
        .line
        .as_ref()
        .and_then(|line| line.name.clone())
        .unwrap_or_default();
    let text = [
        item.notice.title.as_deref().unwrap_or_default(),
        conversation.title.as_deref().unwrap_or_default(),
        "Tomas Reed",
        &number,
        &line,
        item.notice.kind.as_str(),
    ];
    let text = text.join("\n").to_lowercase();
    on_tab
        && in_group
        && filter
            .search
            .to_lowercase()
            .split_whitespace()
            .all(|word| text.contains(word))
}

/// Rows as ids, the newest first, by looking at everything.
fn by_looking_at_everything(items: &[KeptItem], filter: &PageFilter) -> Vec<Vec<u128>> {
    let mut rows: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for (id, item) in latest(items)
        .into_iter()
        .filter(|(_, item)| lets(filter, item))
    {
        rows.entry(item.notice.row())
            .or_default()
            .push((item.notice.time, id));
    }
    let mut rows: Vec<_> = rows.into_values().collect();
    rows.iter_mut()
        .for_each(|row| row.sort_unstable_by(|a, b| b.cmp(a)));
    rows.sort_unstable_by(|a, b| b[0].cmp(&a[0]));
    rows.into_iter()
        .map(|row| row.into_iter().take(20).map(|(_, id)| id).collect())
        .collect()
}

proptest! {
    // Each case writes files.
    #![proptest_config(ProptestConfig::with_cases(ProptestConfig::default().cases / 5))]

    #[test]
    fn what_is_kept_is_loaded_as_it_was(items in some_items(), cut in 0..40_usize) {
        let desk = Desk::new();
        let (first, second) = items.split_at(cut.min(items.len()));
        for items in [first, second] {
            desk.keep(&Kept { items: items.to_vec(), ..Kept::default() });
        }
        let (store, loaded) = desk.open();
        let all: Vec<_> = latest(&items).into_values().collect();
        let in_full: Vec<_> = all.iter().filter(|item| item.marked.mark != Mark::Removed).cloned().collect();
        prop_assert_eq!(sorted(loaded.items), in_full);
        prop_assert_eq!(loaded.inbox.items().count(), all.len());
        for item in all {
            let known = loaded.inbox.item(item.notice.id).expect("known");
            prop_assert_eq!((known.seq, known.time, known.bell, known.marked), (item.seq, item.notice.time, item.bell, item.marked));
            prop_assert_eq!(loaded.inbox.kind(known), item.notice.kind.as_str());
            prop_assert_eq!(store.items(&[item.notice.id]), Ok(vec![item]));
        }
    }

    #[test]
    fn the_pages_are_what_looking_at_everything_finds(items in some_items(), filter in some_filter(), limit in 1..5_usize) {
        let desk = Desk::new();
        let (mut store, _) = desk.open();
        store.keep(&Kept { items: items.clone(), ..Kept::default() }).expect("keeps");
        let mut rows = Vec::new();
        let mut after = None;
        for _ in 0..50 {
            let page = store.page(&filter, after.as_deref(), NOW, limit).expect("reads");
            prop_assert!(page.rows.len() <= limit);
            rows.extend(page.rows.iter().map(|row| row.items.iter().map(|item| item.notice.id.0.as_u128()).collect::<Vec<_>>()));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        prop_assert_eq!(rows, by_looking_at_everything(&items, &filter));
    }
}
