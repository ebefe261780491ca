//! The store of an account as it fails, is made anew, or lost a moment to a power cut.

use campanile_client::{
    act::Action,
    effect::KeptItem,
    message::{Link, Loaded, Message, StoreFault},
};
use campanile_core::{
    change::{Mark, Seq},
    ids::ChangeId,
    inbox::Marked,
};
use campanile_protocol::{
    changes::{Deed, Outcome, PushedChange},
    problem::Code,
};
use expect_test::expect;
use serde_json::json;

use crate::{
    refill::{head, item, page},
    stage::{Stage, account, at, cell, check, id, notice, one},
};

#[test]
fn a_store_that_fails_is_told_and_the_desk_goes_on() {
    check(
        |desk| {
            desk.say("the disk is full", Message::StoreFailed(StoreFault::Full));
            desk.arrives(1, "sla_expired");
            desk.say("there is room again", Message::StoreRecovered);
            desk.say("too old", Message::Link(Link::TooOld));
        },
        expect![[r##"
            the disk is full
              tray Attention None "Campanile: Nothing unread, cannot write to the disk"
            10:00 sla_expired n1 arrives
              keep items: n1; toasting: n1; cursor: at 1
              toast n1 "SLA breached" "#1" [Open, Mark read, In an hour] urgent 5000 ms
              play alarm at 70 for n1
              tray Attention Digit(1) "Campanile: 1 unread, cannot write to the disk"
            there is room again
              tray Urgent Digit(1) "Campanile: 1 unread"
            too old
              tray Attention Digit(1) "Campanile: 1 unread, this app is too old for the server"
        "##]],
    );
}

#[test]
fn a_disk_that_is_full_is_the_first_account_s_and_not_the_next_one_s() {
    let mut desk = Stage::signed_in();
    let of = |name: &str, message| Message::From {
        account: name.into(),
        message: Box::new(message),
    };
    desk.tell(of("mira", Message::StoreFailed(StoreFault::Full)));
    desk.act("sign out", Action::SignOut);
    desk.so_far();
    desk.say(
        "another signs in",
        Message::Loaded(Box::new(Loaded {
            account: Some(account("ben")),
            ..Loaded::default()
        })),
    );
    desk.connect();
    desk.say(
        "what the first one's store had still to say",
        of("mira", Message::StoreFailed(StoreFault::Full)),
    );
    desk.tell(of("mira", Message::StoreRebuilt));
    expect![[r#"
        another signs in
          follow ben from None
          tray Calm None "Campanile: Nothing unread"
        what the first one's store had still to say
    "#]]
    .assert_eq(&desk.written);
}

#[test]
fn a_store_that_was_made_anew_gets_what_nobody_else_has_and_the_server_tells_the_rest() {
    check(
        |desk| {
            desk.arrives(1, "sla_expired");
            for n in 2..=4 {
                desk.arrives(n, "ticket_closed");
            }
            desk.act("read", Action::Read { what: one(1) });
            desk.answers(&Outcome::Refused {
                problem: Code::NotFound.because("None of these is a notice of yours."),
            });
            desk.act("read", Action::Read { what: one(2) });
            desk.so_far();
            desk.say("damaged", Message::StoreRebuilt);
            let told = vec![
                item(2, 2, Mark::Unread),
                item(3, 3, Mark::Unread),
                item(4, 4, Mark::Unread),
                item(5, 5, Mark::Unread),
                item(6, 6, Mark::Unread),
                item(7, 7, Mark::Unread),
                item(8, 8, Mark::Unread),
            ];
            desk.say("the present", page(0, Some(head(7)), told, true));
            desk.wake("10:00:00.400");
        },
        expect![[r#"
            damaged
              keep items: n1; pending: c2(read n2)
              Resync
            the present
              keep items: n2..n8 (7); entries: policy scopes; toasting: n5 n6 n7 n8; cursor: snapshot; epoch: known
              tray Urgent Digit(6) "Campanile: 6 unread"
              wake 10:00:00.400
            10:00:00.400 woke
              toast Summary "4 notifications while you were away" "SLA breached: 4" [Open] 5000 ms
              wake 10:00:30
        "#]],
    );
}

#[test]
fn deeds_that_a_power_cut_left_out_of_the_inbox_hold_from_the_start() {
    let kept = |n| KeptItem {
        notice: notice(n, "sla_expired", at("08:00")),
        seq: Seq(i64::try_from(n).expect("small")),
        bell: true,
        marked: Marked {
            mark: Mark::Unread,
            at: at("08:00"),
        },
    };
    let deeds = [
        Deed::Marked {
            ids: vec![id(1)],
            mark: Mark::Read,
        },
        Deed::Marked {
            ids: vec![id(2), id(9)],
            mark: Mark::Removed,
        },
        Deed::Preferred {
            cells: vec![cell("*", "volume", json!(90))],
        },
    ];
    check(
        |desk| {
            let change = |(n, deed)| PushedChange {
                id: ChangeId(uuid::Uuid::from_u128(n)),
                at: at("09:00"),
                deed,
            };
            desk.wake("10:00");
            desk.load(Loaded {
                items: vec![kept(1), kept(2), kept(3)],
                pending: (1..).zip(deeds).map(change).collect(),
                ..Loaded::default()
            });
        },
        expect![[r#"
            10:00 woke
              keep marks: n1 read, n2 removed; cells: */*/volume=90
              follow mira from Some("start")
              tray Urgent Digit(1) "Campanile: 1 unread"
        "#]],
    );
}
