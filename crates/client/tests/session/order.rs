//! Entries out of order, twice, and in conflict: one list, and each notice is told of once (F28).

use std::collections::BTreeMap;

use campanile_client::{
    effect::{Effect, KeptItem},
    session::Now,
};
use campanile_core::{
    change::{Change, Entry, Seq},
    ids::EventId,
    inbox::Marked,
};
use proptest::prelude::*;

use crate::stage::{Stage, notice, number};

/// How many notices there are.
const ALL: u64 = 20;

/// One time that the server tells of a notice.
#[derive(Clone, Debug)]
struct Told {
    n: u64,
    /// Its text, which may be another each time.
    version: u8,
    catching_up: bool,
}

/// Every notice once, and some of them again or otherwise, in any order.
fn log() -> impl Strategy<Value = Vec<Told>> {
    let again = (1..=ALL, 0..3_u8);
    let again = proptest::collection::vec(again, 0..20);
    (again, any::<bool>()).prop_flat_map(|(again, catching_up)| {
        let once = (1..=ALL).map(|n| (n, 0));
        let all: Vec<_> = once.chain(again).collect();
        let told = all.into_iter().map(move |(n, version)| Told {
            n,
            version,
            catching_up,
        });
        Just(told.collect::<Vec<_>>()).prop_shuffle()
    })
}

fn entry(desk: &Stage, told: &Told) -> Entry {
    let mut notice = notice(told.n, "sla_expired", desk.now);
    notice.title = Some(format!("version {}", told.version));
    Entry {
        seq: Seq(told.n.cast_signed()),
        at: desk.now,
        change: Change::Arrived {
            notice: Box::new(notice),
            bell: true,
            replaces: None,
        },
    }
}

/// What a store holds after all that the desk gave it to keep.
#[derive(Default)]
struct Kept {
    items: BTreeMap<EventId, KeptItem>,
    toasting: Vec<u64>,
}

impl Kept {
    fn take(&mut self, effects: &[Effect]) {
        for effect in effects {
            let Effect::Keep(kept) = effect else { continue };
            for item in &kept.items {
                self.items.insert(item.notice.id, item.clone());
            }
            for (id, marked) in &kept.marks {
                self.items.get_mut(id).expect("it is kept").marked = *marked;
            }
            assert!(kept.forgotten.is_empty() && kept.stranded.is_empty());
            self.toasting
                .extend(kept.toasting.iter().map(|id| number(*id)));
        }
    }
}

/// So often as the others, twice: the row asks for ten thousand in the long form.
fn cases() -> ProptestConfig {
    let usual = ProptestConfig::default();
    ProptestConfig {
        cases: usual.cases * 2,
        failure_persistence: None,
        ..usual
    }
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn in_whatever_order_a_log_comes_it_is_one_list_and_each_notice_is_told_of_once(
        log in log(),
        sizes in proptest::collection::vec(1..5_usize, 40),
    ) {
        let mut desk = Stage::signed_in();
        let (mut kept, mut last) = (Kept::default(), BTreeMap::new());
        let (began, mut rest) = (desk.now, log.as_slice());
        for size in sizes {
            let (frame, after) = rest.split_at(size.min(rest.len()));
            rest = after;
            let Some(first) = frame.first() else { break };
            let entries = frame.iter().map(|told| entry(&desk, told)).collect();
            let heard = if first.catching_up { desk.caught_up(entries) } else { desk.heard(entries) };
            kept.take(&desk.session.update(heard, &Now { wall: began }));
            last.extend(frame.iter().map(|told| (told.n, told.version)));
            desk.session.verify(&Now { wall: began });
        }
        prop_assert!(rest.is_empty());
        let list: Vec<_> = kept.items.values().map(|item| {
            let Marked { mark, at } = item.marked;
            (number(item.notice.id), item.seq.0, item.notice.title.clone(), mark, at)
        }).collect();
        let unread = Marked { mark: campanile_core::change::Mark::Unread, at: began };
        let wanted: Vec<_> = last.iter().map(|(n, version)| {
            (*n, n.cast_signed(), Some(format!("version {version}")), unread.mark, unread.at)
        }).collect();
        prop_assert_eq!(list, wanted);
        let mut told = kept.toasting;
        told.sort_unstable();
        prop_assert_eq!(told, (1..=ALL).collect::<Vec<_>>());
        prop_assert_eq!(u64::from(desk.session.bell_view(&Now { wall: began }).unread), ALL);
    }
}
