//! Accounts that change while messages are in flight: nothing of one under another (F42).

use std::collections::BTreeSet;

use campanile_client::{
    act::Action,
    effect::{Effect, KeptItem, ToastKey},
    message::{Link, Loaded, Message, StoreFault},
    session::Now,
    view::{Badge, Part, PartState},
};
use campanile_core::{
    change::{Change, Entry, Mark, Seq},
    ids::EventId,
    inbox::Marked,
};
use proptest::prelude::*;

use crate::{
    refill::{gone_on, head, item, page},
    stage::{Stage, account, id, notice, number, up},
};

const NAMES: [&str; 2] = ["mira", "ben"];
/// The notices of the second account are beyond this.
const APART: u64 = 1_000;

/// What comes in for an account, whoever is signed in.
#[derive(Clone, Debug)]
enum Comes {
    Heard(u64),
    Snapshot(u64),
    Recalled(u64),
    Link(bool),
    StoreFailed,
    StoreRecovered,
    StoreRebuilt,
    Unreadable,
    /// What its toasts came to, said late.
    Toasted(Toast, Said),
}

#[derive(Clone, Copy, Debug)]
enum Toast {
    Notice(u64),
    Summary,
    More,
}

#[derive(Clone, Copy, Debug)]
enum Said {
    Shown,
    Failed,
    Closed,
}

#[derive(Clone, Debug)]
enum Op {
    SignIn(usize),
    SignOut,
    Comes(usize, Comes),
    Pass(i64),
}

fn op() -> impl Strategy<Value = Op> {
    let toast = prop_oneof![
        3 => (1..20_u64).prop_map(Toast::Notice),
        1 => Just(Toast::Summary),
        1 => Just(Toast::More),
    ];
    let said = prop_oneof![Just(Said::Shown), Just(Said::Failed), Just(Said::Closed)];
    let comes = prop_oneof![
        6 => (1..20_u64).prop_map(Comes::Heard),
        1 => (1..20_u64).prop_map(Comes::Snapshot),
        1 => (1..20_u64).prop_map(Comes::Recalled),
        2 => any::<bool>().prop_map(Comes::Link),
        1 => Just(Comes::StoreFailed),
        1 => Just(Comes::StoreRecovered),
        1 => Just(Comes::StoreRebuilt),
        1 => Just(Comes::Unreadable),
        6 => (toast, said).prop_map(|(toast, said)| Comes::Toasted(toast, said)),
    ];
    prop_oneof![
        2 => (0..NAMES.len()).prop_map(Op::SignIn),
        1 => Just(Op::SignOut),
        12 => (0..NAMES.len(), comes).prop_map(|(who, what)| Op::Comes(who, what)),
        2 => (0..20_000_i64).prop_map(Op::Pass),
    ]
}

/// Returns what the notification daemon says of a toast that was shown in this sitting; it does not know whose it was.
fn toasted(who: usize, sitting: u32, toast: Toast, said: Said) -> Message {
    let key = match toast {
        Toast::Notice(n) => ToastKey::Notice(id(n + APART * who as u64)),
        Toast::Summary => ToastKey::Summary(sitting),
        Toast::More => ToastKey::More(sitting),
    };
    match said {
        Said::Shown => Message::ToastShown(key),
        Said::Failed => Message::ToastFailed(key),
        Said::Closed => Message::ToastClosed {
            key,
            dismissed: false,
        },
    }
}

fn message(desk: &Stage, who: usize, what: &Comes, sitting: u32, seq: &mut i64) -> Message {
    let n = |n: &u64| n + APART * who as u64;
    *seq += 1;
    let message = match what {
        Comes::Heard(of) => Message::Heard {
            entries: vec![Entry {
                seq: Seq(*seq),
                at: desk.now,
                change: Change::Arrived {
                    notice: Box::new(notice(n(of), "sla_expired", desk.now)),
                    bell: true,
                    replaces: None,
                },
            }],
            cursor: format!("at {seq}"),
            catching_up: false,
            more: false,
        },
        Comes::Snapshot(of) => page(
            0,
            Some(gone_on(head(1))),
            vec![item(n(of), *seq, Mark::Unread)],
            true,
        ),
        Comes::Recalled(of) => {
            let kept = KeptItem {
                notice: notice(n(of), "sla_expired", desk.now),
                seq: Seq(*seq),
                bell: true,
                marked: Marked {
                    mark: Mark::Unread,
                    at: desk.now,
                },
            };
            Message::Recalled {
                asked: vec![kept.notice.id],
                items: vec![kept],
            }
        }
        Comes::Link(true) => Message::Link(up(0)),
        Comes::Link(false) => Message::Link(Link::Connecting),
        Comes::StoreFailed => Message::StoreFailed(StoreFault::Full),
        Comes::StoreRecovered => Message::StoreRecovered,
        Comes::StoreRebuilt => Message::StoreRebuilt,
        Comes::Unreadable => Message::Unreadable { count: 1 },
        Comes::Toasted(toast, said) => return toasted(who, sitting, *toast, *said),
    };
    Message::From {
        account: NAMES[who].into(),
        message: Box::new(message),
    }
}

