//! Whatever comes in whatever order: what must always hold.

use std::collections::{HashMap, HashSet};

use campanile_client::{
    act::{Action, QuietFor, What},
    effect::{Effect, Press, ToastKey},
    message::{Link, Message},
    session::Now,
};
use campanile_core::{
    change::{Change, Filter, Mark},
    ids::EventId,
    time::Timestamp,
};
use campanile_protocol::{changes::Outcome, frame::Presence};
use proptest::prelude::*;
use serde_json::json;

use crate::stage::{Stage, cell, id, nights, up};

const KINDS: &[&str] = &[
    "sla_expired",
    "operator_mentioned",
    "ticket_closed",
    "conversation_message",
    "call_incoming",
    "unheard_of",
];
/// So few notices that they meet often.
const NOTICES: u64 = 12;

#[derive(Clone, Debug)]
enum Op {
    Pass {
        ms: i64,
    },
    Jump {
        ms: i64,
    },
    Arrive {
        n: u64,
        kind: usize,
        catching_up: bool,
        bell: bool,
    },
    Burst {
        count: u64,
    },
    Elsewhere {
        n: u64,
        mark: u8,
    },
    Do {
        n: u64,
        deed: u8,
    },
    Shown,
    Failed,
    Link {
        up: bool,
    },
    Answer {
        refused: bool,
    },
    Quiet {
        how: u8,
    },
    /// The agent is active at some desk, as the server tells.
    Active {
        for_ms: i64,
    },
    /// This machine was last touched so long ago.
    Input {
        idle_ms: Option<i64>,
    },
}

fn op() -> impl Strategy<Value = Op> {
    prop_oneof![
        3 => (0..60_000_i64).prop_map(|ms| Op::Pass { ms }),
        1 => (-40_000_000..40_000_000_i64).prop_map(|ms| Op::Jump { ms }),
        6 => (1..=NOTICES, 0..KINDS.len(), any::<bool>(), any::<bool>())
            .prop_map(|(n, kind, catching_up, bell)| Op::Arrive { n, kind, catching_up, bell }),
        1 => (1..40_u64).prop_map(|count| Op::Burst { count }),
        3 => (1..=NOTICES, 0..4_u8).prop_map(|(n, mark)| Op::Elsewhere { n, mark }),
        4 => (1..=NOTICES, 0..8_u8).prop_map(|(n, deed)| Op::Do { n, deed }),
        2 => Just(Op::Shown),
        1 => Just(Op::Failed),
        1 => any::<bool>().prop_map(|up| Op::Link { up }),
        2 => any::<bool>().prop_map(|refused| Op::Answer { refused }),
        1 => (0..3_u8).prop_map(|how| Op::Quiet { how }),
        2 => (0..120_000_i64).prop_map(|for_ms| Op::Active { for_ms }),
        1 => proptest::option::of(0..240_000_i64).prop_map(|idle_ms| Op::Input { idle_ms }),
    ]
}

/// What must hold of everything that one desk did.
#[derive(Default)]
struct Watch {
    kept: HashSet<EventId>,
    toasted: HashMap<EventId, u32>,
    snoozes: HashMap<EventId, u32>,
    /// What stands for one notice, and is to be confirmed.
    unconfirmed: Vec<ToastKey>,
    bursts: u64,
}

impl Watch {
    fn see(&mut self, effects: &[Effect]) {
        let keeps = effects
            .iter()
            .filter(|effect| matches!(effect, Effect::Keep(_)))
            .count();
        assert!(
            keeps <= 1 && (keeps == 0 || matches!(effects[0], Effect::Keep(_))),
            "what is kept comes first"
        );
        for effect in effects {
            match effect {
                Effect::Keep(kept) => {
                    self.kept.extend(&kept.toasting);
                    for (id, marked) in &kept.marks {
                        if matches!(marked.mark, Mark::Snoozed { .. }) {
                            *self.snoozes.entry(*id).or_default() += 1;
                        }
                    }
                }
                Effect::Toast(toast) => {
                    if let ToastKey::Notice(id) = toast.key {
                        assert!(self.kept.contains(&id), "shown before it was kept");
                        *self.toasted.entry(id).or_default() += 1;
                        let most = 1 + self.snoozes.get(&id).copied().unwrap_or(0);
                        assert!(self.toasted[&id] <= most, "shown twice");
                    }
                    self.unconfirmed.push(toast.key.clone());
                }
                _ => {}
            }
        }
    }
}

