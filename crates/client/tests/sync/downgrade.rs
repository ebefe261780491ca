//! From a safe connection nobody is led to one that is not (S9).

use campanile_client::{
    message::{Link, PairingFault},
    sync::pair,
};
use campanile_protocol::pairing::link;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio_rustls::TlsAcceptor;

use crate::{
    authority::{Authority, Place, here, trusting},
    net::{Desk, Net, TOKEN},
};

/// Answers a request with the way elsewhere; returns what was asked.
async fn lead(place: &Place, acceptor: &TlsAcceptor, status: &str, to: &str) -> String {
    let stream = place.accept().await;
    let mut stream = acceptor.accept(stream).await.expect("a handshake");
    let mut asked = vec![0; 4_096];
    let read = stream.read(&mut asked).await.expect("reads");
    let answer = format!(
        "HTTP/1.1 {status}\r\nLocation: {to}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    );
    stream.write_all(answer.as_bytes()).await.expect("writes");
    stream.shutdown().await.expect("closes");
    String::from_utf8_lossy(&asked[..read]).into_owned()
}

const STATUSES: [&str; 5] = [
    "301 Moved",
    "302 Found",
    "303 See Other",
    "307 Temporary",
    "308 Permanent",
];

#[tokio::test(start_paused = true)]
async fn a_redirect_to_plain_http_is_not_followed_and_told() {
    let authority = Authority::new();
    let file = authority.file();
    let acceptor = authority.serves(here());
    for status in STATUSES {
        let (place, plain) = (Place::new().await, Net::new().await);
        let of_this_name = format!("http://localhost:{}/", plain.base().port().expect("one"));
        let of_this_port = format!("http://localhost:{}/v1/stream", place.port());
        for to in [plain.base().as_str(), &of_this_name, &of_this_port] {
            let mut desk = Desk::follow_with(place.base(), None, trusting(&file), 16);
            assert_eq!(desk.link().await, Link::Connecting);
            let asked = lead(&place, &acceptor, status, to).await;
            assert!(asked.contains(TOKEN), "{asked}");
            assert_eq!(desk.offline().await.0, "portal", "{status} to {to}");
            assert!(!plain.is_called().await, "{status} to {to}");
            assert!(!place.is_called().await, "{status} to {to}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_pairing_that_is_led_to_plain_http_keeps_its_code_to_itself() {
    let authority = Authority::new();
    let file = authority.file();
    let acceptor = authority.serves(here());
    for status in STATUSES {
        let (place, plain) = (Place::new().await, Net::new().await);
        let (text, around) = (link(place.base().as_str(), "code"), trusting(&file));
        let to = plain.base();
        let (paired, asked) = tokio::join!(
            pair(&text, "desk", &around),
            lead(&place, &acceptor, status, to.as_str())
        );
        assert!(asked.starts_with("POST /v1/pair "), "{asked}");
        assert_eq!(paired.expect_err("not paired"), PairingFault::NoAnswer);
        assert!(!plain.is_called().await, "{status}");
    }
}