/// The notices that an effect shows, sounds or keeps.
fn shown(effect: &Effect) -> Vec<EventId> {
    match effect {
        Effect::Toast(toast) => match toast.key {
            ToastKey::Notice(id) => vec![id],
            _ => Vec::new(),
        },
        Effect::Play(play) => play.notice.into_iter().collect(),
        Effect::Recall(ids) => ids.clone(),
        Effect::Keep(kept) => {
            let items = kept.items.iter().map(|item| item.notice.id);
            let marks = kept.marks.iter().map(|(id, _)| *id);
            let rest = [
                &kept.forgotten,
                &kept.stranded,
                &kept.toasting,
                &kept.toasted,
            ];
            let rest = rest.into_iter().flatten().copied();
            items.chain(marks).chain(rest).collect()
        }
        _ => Vec::new(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(ProptestConfig::default().cases * 4))]

    #[test]
    fn nothing_of_one_account_is_seen_under_another(ops in proptest::collection::vec(op(), 1..40)) {
        let (mut desk, mut seq) = (Stage::new(), 0);
        let mut present: Option<usize> = None;
        let mut unread = BTreeSet::new();
        let mut store_fails = false;
        // Whoever was never signed in was so in no sitting that there was.
        let (mut sitting, mut last_sittings) = (0, [u32::MAX; NAMES.len()]);
        for op in ops {
            let mut changed = false;
            let message = match &op {
                Op::SignIn(who) => {
                    changed = true;
                    sitting += u32::from(present.is_some());
                    last_sittings[*who] = sitting;
                    present = Some(*who);
                    Message::Loaded(Box::new(Loaded {
                        account: Some(account(NAMES[*who])),
                        ..Loaded::default()
                    }))
                }
                Op::SignOut => {
                    changed = true;
                    sitting += u32::from(present.is_some());
                    present = None;
                    Message::Act(Action::SignOut)
                }
                Op::Comes(who, what) => {
                    let message = message(&desk, *who, what, last_sittings[*who], &mut seq);
                    match what {
                        _ if present != Some(*who) => {}
                        Comes::Heard(n) => drop(unread.insert(*n)),
                        Comes::Snapshot(n) => unread = BTreeSet::from([*n]),
                        Comes::StoreFailed => store_fails = true,
                        Comes::StoreRecovered => store_fails = false,
                        _ => {}
                    }
                    message
                }
                Op::Pass(ms) => {
                    desk.now = desk.now.plus_ms(*ms);
                    Message::Woke
                }
            };
            if changed {
                unread.clear();
                store_fails = false;
            }
            let effects = desk.tell(message);
            if let Op::Comes(who, _) = &op && present != Some(*who) {
                // Whatever comes first has the icon drawn for the first time.
                let is_drawn = |effect: &Effect| matches!(effect, Effect::Tray(_));
                prop_assert!(effects.iter().all(is_drawn), "{:?} after {:?}", effects, op);
            }
            for id in effects.iter().flat_map(shown) {
                let whose = usize::try_from(number(id) / APART).expect("small");
                prop_assert_eq!(Some(whose), present, "{:?} after {:?}", effects, op);
            }
            let now = Now { wall: desk.now };
            let bell = desk.session.bell_view(&now);
            let fails = bell.common.parts.iter().any(|part| {
                part.part == Part::Store && matches!(part.is, PartState::Fails { .. })
            });
            prop_assert_eq!(fails, store_fails, "after {:?}", op);
            let badge = desk.session.tray_view(&now).badge;
            prop_assert_eq!(badge, Badge::of(unread.len()), "after {:?}", op);
        }
    }
}
