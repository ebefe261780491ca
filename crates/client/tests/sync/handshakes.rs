//! Handshakes of old versions, and handshakes that come to no end: refused, told, and no byte of HTTP is sent (F20).

use std::{
    fs,
    io::{BufRead as _, BufReader},
    process::{Child, ChildStdout, Command, Stdio},
    time::Duration,
};

use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    task::spawn_blocking,
};
use tokio_rustls::{TlsAcceptor, rustls};
use url::Url;

use crate::{
    authority::{Authority, Place, here, trusting},
    net::{Desk, Still, pass, settle},
};

/// A server of OpenSSL's, which still speaks the versions that no library of ours does.
struct OpenSsl {
    process: Child,
    told: BufReader<ChildStdout>,
    port: u16,
    _folder: TempDir,
}

impl OpenSsl {
    /// Starts one that speaks this version alone.
    fn speaking(version: &str, authority: &Authority) -> Self {
        let folder = TempDir::new().expect("a folder");
        let (certificate, key) = authority.signs(here());
        let shown = folder.path().join("shown.pem");
        let both = format!("{}{}", certificate.pem(), key.serialize_pem());
        fs::write(&shown, both).expect("writes");
        let mut process = Command::new("openssl")
            // OpenSSL 3 counts these versions as none below its level 1.
            .args(["s_server", version, "-cipher", "ALL:@SECLEVEL=0"])
            .args(["-accept", "127.0.0.1:0", "-cert"])
            .arg(&shown)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("openssl");
        let mut told = BufReader::new(process.stdout.take().expect("a pipe"));
        let accepts = until(&mut told, "ACCEPT ").expect("it listens");
        let port = accepts.rsplit(':').next().expect("a port");
        Self {
            port: port.trim().parse().expect("a port"),
            process,
            told,
            _folder: folder,
        }
    }

    fn base(&self) -> Url {
        Url::parse(&format!("https://localhost:{}/", self.port)).expect("a URL")
    }

    /// Whether a client that takes any version comes to an agreement with it.
    fn agrees_with_openssl(&self) -> bool {
        Command::new("openssl")
            .args(["s_client", "-cipher", "ALL:@SECLEVEL=0", "-connect"])
            .arg(format!("127.0.0.1:{}", self.port))
            .stdin(Stdio::null())
            .output()
            .expect("openssl")
            .status
            .success()
    }

    /// Ends it: what it heard until then is all.
    fn end(&mut self) {
        self.process.kill().expect("ends");
        self.process.wait().expect("ends");
    }

    /// Whether a request is heard, or was heard before it ended.
    async fn hears_a_request(mut self) -> bool {
        let heard = move || until(&mut self.told, "GET /v1/stream").is_some();
        spawn_blocking(heard).await.expect("no panic")
    }
}

