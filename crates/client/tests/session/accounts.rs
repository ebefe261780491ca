//! Accounts: starting, signing in and out, being revoked; nothing of one under another.

use campanile_client::{
    act::Action,
    effect::KeptItem,
    message::{Link, Loaded, Message, PairingFault, StoreFault},
    session::Now,
    view::AskView,
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
fn a_desk_without_an_account_asks_for_one() {
    let mut desk = Stage::new();
    desk.say("nothing is stored", Message::Loaded(Box::default()));
    desk.say("not a link", Message::Paired(Err(PairingFault::NotALink)));
    desk.act(
        "pair",
        Action::Pair {
            link: "campanile://pair?server=x&code=y".into(),
        },
    );
    desk.say("paired", Message::Paired(Ok(Box::new(account("mira")))));
    desk.written.push_str("the store is open\n");
    desk.load(Loaded::default());
    desk.connect();
    expect![[r#"
        nothing is stored
          follow nobody
          tray Attention None "Campanile: Not signed in"
        not a link
        pair
          Pair("campanile://pair?server=x&code=y")
        paired
          sign in mira
        the store is open
          follow mira from Some("start")
          tray Calm None "Campanile: Nothing unread"
    "#]]
    .assert_eq(&desk.written);
}

#[test]
fn signing_out_leaves_nothing_of_the_account() {
    check(
        |desk| {
            desk.arrives(1, "sla_expired");
            desk.act("sign out", Action::SignOut);
            let entry = desk.arrival(2, "sla_expired");
            let late = Box::new(desk.heard(vec![entry]));
            desk.say(
                "a late word of the old link",
                Message::From {
                    account: "mira".into(),
                    message: late.clone(),
                },
            );
            desk.say(
                "sign in as another",
                Message::Paired(Ok(Box::new(account("olha")))),
            );
            desk.load(Loaded {
                account: Some(account("olha")),
                ..Loaded::default()
            });
            desk.say(
                "a late word of the old link",
                Message::From {
                    account: "mira".into(),
                    message: late,
                },
            );
            desk.connect();
            let entry = desk.arrival(3, "sla_expired");
            let own = Box::new(desk.heard(vec![entry]));
            desk.say(
                "a word of the present link",
                Message::From {
                    account: "olha".into(),
                    message: own,
                },
            );
        },
        expect![[r##"
            10:00 sla_expired n1 arrives
              keep items: n1; toasting: n1; cursor: at 1
              toast n1 "SLA breached" "#1" [Open, Mark read, In an hour] urgent 5000 ms
              play alarm at 70 for n1
              tray Urgent Digit(1) "Campanile: 1 unread"
            sign out
              withdraw n1
              hush n1
              follow nobody
              sign out mira
              tray Attention None "Campanile: Not signed in"
            a late word of the old link
            sign in as another
              sign in olha
              follow olha from Some("start")
              tray Calm None "Campanile: Nothing unread"
            a late word of the old link
            a word of the present link
              keep items: n3; toasting: n3; cursor: at 3
              toast n3 "SLA breached" "#3" [Open, Mark read, In an hour] urgent 5000 ms
              play alarm at 70 for n3
              tray Urgent Digit(1) "Campanile: 1 unread"
        "##]],
    );
}

#[test]
fn what_was_not_pushed_is_told_when_somebody_signs_out() {
    check(
        |desk| {
            desk.tell(Message::Link(Link::Connecting));
            desk.arrives(1, "call_missed");
            desk.arrives(2, "call_missed");
            desk.so_far();
            desk.act("read", Action::Read { what: one(1) });
            desk.act("remove", Action::Remove { what: one(2) });
            desk.act("sign out", Action::SignOut);
        },
        expect![[r#"
            read
              keep marks: n1 read; pending: c1(read n1); toasted: n1
              withdraw n1
              tray Calm Digit(1) "Campanile: 1 unread"
            remove
              keep marks: n2 removed; pending: c2(removed n2); toasted: n2
              withdraw n2
              tray Calm None "Campanile: Nothing unread"
              wake 10:00:08
            sign out
              follow nobody
              sign out mira and tell c1(read n1) c2(removed n2)
              tray Attention None "Campanile: Not signed in"
        "#]],
    );
}

#[test]
fn signing_in_as_another_signs_the_first_out() {
    check(
        |desk| {
            desk.arrives(1, "sla_expired");
            desk.say(
                "paired as another",
                Message::Paired(Ok(Box::new(account("olha")))),
            );
        },
        expect![[r##"
            10:00 sla_expired n1 arrives
              keep items: n1; toasting: n1; cursor: at 1
              toast n1 "SLA breached" "#1" [Open, Mark read, In an hour] urgent 5000 ms
              play alarm at 70 for n1
              tray Urgent Digit(1) "Campanile: 1 unread"
            paired as another
              withdraw n1
              hush n1
              follow nobody
              sign out mira
              sign in olha
              tray Attention None "Campanile: Not signed in"
        "##]],
    );
}

#[test]
fn a_page_cannot_replace_the_account_without_a_word_of_the_person() {
    check(
        |desk| {
            let link = "campanile://pair?server=https://evil.example.net&code=c0de";
            let offer = |link: &str| Action::OfferPair { link: link.into() };
            desk.act("a page offers a link", offer(link));
            let now = Now { wall: desk.now };
            let ask = desk.session.bell_view(&now).ask;
            let expected = AskView::Pair {
                link: link.into(),
                host: "evil.example.net".into(),
            };
            assert_eq!(ask, Some(expected));
            desk.act("it offers nonsense", offer("campanile://pair"));
            desk.act("the person agrees", Action::Pair { link: link.into() });
            assert_eq!(desk.session.bell_view(&now).ask, None);
        },
        expect![[r#"
            a page offers a link
              open the Bell window None
            it offers nonsense
              open the Bell window None
            the person agrees
              Pair("campanile://pair?server=https://evil.example.net&code=c0de")
        "#]],
    );
    let mut desk = Stage::new();
    desk.tell(Message::Loaded(Box::default()));
    desk.so_far().act(
        "nobody is signed in",
        Action::OfferPair {
            link: "campanile://pair?server=x&code=y".into(),
        },
    );
    expect![[r#"
        nobody is signed in
          Pair("campanile://pair?server=x&code=y")
    "#]]
    .assert_eq(&desk.written);
}

#[test]
fn a_code_is_not_spent_twice() {
    let mut desk = Stage::new();
    desk.tell(Message::Loaded(Box::default()));
    desk.so_far();
    let pair = || Action::Pair {
        link: "campanile://pair?server=x&code=y".into(),
    };
    let is_told = |desk: &Stage| {
        let now = Now { wall: desk.now };
        desk.session.bell_view(&now).common.pairing
    };
    desk.act("pair", pair());
    assert!(is_told(&desk));
    desk.act("pressed twice", pair());
    desk.say("too many", Message::Paired(Err(PairingFault::Busy)));
    assert!(!is_told(&desk));
    desk.act("pair again", pair());
    expect![[r#"
        pair
          Pair("campanile://pair?server=x&code=y")
        pressed twice
        too many
        pair again
          Pair("campanile://pair?server=x&code=y")
    "#]]
    .assert_eq(&desk.written);
}

#[test]
fn a_revoked_desk_says_so_and_comes_back_with_all_it_knew() {
    check(
        |desk| {
            desk.arrives(1, "sla_expired");
            desk.say("revoked", Message::Link(Link::SignedOut));
            desk.say(
                "paired again",
                Message::Paired(Ok(Box::new(account("mira")))),
            );
        },
        expect![[r##"
            10:00 sla_expired n1 arrives
              keep items: n1; toasting: n1; cursor: at 1
              toast n1 "SLA breached" "#1" [Open, Mark read, In an hour] urgent 5000 ms
              play alarm at 70 for n1
              tray Urgent Digit(1) "Campanile: 1 unread"
            revoked
              tray Attention Digit(1) "Campanile: 1 unread, signed out"
            paired again
              sign in mira
        "##]],
    );
}

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
