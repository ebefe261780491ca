//! Pairing links, strictly read, and what becomes of them.

use std::time::Duration;

use campanile_client::{
    message::PairingFault,
    sync::{PairingLink, Token, pair, sign_out},
};
use campanile_core::{
    change::Mark,
    ids::{ChangeId, EventId},
};
use campanile_protocol::{
    changes::{Deed, Push, PushedChange},
    pairing::{PairRequest, link},
    problem::Code,
};

use uuid::Uuid;

use crate::net::{Net, START, pass, settle, surroundings};

const AGENT: &str = "0193490f-7b21-7cc3-8c2a-3f0a1b2c3d4e";

fn answer() -> String {
    format!(
        r#"{{"token":"secret-token","device":"{AGENT}","agent":"{AGENT}","name":"Mira Oak","new_in_later_builds":1}}"#
    )
}

#[test]
fn a_link_is_read_or_refused() {
    let good = |text: &str| PairingLink::read(text).map(|link| link.server.to_string());
    let ok = |server: &str| Ok(server.to_owned());
    let table = [
        (
            "campanile://pair?server=https%3A%2F%2Fdesk.example.org&code=AbC-_1",
            ok("https://desk.example.org/"),
        ),
        (
            "campanile://pair?code=AbC&server=https://desk.example.org/base/",
            ok("https://desk.example.org/base/"),
        ),
        (
            "  campanile://pair/?server=https://desk.example.org:8443&code=A \n",
            ok("https://desk.example.org:8443/"),
        ),
        (
            "campanile://pair?server=http://127.0.0.1:8080&code=A",
            ok("http://127.0.0.1:8080/"),
        ),
        (
            "campanile://pair?server=http://[::1]:8080&code=A",
            ok("http://[::1]:8080/"),
        ),
        (
            "campanile://pair?server=http://localhost&code=A",
            ok("http://localhost/"),
        ),
        (
            "campanile://pair?server=http://desk.example.org&code=A",
            Err(PairingFault::Insecure),
        ),
        (
            "campanile://pair?server=http://10.0.0.1&code=A",
            Err(PairingFault::Insecure),
        ),
        (
            "campanile://pair?server=http://127.0.0.1.example.org&code=A",
            Err(PairingFault::Insecure),
        ),
        (
            "campanile://pair?server=http://localhost.example.org&code=A",
            Err(PairingFault::Insecure),
        ),
    ];
    for (text, expected) in table {
        assert_eq!(good(text), expected, "{text}");
    }
    let no_links = [
        "",
        "campanile://pair",
        "campanile://pair?",
        "campanile://open?server=https://a.example&code=A",
        "campanile:pair?server=https://a.example&code=A",
        "https://pair?server=https://a.example&code=A",
        "campanile://pairs?server=https://a.example&code=A",
        "campanile://pair?server=https://a.example",
        "campanile://pair?code=A",
        "campanile://pair?server=https://a.example&code=",
        "campanile://pair?server=https://a.example&code=A&code=B",
        "campanile://pair?server=https://a.example&server=https://b.example&code=A",
        "campanile://pair?server=https://a.example&code=A&then=quit",
        "campanile://pair?server=https://a.example&code=A%20B",
        "campanile://pair?server=https://a.example&code=../A",
        "campanile://pair?server=https://a.example%23x&code=A",
        "campanile://pair?server=https://a.example%3Fx&code=A",
        "campanile://pair?server=https://mira@a.example&code=A",
        "campanile://pair?server=https://mira:pw@a.example&code=A",
        "campanile://pair?server=https:%5C%5Ca.example&code=A",
        "campanile://pair?server=https://a%0A.example&code=A",
        "campanile://pair?server=javascript:alert(1)&code=A",
        "campanile://pair?server=file:///etc/passwd&code=A",
        "campanile://pair?server=a.example&code=A",
    ];
    for text in no_links {
        assert_eq!(good(text), Err(PairingFault::NotALink), "{text}");
    }
    let long = format!(
        "campanile://pair?server=https://a.example&code={}",
        "A".repeat(3_000)
    );
    assert_eq!(good(&long), Err(PairingFault::NotALink));
}

#[test]
fn a_link_that_the_server_writes_is_read_and_its_code_is_not_printed() {
    let read =
        PairingLink::read(&link("https://desk.example.org:8443/base", "canary")).expect("reads");
    assert_eq!(read.server.as_str(), "https://desk.example.org:8443/base");
    assert!(!format!("{read:?}").contains("canary"));
}

#[tokio::test(start_paused = true)]
async fn a_code_becomes_an_account_and_a_token() {
    let net = Net::new().await;
    let text = link(net.base().as_str(), "the-code");
    let surroundings = surroundings();
    let server = async {
        let request = net.accept().await;
        assert_eq!(
            (request.method.as_str(), request.path.as_str()),
            ("POST", "/v1/pair")
        );
        assert_eq!(request.header("authorization"), None);
        let asked: PairRequest = serde_json::from_slice(&request.body).expect("reads");
        assert_eq!(
            (asked.code.as_str(), asked.device_name.as_str()),
            ("the-code", "Mira's desk")
        );
        request.answer_json(&answer()).await;
    };
    let (paired, ()) = tokio::join!(pair(&text, "Mira's\n desk", &surroundings), server);
    let (account, token) = paired.expect("paired");
    assert_eq!(
        (account.name.as_str(), account.server.clone()),
        ("Mira Oak", net.base())
    );
    assert_eq!(
        account.id,
        format!("127.0.0.1_3A{}-{AGENT}", net.base().port().expect("a port"))
    );
    assert_eq!(token.reveal(), "secret-token");
    assert!(campanile_client::store::accounts::folder("data".as_ref(), &account.id).is_some());
}