impl Drop for OpenSsl {
    fn drop(&mut self) {
        // It may have been ended before.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Reads on to a line that begins so; none where no line does.
fn until(told: &mut BufReader<ChildStdout>, start: &str) -> Option<String> {
    told.lines()
        .map_while(Result::ok)
        .find(|line| line.starts_with(start))
}

#[tokio::test(start_paused = true)]
async fn a_server_of_an_old_version_gets_no_byte_of_http_and_the_reason_is_told() {
    let authority = Authority::new();
    let file = authority.file();
    for (version, why) in [
        ("-tls1", Some("tls_weak")),
        ("-tls1_1", Some("tls_weak")),
        ("-tls1_2", None),
        ("-tls1_3", None),
    ] {
        let _still = Still::new();
        let mut server = OpenSsl::speaking(version, &authority);
        assert!(server.agrees_with_openssl(), "{version}");
        let mut desk = Desk::follow_with(server.base(), None, trusting(&file), 16);
        desk.next().await;
        if let Some(why) = why {
            assert_eq!(desk.offline().await.0, why, "{version}");
            server.end();
        }
        assert_eq!(server.hears_a_request().await, why.is_none(), "{version}");
    }
}

/// How a server leaves in the middle of a handshake.
#[derive(Clone, Copy, Debug)]
enum Left {
    Closed,
    /// By an alert that says so, before it said anything else.
    Notified,
    Reset,
    Silent,
}

/// How much of so many bytes is said.
type Part = fn(usize) -> usize;

/// Reads one record, and returns it with its head.
async fn record(stream: &mut TcpStream) -> Vec<u8> {
    let mut record = vec![0; 5];
    stream.read_exact(&mut record).await.expect("a head");
    let length = usize::from(u16::from_be_bytes([record[3], record[4]]));
    record.resize(5 + length, 0);
    stream.read_exact(&mut record[5..]).await.expect("a body");
    record
}

/// All that a server says to a greeting, until it is the client's turn again.
fn first_flight(acceptor: &TlsAcceptor, greeting: &[u8]) -> Vec<u8> {
    let config = acceptor.config().clone();
    let mut server = rustls::ServerConnection::new(config).expect("a server");
    server.read_tls(&mut &greeting[..]).expect("reads");
    server.process_new_packets().expect("a greeting");
    let mut flight = Vec::new();
    while server.wants_write() {
        server.write_tls(&mut flight).expect("writes");
    }
    flight
}

/// Says `said` of its first flight, leaves, and returns whether the desk sent anything that only both can read.
async fn left_amid_a_handshake(
    desk: &mut Desk,
    place: &Place,
    acceptor: &TlsAcceptor,
    said: Part,
    left: Left,
) -> (&'static str, bool) {
    const CLOSE_NOTIFY: [u8; 7] = [21, 3, 3, 0, 2, 1, 0];
    const APPLICATION_DATA: u8 = 23;
    let mut stream = place.accept().await;
    let greeting = record(&mut stream).await;
    let flight = first_flight(acceptor, &greeting);
    let said = &flight[..said(flight.len())];
    stream.write_all(said).await.expect("writes");
    match left {
        Left::Closed => stream.shutdown().await.expect("closes"),
        Left::Notified => {
            stream.write_all(&CLOSE_NOTIFY).await.expect("writes");
            stream.shutdown().await.expect("closes");
        }
        Left::Reset => {
            stream.set_zero_linger().expect("sets");
            drop(stream);
            return (desk.offline().await.0, false);
        }
        Left::Silent => {
            settle().await;
            pass(Duration::from_millis(14_990)).await;
            assert!(desk.is_silent().await, "it is waited for");
            pass(Duration::from_millis(10)).await;
        }
    }
    let why = desk.offline().await.0;
    let mut answered = Vec::new();
    // It may have hung up in its own way.
    let _ = stream.read_to_end(&mut answered).await;
    let mut rest = answered.as_slice();
    let mut secretly = false;
    while let [kind, _, _, high, low, ..] = *rest {
        secretly |= kind == APPLICATION_DATA;
        rest = &rest[5 + usize::from(u16::from_be_bytes([high, low]))..];
    }
    (why, secretly)
}

#[tokio::test(start_paused = true)]
async fn a_server_that_leaves_amid_the_handshake_gets_no_byte_of_http_and_is_tried_again() {
    let authority = Authority::new();
    let file = authority.file();
    let acceptor = authority.serves(here());
    let parts: [(&str, Part, &[Left]); 5] = [
        ("nothing", |_| 0, &[Left::Notified]),
        ("half a head", |_| 3, &[]),
        ("a head", |_| 5, &[]),
        ("half of it", |all| all / 2, &[]),
        ("all but a byte", |all| all - 1, &[]),
    ];
    for (what, said, besides) in parts {
        for left in [Left::Closed, Left::Reset, Left::Silent]
            .iter()
            .chain(besides)
        {
            let place = Place::new().await;
            let mut desk = Desk::follow_with(place.base(), None, trusting(&file), 16);
            desk.next().await;
            let told = left_amid_a_handshake(&mut desk, &place, &acceptor, said, *left).await;
            assert_eq!(told, ("no_answer", false), "{what}, {left:?}");
        }
    }
    // One who has said all of it is answered, and so the eye for it is not blind.
    let place = Place::new().await;
    let mut desk = Desk::follow_with(place.base(), None, trusting(&file), 16);
    desk.next().await;
    let told = left_amid_a_handshake(&mut desk, &place, &acceptor, |all| all, Left::Silent).await;
    assert_eq!(told, ("no_answer", true));
}
