//! Servers that cannot prove who they are are refused, and the reason is told (F20).

use std::io::Write as _;

use campanile_client::{
    message::{Link, PairingFault},
    sync::{Surroundings, pair},
};
use campanile_protocol::pairing::link;
use rcgen::{DnType, ExtendedKeyUsagePurpose, KeyPair, date_time_ymd};
use tempfile::NamedTempFile;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use url::Url;

use crate::{
    authority::{Authority, Place, acceptor, here, trusting, valid},
    net::{Desk, HELLO, STREAM_HEAD, surroundings},
};

#[tokio::test(start_paused = true)]
async fn a_server_of_an_authority_from_the_file_is_trusted() {
    let authority = Authority::new();
    let file = authority.file();
    for acceptor in [
        authority.serves(here()),
        authority.serves_signed_with("-sha256"),
    ] {
        let place = Place::new().await;
        let mut desk = Desk::follow_with(place.base(), None, trusting(&file), 16);
        desk.next().await;
        let mut stream = acceptor
            .accept(place.accept().await)
            .await
            .expect("a handshake");
        assert!(stream.read(&mut [0; 1_024]).await.expect("reads") > 0);
        stream
            .write_all(format!("{STREAM_HEAD}{HELLO}").as_bytes())
            .await
            .expect("writes");
        assert!(matches!(desk.link().await, Link::Connected { .. }));
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_that_cannot_prove_who_it_is_gets_no_byte_of_http_and_the_reason_is_told() {
    let authority = Authority::new();
    let file = authority.file();
    let (mut expired, mut early, mut no_name) = (here(), here(), valid(Vec::new()));
    let mut of_a_client = here();
    of_a_client.insert_extended_key_usage(ExtendedKeyUsagePurpose::ClientAuth);
    expired.not_after = date_time_ymd(2021, 1, 1);
    early.not_before = date_time_ymd(2119, 1, 1);
    no_name
        .distinguished_name
        .push(DnType::CommonName, "localhost");
    let self_signed = {
        let key = KeyPair::generate().expect("a key");
        let certificate = here().self_signed(&key).expect("signs");
        acceptor(vec![certificate.der().clone()], &key)
    };
    let chain_of = |length: usize| {
        let (certificate, key) = Authority::new().signs(here());
        acceptor(vec![certificate.der().clone(); length], &key)
    };
    let table = [
        ("expired", authority.serves(expired), "tls_expired"),
        ("not yet valid", authority.serves(early), "tls_expired"),
        (
            "another host",
            authority.serves(valid(vec!["desk.example.org".to_owned()])),
            "tls_host",
        ),
        (
            "a name in the subject only",
            authority.serves(no_name),
            "tls_host",
        ),
        (
            "another authority",
            Authority::new().serves(here()),
            "tls_unknown_authority",
        ),
        ("signed by itself", self_signed, "tls_unknown_authority"),
        (
            "signed with SHA-1",
            authority.serves_signed_with("-sha1"),
            "tls_weak",
        ),
        (
            "of a client, not a server",
            authority.serves(of_a_client),
            "tls",
        ),
        (
            "a hundred, none of them known",
            chain_of(100),
            "tls_unknown_authority",
        ),
        ("a chain of twelve megabytes", chain_of(30_000), "tls"),
    ];
    for (what, acceptor, why) in table {
        let place = Place::new().await;
        let mut desk = Desk::follow_with(place.base(), None, trusting(&file), 16);
        desk.next().await;
        assert_eq!(place.told_in(&acceptor).await, 0, "{what}");
        assert_eq!(desk.offline().await.0, why, "{what}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_no_tls_or_says_no_to_ours_is_told_so() {
    let authority = Authority::new();
    let file = authority.file();
    for (bytes, why) in [
        ("HTTP/1.1 400 Bad Request\r\n\r\n", "tls"),
        // Alerts: a handshake that fails, and a version that the server does not speak.
        ("\u{15}\u{3}\u{1}\0\u{2}\u{2}(", "tls"),
        ("\u{15}\u{3}\u{1}\0\u{2}\u{2}F", "tls_weak"),
    ] {
        let place = Place::new().await;
        let mut desk = Desk::follow_with(place.base(), None, trusting(&file), 16);
        desk.next().await;
        let mut stream = place.accept().await;
        stream.write_all(bytes.as_bytes()).await.expect("writes");
        assert_eq!(desk.offline().await.0, why, "{bytes:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_file_of_authorities_that_cannot_be_read_is_told_and_nobody_is_called() {
    let mut words = NamedTempFile::new().expect("a file");
    words.write_all(b"no certificate").expect("writes");
    for file in [words.path(), "/nowhere/at/all.pem".as_ref()] {
        let around = Surroundings {
            authorities: Some(file.to_owned()),
            ..surroundings()
        };
        let mut desk = Desk::follow_with(
            Url::parse("https://localhost:1/").expect("a URL"),
            None,
            around,
            16,
        );
        desk.next().await;
        assert_eq!(desk.offline().await.0, "authorities");
    }
}

#[tokio::test(start_paused = true)]
async fn nobody_is_paired_with_a_server_that_cannot_prove_who_it_is() {
    let (authority, place) = (Authority::new(), Place::new().await);
    let file = authority.file();
    let acceptor = Authority::new().serves(here());
    let (text, around) = (link(place.base().as_str(), "code"), trusting(&file));
    let (paired, told) = tokio::join!(pair(&text, "desk", &around), place.told_in(&acceptor));
    assert_eq!(
        (paired.expect_err("not paired"), told),
        (PairingFault::Untrusted, 0)
    );
}