fn mark(n: u8, now: Timestamp) -> Mark {
    match n {
        0 => Mark::Read,
        1 => Mark::Unread,
        2 => Mark::Snoozed {
            until: now.plus_ms(30_000),
        },
        _ => Mark::Removed,
    }
}

fn message(op: &Op, desk: &mut Stage, watch: &mut Watch) -> Message {
    match *op {
        Op::Pass { ms } => {
            desk.now = desk.now.plus_ms(ms);
            Message::Woke
        }
        Op::Jump { ms } => {
            desk.now = desk.now.plus_ms(ms);
            Message::Resumed
        }
        Op::Arrive {
            n,
            kind,
            catching_up,
            bell,
        } => {
            let notice = Box::new(crate::stage::notice(n, KINDS[kind], desk.now));
            let entry = desk.entry(Change::Arrived {
                notice,
                bell,
                replaces: None,
            });
            if catching_up {
                desk.caught_up(vec![entry])
            } else {
                desk.heard(vec![entry])
            }
        }
        Op::Burst { count } => {
            watch.bursts += 1;
            let first = 1_000 * watch.bursts;
            let entries = (first..first + count)
                .map(|n| desk.arrival(n, "sla_expired"))
                .collect();
            desk.heard(entries)
        }
        Op::Elsewhere { n, mark: as_what } => {
            let mark = mark(as_what, desk.now);
            let entry = desk.entry(Change::Marked {
                ids: vec![id(n)],
                mark,
            });
            desk.heard(vec![entry])
        }
        Op::Do { n, deed } => {
            let what = What::Notice(id(n));
            Message::Act(match deed {
                0 => Action::Read { what },
                1 => Action::Unread { what },
                2 => Action::Snooze {
                    what,
                    until: desk.now.plus_ms(20_000),
                },
                3 => Action::Remove { what },
                4 => Action::ReadAll {
                    filter: Filter::default(),
                },
                5 | 6 => Action::Undo,
                _ => {
                    return Message::Pressed {
                        key: ToastKey::Notice(id(n)),
                        press: Press::Read,
                        activation: None,
                    };
                }
            })
        }
        Op::Shown => watch
            .unconfirmed
            .pop()
            .map_or(Message::Woke, Message::ToastShown),
        Op::Failed => watch.unconfirmed.pop().map_or(Message::Woke, |key| {
            // What failed was not shown: it may come once more.
            if let ToastKey::Notice(id) = key {
                watch.toasted.entry(id).and_modify(|shown| *shown -= 1);
            }
            Message::ToastFailed(key)
        }),
        Op::Link { up: true } => Message::Link(up(0)),
        Op::Link { up: false } => Message::Link(Link::Offline {
            retry_at: desk.now,
            why: "no_answer",
        }),
        Op::Answer { refused } => {
            let problem = campanile_protocol::problem::Code::Forbidden.because("Not this.");
            let outcome = if refused {
                Outcome::Refused { problem }
            } else {
                Outcome::Accepted
            };
            let answers = desk
                .pushed
                .drain(..)
                .map(|change| (change.id, outcome.clone()))
                .collect();
            Message::Settled(answers)
        }
        Op::Active { for_ms } => Message::Presence(Presence {
            availability: None,
            active_until: Some(desk.now.plus_ms(for_ms)),
            focused_until: None,
            source: None,
            conversation: None,
        }),
        Op::Input { idle_ms } => Message::Input { idle_ms },
        Op::Quiet { how } => Message::Act(Action::Quiet {
            how: match how {
                0 => QuietFor::HalfAnHour,
                1 => QuietFor::UntilISay,
                _ => QuietFor::Off,
            },
        }),
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: ProptestConfig::default().cases * 2,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn whatever_happens_nothing_is_shown_twice_or_before_it_is_kept(
        ops in proptest::collection::vec(op(), 1..80),
        others_wait in any::<bool>(),
    ) {
        let mut desk = Stage::signed_in();
        let mut watch = Watch::default();
        desk.prefers(vec![nights(), cell("*", "others_wait", json!(others_wait))]);
        for op in &ops {
            let message = message(op, &mut desk, &mut watch);
            let effects = desk.tell(message);
            watch.see(&effects);
            desk.session.verify(&Now { wall: desk.now });
        }
    }
}