#[tokio::test(start_paused = true)]
async fn a_code_that_is_not_taken_is_told_in_terms_of_what_to_do() {
    let problem = "Content-Type: application/problem+json\r\n";
    let spent = serde_json::to_string(&Code::PairingCode.because("ask for another"));
    let spent = spent.expect("writes");
    let unread = serde_json::to_string(&Code::BadRequest.because("no code"));
    let unread = unread.expect("writes");
    let full = serde_json::to_string(&Code::DesksFull.because("revoke one"));
    let full = full.expect("writes");
    let table = [
        ("404 Not Found", "", "", PairingFault::NoAnswer),
        ("404 Not Found", problem, &spent, PairingFault::Code),
        ("400 Bad Request", "", "", PairingFault::NoAnswer),
        ("400 Bad Request", problem, &unread, PairingFault::Code),
        ("429 Too Many", "", "", PairingFault::Busy),
        ("409 Conflict", problem, &full, PairingFault::DesksFull),
        ("500 Broken", "", "", PairingFault::NoAnswer),
        (
            "302 Found",
            "Location: https://login.example/\r\n",
            "",
            PairingFault::NoAnswer,
        ),
        (
            "200 OK",
            "Content-Type: text/html\r\n",
            "<form>",
            PairingFault::NoAnswer,
        ),
        (
            "200 OK",
            "Content-Type: application/json\r\n",
            "{}",
            PairingFault::NoAnswer,
        ),
        (
            "200 OK",
            "Content-Type: application/json\r\n",
            &answer().replace("secret-token", "a\\r\\nb"),
            PairingFault::NoAnswer,
        ),
    ];
    for (status, headers, body, fault) in table {
        let net = Net::new().await;
        let text = link(net.base().as_str(), "code");
        let surroundings = surroundings();
        let server = async { net.accept().await.answer(status, headers, body).await };
        let (paired, ()) = tokio::join!(pair(&text, "desk", &surroundings), server);
        assert_eq!(paired.expect_err("not paired"), fault, "{status} {body}");
    }
}

#[tokio::test(start_paused = true)]
async fn signing_out_takes_this_devices_token_back() {
    let net = Net::new().await;
    let (base, token, surroundings) = (
        net.base(),
        Token::new("t").expect("a token"),
        surroundings(),
    );
    let device = |id: u32, current: bool| {
        format!(
            r#"{{"id":"00000000-0000-0000-0000-00000000000{id}","name":"d","paired_at":"2026-11-21T08:30:00.000Z","seen_at":null,"current":{current}}}"#
        )
    };
    let server = async {
        let list = net.accept().await;
        assert_eq!(list.path, "/v1/devices");
        list.answer_json(&format!(
            r#"{{"devices":[{},{}]}}"#,
            device(1, false),
            device(2, true)
        ))
        .await;
        let delete = net.accept().await;
        assert_eq!(
            (delete.method.as_str(), delete.path.as_str()),
            ("DELETE", "/v1/devices/00000000-0000-0000-0000-000000000002")
        );
        delete.answer("204 No Content", "", "").await;
    };
    let (done, ()) = tokio::join!(sign_out(&base, &token, &[], &surroundings), server);
    assert!(done);
    let server = async { net.accept().await.answer_problem(Code::Unauthorized).await };
    let (done, ()) = tokio::join!(sign_out(&base, &token, &[], &surroundings), server);
    assert!(done, "it opens nothing already");
    let server = async { net.accept().await.answer("503 Unavailable", "", "").await };
    let (done, ()) = tokio::join!(sign_out(&base, &token, &[], &surroundings), server);
    assert!(!done);
}

#[tokio::test(start_paused = true)]
async fn what_the_server_has_yet_to_hear_is_told_before_the_token_is_taken_back() {
    let net = Net::new().await;
    let (base, token, surroundings) = (
        net.base(),
        Token::new("t").expect("a token"),
        surroundings(),
    );
    let pending = [1, 2].map(|number| PushedChange {
        id: ChangeId(Uuid::from_u128(number)),
        at: START,
        deed: Deed::Marked {
            ids: vec![EventId(Uuid::from_u128(number))],
            mark: Mark::Removed,
        },
    });
    let server = async {
        // One of two is refused: they are told one by one, and it holds up nothing.
        net.accept().await.answer_problem(Code::BadRequest).await;
        net.accept().await.answer_problem(Code::BadRequest).await;
        let told = net.accept().await;
        assert_eq!(
            (told.method.as_str(), told.path.as_str()),
            ("POST", "/v1/changes")
        );
        let push: Push = serde_json::from_slice(&told.body).expect("reads");
        assert_eq!(push.changes, pending[1..]);
        told.answer_json(r#"{"answers":[]}"#).await;
        assert_eq!(net.accept().await.path, "/v1/devices");
    };
    tokio::select! {
        _ = sign_out(&base, &token, &pending, &surroundings) => panic!("it takes nothing back"),
        () = server => {}
    }
    // A server that does not answer is not waited for without end.
    let deaf = async { net.accept_deaf().await };
    let (done, _deaf) = tokio::join!(
        async {
            let ended = sign_out(&base, &token, &pending, &surroundings);
            tokio::pin!(ended);
            loop {
                tokio::select! {
                    done = &mut ended => break done,
                    () = pass(Duration::from_secs(1)) => settle().await,
                }
            }
        },
        deaf
    );
    assert!(!done);
}
