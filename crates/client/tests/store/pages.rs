//! The bell's list in pages.

use campanile_client::{
    effect::KeptItem,
    store::Listing,
    view::{PageFilter, Tab},
};
use campanile_core::{catalogue::Group, change::Mark, event::Because, ids::KindId};

use crate::fixture::{Desk, NOW, item, marked};

fn tab(tab: Tab) -> PageFilter {
    PageFilter {
        tab,
        ..PageFilter::default()
    }
}

fn search(words: &str) -> PageFilter {
    PageFilter {
        tab: Tab::All,
        search: words.to_owned(),
        ..PageFilter::default()
    }
}

/// Each row as the numbers of its notices.
fn numbers(listing: &Listing) -> Vec<Vec<u128>> {
    let number = |item: &KeptItem| item.notice.id.0.as_u128() - 1;
    listing
        .rows
        .iter()
        .map(|row| row.items.iter().map(number).collect())
        .collect()
}

fn listed(items: Vec<KeptItem>, filter: &PageFilter) -> Vec<Vec<u128>> {
    numbers(
        &Desk::with(items)
            .open()
            .0
            .page(filter, None, NOW, 50)
            .expect("reads"),
    )
}

#[test]
fn notices_of_one_conversation_stand_in_one_row_and_the_newest_row_comes_first() {
    assert_eq!(
        listed((0..9).map(item).collect(), &tab(Tab::All)),
        [
            vec![8, 1],
            vec![7, 0],
            vec![6],
            vec![5],
            vec![4],
            vec![3],
            vec![2]
        ]
    );
}

#[test]
fn a_tab_shows_what_belongs_to_it() {
    let silent = KeptItem {
        bell: false,
        ..item(1)
    };
    let mut mention = marked(item(6), Mark::Read);
    mention.notice.because = Because::Mentioned;
    let items = vec![
        item(0),
        silent,
        marked(item(2), Mark::Read),
        marked(
            item(3),
            Mark::Snoozed {
                until: NOW.plus_ms(1),
            },
        ),
        marked(item(4), Mark::Snoozed { until: NOW }),
        marked(item(5), Mark::Removed),
        mention,
    ];
    let table = [
        (Tab::Unread, vec![vec![4], vec![0]]),
        (
            Tab::All,
            vec![vec![6], vec![4], vec![3], vec![2], vec![1], vec![0]],
        ),
        (Tab::Mentions, vec![vec![6]]),
    ];
    for (which, rows) in table {
        assert_eq!(listed(items.clone(), &tab(which)), rows, "{which:?}");
    }
}

#[test]
fn a_group_shows_its_kinds_and_no_kind_that_the_catalogue_does_not_know() {
    let of = |number, kind: &str| {
        let mut item = item(number);
        item.notice.kind = KindId::new(kind).expect("a name");
        item
    };
    let items = vec![
        of(0, "sla_expired"),
        of(1, "call_missed"),
        of(2, "brand_new"),
        of(3, "ticket_message"),
    ];
    let in_groups = |groups: &[Group]| PageFilter {
        tab: Tab::All,
        groups: groups.to_vec(),
        ..PageFilter::default()
    };
    assert_eq!(listed(items.clone(), &in_groups(&[Group::Sla])), [[0]]);
    assert_eq!(
        listed(items.clone(), &in_groups(&[Group::Sla, Group::Calls])),
        [[1], [0]]
    );
    assert_eq!(listed(items, &in_groups(&[])).len(), 4);
}

#[test]
fn a_search_finds_words_in_any_case_and_script_and_takes_signs_literally() {
    let with = |number, body: &str| {
        let mut item = item(number);
        item.notice.body = Some(body.to_owned());
        item
    };
    let items = vec![
        with(0, "ПОСИЛКА запізнилась у Київ"),
        with(1, "100% of orders"),
        with(2, "a_b and ÉTÉ"),
        with(3, "ΟΔΟΣ"),
        with(4, "it's \"quoted\"; DROP TABLE item"),
    ];
    let table: [(&str, &[u128]); 14] = [
        ("посилка", &[0]),
        ("КИЇВ Посилка", &[0]),
        ("100%", &[1]),
        ("0_%", &[]),
        ("%", &[1]),
        ("a_b", &[2]),
        ("été", &[2]),
        ("οδοσ", &[3]),
        ("\"quoted\"; drop", &[4]),
        ("'", &[4]),
        ("  ", &[4, 3, 2, 1, 0]),
        ("tomas parcel #402", &[2]),
        ("ticket_message", &[4, 3, 2, 1, 0]),
        ("nowhere", &[]),
    ];
    for (words, rows) in table {
        let rows: Vec<_> = rows.iter().map(|number| vec![*number]).collect();
        assert_eq!(listed(items.clone(), &search(words)), rows, "{words}");
    }
}

#[test]
fn a_search_of_any_length_is_answered() {
    assert_eq!(
        listed(vec![item(0)], &search(&"parcel ".repeat(10_000))),
        [[0]]
    );
    assert_eq!(
        listed(vec![item(0)], &search(&"я".repeat(10_000))),
        Vec::<Vec<u128>>::new()
    );
}

#[test]
fn a_page_ends_at_its_limit_and_the_next_goes_on_where_it_ended() {
    let desk = Desk::with((0..9).map(item).collect());
    let (store, _) = desk.open();
    let first = store.page(&tab(Tab::All), None, NOW, 3).expect("reads");
    assert_eq!(numbers(&first), [vec![8, 1], vec![7, 0], vec![6]]);
    let second = store
        .page(&tab(Tab::All), first.next.as_deref(), NOW, 3)
        .expect("reads");
    assert_eq!(numbers(&second), [[5], [4], [3]]);
    let last = store
        .page(&tab(Tab::All), second.next.as_deref(), NOW, 3)
        .expect("reads");
    assert_eq!((numbers(&last), last.next), (vec![vec![2]], None));
}

#[test]
fn a_place_that_cannot_be_read_starts_at_the_top() {
    let desk = Desk::with(vec![item(0)]);
    let (store, _) = desk.open();
    for after in [
        "",
        "x",
        "1.2",
        "99999999999999999999.00000000-0000-0000-0000-000000000001",
        "' OR 1=1",
    ] {
        assert_eq!(
            numbers(
                &store
                    .page(&tab(Tab::All), Some(after), NOW, 3)
                    .expect("reads")
            ),
            [[0]],
            "{after}"
        );
    }
}

#[test]
fn a_long_row_tells_its_newest_and_counts_the_others() {
    let desk = Desk::with((0..30).map(|number| item(number * 7)).collect());
    let page = desk
        .open()
        .0
        .page(&tab(Tab::Unread), None, NOW, 50)
        .expect("reads");
    assert_eq!(page.rows.len(), 1);
    assert_eq!((page.rows[0].items.len(), page.rows[0].more), (20, 10));
    assert_eq!(page.rows[0].items[0], item(29 * 7));
    assert_eq!(page.rows[0].key, item(0).notice.row());
}
