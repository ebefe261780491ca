//! Where a click may lead.

use campanile_client::{
    act::Action,
    effect::{KeptItem, Press},
    message::{Account, Loaded, Message},
    session::Now,
    view::AskView,
};
use campanile_core::{
    change::{Change, Mark, Seq},
    event::Link,
    inbox::Marked,
};
use expect_test::expect;

use crate::stage::{Stage, account, at, check, id, notice, toast};

#[test]
fn a_click_opens_what_it_is_about_and_marks_it_read() {
    check(
        |desk| {
            desk.arrives(1, "sla_expired");
            let activation = Some("token".to_owned());
            desk.say(
                "pressed",
                Message::Pressed {
                    key: toast(1),
                    press: Press::Open,
                    activation,
                },
            );
        },
        expect![[r##"
            10:00 sla_expired n1 arrives
              keep items: n1; toasting: n1; cursor: at 1
              toast n1 "SLA breached" "#1" [Open, Mark read, In an hour] urgent 5000 ms
              play alarm at 70 for n1
              tray Urgent Digit(1) "Campanile: 1 unread"
            pressed
              keep marks: n1 read; pending: c1(read n1); toasted: n1
              withdraw n1
              hush n1
              open https://app.acme.example/c/1 Some("token")
              push c1(read n1)
              tray Calm None "Campanile: Nothing unread"
              wake 10:00:30
        "##]],
    );
}

#[test]
fn what_is_not_in_memory_is_asked_of_the_store() {
    check(
        |desk| {
            desk.act(
                "open",
                Action::Open {
                    id: id(5),
                    agreed: false,
                },
            );
            let marked = Marked {
                mark: Mark::Unread,
                at: at("09:00"),
            };
            let item = KeptItem {
                notice: notice(5, "sla_expired", at("09:00")),
                seq: Seq(1),
                bell: true,
                marked,
            };
            let answer = |items| Message::Recalled {
                asked: vec![id(5)],
                items,
            };
            desk.say("the store answers", answer(vec![item]));
            desk.say("once more", answer(Vec::new()));
            let open = Action::Open {
                id: id(6),
                agreed: false,
            };
            desk.act("open another", open);
            let gone = Message::Recalled {
                asked: vec![id(6)],
                items: Vec::new(),
            };
            desk.say("the store has it no more", gone);
        },
        expect![[r#"
            open
              recall n5
            the store answers
              keep marks: n5 read; pending: c1(read n5)
              open https://app.acme.example/c/5 None
              push c1(read n5)
              wake 10:00:30
            once more
            open another
              recall n6
            the store has it no more
              open the Bell window None
        "#]],
    );
}

/// Clicks on a link of an event, on a desk of the server `server`, and says what becomes of it.
fn click(server: &str, link: &str) -> String {
    let mut desk = Stage::new();
    let mira = Account {
        server: server.parse().expect("a URL"),
        ..account("mira")
    };
    desk.load(Loaded {
        account: Some(mira),
        ..Loaded::default()
    });
    let mut clicked = notice(1, "sla_expired", desk.now);
    clicked.links = vec![Link {
        rel: "open".into(),
        label: None,
        url: link.into(),
    }];
    let entry = desk.entry(Change::Arrived {
        notice: Box::new(clicked),
        bell: true,
        replaces: None,
    });
    let heard = desk.heard(vec![entry]);
    desk.tell(heard);
    desk.so_far().act(
        "",
        Action::Open {
            id: id(1),
            agreed: false,
        },
    );
    let view = desk.session.bell_view(&Now { wall: desk.now });
    if desk.written.contains("  open http") {
        "opens".into()
    } else if let Some(AskView::Open { host, .. }) = view.ask {
        desk.so_far().act(
            "",
            Action::Open {
                id: id(1),
                agreed: true,
            },
        );
        assert!(
            desk.written.contains("  open http"),
            "{link}: agreed to, it opens"
        );
        format!("asks for {host}")
    } else {
        view.common.problem.expect("a problem")
    }
}

#[test]
fn only_declared_origins_open_at_once_and_only_the_web_opens_at_all() {
    let long = format!("https://app.acme.example/{}", "x".repeat(2_100));
    let table = [
        "https://app.acme.example/c/1",
        "https://APP.acme.example:443/c/1?x=1#y",
        "https://app.acme.example:8443/c/1",
        "https://app.acme.example.evil.example/",
        "https://аpp.acme.example/",
        "https://2130706433/",
        "http://app.acme.example/c/1",
        "https://user@app.acme.example/",
        "https://app.acme.example@evil.example/",
        "javascript:alert(1)",
        " javascript:alert(1)",
        "java\tscript:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "\\\\evil.example\\share",
        "https:\\\\evil.example\\share",
        "smb://evil.example/share",
        "ms-msdt:/id",
        "search-ms:query=x",
        "--help",
        "https://",
        "https:app.acme.example",
        "mailto:mira@acme.example",
        "",
        &long,
    ];
    let told: Vec<_> = table
        .iter()
        .map(|link| {
            format!(
                "{:?} {}",
                link.chars().take(40).collect::<String>(),
                click("https://desk.example.org/", link)
            )
        })
        .collect();
    expect![[r#"
        "https://app.acme.example/c/1" opens
        "https://APP.acme.example:443/c/1?x=1#y" opens
        "https://app.acme.example:8443/c/1" asks for app.acme.example:8443
        "https://app.acme.example.evil.example/" asks for app.acme.example.evil.example
        "https://аpp.acme.example/" asks for xn--pp-6kc.acme.example
        "https://2130706433/" asks for 127.0.0.1
        "http://app.acme.example/c/1" unsafe_link
        "https://user@app.acme.example/" unsafe_link
        "https://app.acme.example@evil.example/" unsafe_link
        "javascript:alert(1)" unsafe_link
        " javascript:alert(1)" unsafe_link
        "java\tscript:alert(1)" unsafe_link
        "data:text/html,x" unsafe_link
        "file:///etc/passwd" unsafe_link
        "\\\\evil.example\\share" unsafe_link
        "https:\\\\evil.example\\share" unsafe_link
        "smb://evil.example/share" unsafe_link
        "ms-msdt:/id" unsafe_link
        "search-ms:query=x" unsafe_link
        "--help" unsafe_link
        "https://" unsafe_link
        "https:app.acme.example" unsafe_link
        "mailto:mira@acme.example" unsafe_link
        "" unsafe_link
        "https://app.acme.example/xxxxxxxxxxxxxxx" unsafe_link
    "#]]
    .assert_eq(&(told.join("\n") + "\n"));
}

/// What the web's own tests of addresses say: the text, the address that it is, and whether no other one has a part in that.
fn web_platform_cases() -> Vec<(String, Option<String>, bool)> {
    let cases = include_str!("../../../../tests/data/urls.json");
    serde_json::from_str(cases).expect("the cases")
}

#[test]
fn of_every_case_of_the_web_platform_only_the_web_is_opened_and_what_it_says() {
    let mut led = [0; 3];
    for (text, is, alone) in web_platform_cases() {
        for server in ["https://desk.example.org/", "http://localhost:8080/"] {
            let may_be_http = server.starts_with("http:");
            let told = click(server, &text);
            if told == "unsafe_link" {
                led[0] += 1;
                continue;
            }
            led[1] += 1;
            let is = is.as_deref().expect("an address");
            let is_web = is.starts_with("https://") || (may_be_http && is.starts_with("http://"));
            assert!(is_web, "{text} leads to {is}");
            let host = told.strip_prefix("asks for ").expect("a strange host");
            let rest = is.split_once("://").expect("a scheme").1;
            let wanted = rest.split(['/', '?', '#']).next().expect("a host");
            if alone {
                led[2] += 1;
                assert_eq!(host, wanted, "{text}");
            }
        }
    }
    expect!["[1512, 126, 92]"].assert_eq(&format!("{led:?}"));
}

#[test]
fn a_host_is_asked_for_as_it_is_on_the_wire() {
    let table = [
        "https://2130706433/",
        "https://0x7f.1/",
        "https://0x7F000001/",
        "https://0177.0.0.1/",
        "https://127.1/",
        "https://[::ffff:7f00:1]/",
        "https://[0:0:0:0:0:0:0:1]:443/",
        "https://169.254.169.254/latest",
        "https://app.acme.example./",
        "https://app.acme.example../",
        "https://app\u{200b}.acme.example/",
        "https://app\u{ad}.acme.example/",
        "https://ａｐｐ.acme.example/",
        "https://app。acme。example/",
        "https://app.acme.exаmple/",
        "https://аррӏе.com/",
        "https://app.acme.example%2eevil.example/",
        "https://%61pp.acme.example/",
        "https://app.acme.example%00.evil.example/",
        "https://app.acme.example\u{202e}elpmaxe.live/",
        "https://faß.example/",
        "https://xn--a.example/",
        "https://app.acme.example:0/",
        "https://app.acme.example:65536/",
        "https://app_acme.example/",
        "https://-.example/",
        "https://app.acme.example&evil.example/",
        "https:///app.acme.example/",
        "https:/app.acme.example/",
        "HTTPS:///evil.example/",
    ];
    let told = table.map(|link| format!("{link:?} {}", click("https://desk.example.org/", link)));
    expect![[r#"
        "https://2130706433/" asks for 127.0.0.1
        "https://0x7f.1/" asks for 127.0.0.1
        "https://0x7F000001/" asks for 127.0.0.1
        "https://0177.0.0.1/" asks for 127.0.0.1
        "https://127.1/" asks for 127.0.0.1
        "https://[::ffff:7f00:1]/" asks for [::ffff:7f00:1]
        "https://[0:0:0:0:0:0:0:1]:443/" asks for [::1]
        "https://169.254.169.254/latest" asks for 169.254.169.254
        "https://app.acme.example./" asks for app.acme.example.
        "https://app.acme.example../" asks for app.acme.example..
        "https://app\u{200b}.acme.example/" opens
        "https://app\u{ad}.acme.example/" opens
        "https://ａｐｐ.acme.example/" opens
        "https://app。acme。example/" opens
        "https://app.acme.exаmple/" asks for app.acme.xn--exmple-4nf
        "https://аррӏе.com/" asks for xn--80ak6aa92e.com
        "https://app.acme.example%2eevil.example/" asks for app.acme.example.evil.example
        "https://%61pp.acme.example/" opens
        "https://app.acme.example%00.evil.example/" unsafe_link
        "https://app.acme.example\u{202e}elpmaxe.live/" unsafe_link
        "https://faß.example/" asks for xn--fa-hia.example
        "https://xn--a.example/" unsafe_link
        "https://app.acme.example:0/" asks for app.acme.example:0
        "https://app.acme.example:65536/" unsafe_link
        "https://app_acme.example/" asks for app_acme.example
        "https://-.example/" asks for -.example
        "https://app.acme.example&evil.example/" unsafe_link
        "https:///app.acme.example/" opens
        "https:/app.acme.example/" unsafe_link
        "HTTPS:///evil.example/" asks for evil.example
    "#]]
    .assert_eq(&(told.join("\n") + "\n"));
}

#[test]
fn plain_http_opens_only_where_the_server_is_on_this_machine() {
    for (server, link, told) in [
        (
            "http://localhost:8080/",
            "http://localhost:3000/c/1",
            "asks for localhost:3000",
        ),
        (
            "http://127.0.0.1:8080/",
            "http://localhost:3000/c/1",
            "asks for localhost:3000",
        ),
        (
            "http://desk.example.org/",
            "http://localhost:3000/c/1",
            "unsafe_link",
        ),
        (
            "https://desk.example.org/",
            "http://localhost:3000/c/1",
            "unsafe_link",
        ),
    ] {
        assert_eq!(click(server, link), told, "{server}");
    }
}

#[test]
fn a_link_that_no_program_took_is_told() {
    check(
        |desk| {
            desk.arrives(1, "call_missed");
            let open = Action::Open {
                id: id(1),
                agreed: false,
            };
            desk.so_far().act("open", open);
            desk.say("no program took it", Message::NotOpened);
            let now = Now { wall: desk.now };
            let problem = desk.session.bell_view(&now).common.problem;
            assert_eq!(problem.as_deref(), Some("not_opened"));
        },
        expect![[r#"
            open
              keep marks: n1 read; pending: c1(read n1); toasted: n1
              withdraw n1
              open https://app.acme.example/c/1 None
              push c1(read n1)
              tray Calm None "Campanile: Nothing unread"
              wake 10:00:30
            no program took it
              open the Bell window None
        "#]],
    );
}
