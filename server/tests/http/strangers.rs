//! What somebody who has proven nothing can cost: no memory, and a connection only for a moment.

use std::time::Duration;

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::{Instant, timeout},
};

use crate::stage::Stage;

/// The test's own patience. It passes only where the server does not do what it should.
const IN_VAIN: Duration = Duration::from_secs(20);

async fn connect(stage: &Stage) -> TcpStream {
    TcpStream::connect(stage.server().address).await.unwrap()
}

async fn send(stream: &mut TcpStream, bytes: &str) {
    stream.write_all(bytes.as_bytes()).await.unwrap();
}

/// Reads up to the end of a head and returns its first line; nothing if the server closes instead.
async fn first_line(stream: &mut TcpStream) -> String {
    let mut told = Vec::new();
    while !told.windows(4).any(|four| four == b"\r\n\r\n") {
        let read = timeout(IN_VAIN, stream.read_buf(&mut told)).await;
        if read.expect("an answer").unwrap_or(0) == 0 {
            break;
        }
    }
    let told = String::from_utf8(told).unwrap();
    told.lines().next().unwrap_or_default().to_owned()
}

fn head(method_and_path: &str, headers: &str) -> String {
    format!(
        "{method_and_path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 1000000\r\n{headers}\r\n"
    )
}

#[tokio::test]
async fn a_stranger_is_refused_before_its_body_is_read() {
    let stage = Stage::new().await;
    let shop = stage.team("shop", &["mira"]).await;
    let bank = stage.team("bank", &["mira"]).await;
    stage.desk("mira").await;
    let bearer = |token: &str| format!("Authorization: Bearer {token}\r\n");
    let signature = "webhook-signature: v1,AAAA\r\n";
    let ingest = "POST /v1/ingest/shop";
    let table = [
        (
            "a source that is none",
            "POST /v1/ingest/nobody",
            bearer(shop.token()),
        ),
        ("nothing", ingest, String::new()),
        ("a wrong token", ingest, bearer("wrong")),
        ("another's token", ingest, bearer(bank.token())),
        ("a signature without id and time", ingest, signature.into()),
        (
            "a signature without a time",
            ingest,
            format!("{signature}webhook-id: a\r\n"),
        ),
        (
            "a time that is none",
            ingest,
            format!("{signature}webhook-id: a\r\nwebhook-timestamp: now\r\n"),
        ),
        (
            "two signatures' headers",
            ingest,
            format!("{signature}{signature}webhook-id: a\r\nwebhook-timestamp: 1\r\n"),
        ),
        ("a directory of nobody", "PUT /v1/roster", bearer("wrong")),
        (
            "a directory that is signed for nobody",
            "PUT /v1/roster",
            format!(
                "campanile-source: nobody\r\n{signature}webhook-id: a\r\nwebhook-timestamp: 1\r\n"
            ),
        ),
        ("a desk that is none", "POST /v1/changes", bearer("wrong")),
    ];
    for (who, path, headers) in table {
        let mut stream = connect(&stage).await;
        send(&mut stream, &head(path, &headers)).await;
        assert_eq!(
            first_line(&mut stream).await,
            "HTTP/1.1 401 Unauthorized",
            "{who}"
        );
    }
}

#[tokio::test]
async fn a_stranger_that_sends_its_whole_body_hears_the_answer() {
    let stage = Stage::new().await;
    stage.team("shop", &["mira"]).await;
    let mut stream = connect(&stage).await;
    send(&mut stream, &head("POST /v1/ingest/shop", "")).await;
    send(&mut stream, &" ".repeat(1_000_000)).await;
    assert_eq!(first_line(&mut stream).await, "HTTP/1.1 401 Unauthorized");
}

#[tokio::test]
async fn a_head_that_comes_too_slowly_is_cut() {
    let stage = Stage::new().await;
    let mut stream = connect(&stage).await;
    send(&mut stream, "GET /healthz HTTP/1.1\r\nHost: local").await;
    tokio::time::pause();
    let began = Instant::now();
    let mut told = Vec::new();
    let _ = stream.read_to_end(&mut told).await;
    assert!(
        began.elapsed() <= Duration::from_secs(15),
        "{:?}",
        began.elapsed()
    );
}

#[tokio::test]
async fn a_body_that_comes_too_slowly_is_cut() {
    let stage = Stage::new().await;
    let shop = stage.team("shop", &["mira"]).await;
    let mut stream = connect(&stage).await;
    let headers = format!(
        "Authorization: Bearer {}\r\nExpect: 100-continue\r\n",
        shop.token()
    );
    send(&mut stream, &head("POST /v1/ingest/shop", &headers)).await;
    assert_eq!(first_line(&mut stream).await, "HTTP/1.1 100 Continue");
    send(&mut stream, "{\"id\":").await;
    tokio::time::pause();
    let began = Instant::now();
    let mut told = Vec::new();
    let _ = stream.read_to_end(&mut told).await;
    assert!(
        began.elapsed() <= Duration::from_secs(35),
        "{:?}",
        began.elapsed()
    );
    assert!(
        told.starts_with(b"HTTP/1.1 400"),
        "{}",
        String::from_utf8_lossy(&told)
    );
}

#[tokio::test]
async fn one_connection_too_many_is_closed_and_a_free_place_is_taken_again() {
    let stage = Stage::with(|config| config.connections.most = 2).await;
    let ask = async |stream: &mut TcpStream| {
        // A socket that was closed already may say so here.
        let request = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n";
        let _ = stream.write_all(request).await;
        first_line(stream).await
    };
    let (mut one, mut two) = (connect(&stage).await, connect(&stage).await);
    for stream in [&mut one, &mut two] {
        assert_eq!(ask(stream).await, "HTTP/1.1 200 OK");
    }
    assert_eq!(ask(&mut connect(&stage).await).await, "");
    drop(one);
    // The server hears of the end in its own time.
    while ask(&mut connect(&stage).await).await.is_empty() {}
}

#[tokio::test]
async fn no_other_protocol_is_spoken() {
    let stage = Stage::new().await;
    for (greeting, answer) in [
        // HTTP/2 has floods of its own.
        ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", ""),
        (
            "GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n\r\n",
            "HTTP/1.1 200 OK",
        ),
        ("SSH-2.0-OpenSSH_9.2\r\n\r\n", "HTTP/1.1 400 Bad Request"),
    ] {
        let mut stream = connect(&stage).await;
        send(&mut stream, greeting).await;
        assert_eq!(first_line(&mut stream).await, answer, "{greeting}");
    }
}
