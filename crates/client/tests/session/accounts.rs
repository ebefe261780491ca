//! Accounts: starting, signing in and out, being revoked; nothing of one under another.

use campanile_client::{
    act::Action,
    message::{Link, Loaded, Message, PairingFault},
    session::Now,
    view::AskView,
};
use expect_test::expect;

use crate::stage::{Stage, account, check, one};

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
