//! Servers that cannot prove who they are are refused, and the reason is told (F20).

use std::{io::Write as _, sync::Arc};

use campanile_client::{
    message::{Link, PairingFault},
    sync::{Surroundings, pair},
};
use campanile_protocol::pairing::link;
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, date_time_ymd};
use tempfile::NamedTempFile;
use tokio::{io::AsyncReadExt, net::TcpListener};
use tokio_rustls::{TlsAcceptor, rustls};
use url::Url;

use crate::net::{Desk, HELLO, STREAM_HEAD, Still, surroundings};

/// An authority of our own.
struct Authority {
    params: CertificateParams,
    key: KeyPair,
}

impl Authority {
    fn new() -> Self {
        let mut params = valid(Vec::new());
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params
            .distinguished_name
            .push(DnType::CommonName, "Authority of the test");
        Self {
            params,
            key: KeyPair::generate().expect("a key"),
        }
    }

    fn file(&self) -> NamedTempFile {
        let certificate = self.params.clone().self_signed(&self.key).expect("signs");
        let mut file = NamedTempFile::new().expect("a file");
        file.write_all(certificate.pem().as_bytes())
            .expect("writes");
        file
    }

    fn serves(&self, params: CertificateParams) -> TlsAcceptor {
        let key = KeyPair::generate().expect("a key");
        let issuer = Issuer::from_params(&self.params, &self.key);
        let certificate = params.signed_by(&key, &issuer).expect("signs");
        acceptor(certificate.der().clone(), &key)
    }
}

fn acceptor(certificate: rustls::pki_types::CertificateDer<'static>, key: &KeyPair) -> TlsAcceptor {
    let key = rustls::pki_types::PrivateKeyDer::try_from(key.serialize_der()).expect("a key");
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .expect("a certificate");
    TlsAcceptor::from(Arc::new(config))
}

/// Good from 2020 to 2120, for these names.
fn valid(names: Vec<String>) -> CertificateParams {
    let mut params = CertificateParams::new(names).expect("names");
    params.not_before = date_time_ymd(2020, 1, 1);
    params.not_after = date_time_ymd(2120, 1, 1);
    params
}

fn here() -> CertificateParams {
    valid(vec!["localhost".to_owned()])
}

struct Place {
    listener: TcpListener,
    _still: Still,
}

impl Place {
    async fn new() -> Self {
        Self {
            listener: TcpListener::bind("127.0.0.1:0").await.expect("binds"),
            _still: Still::new(),
        }
    }

    fn base(&self) -> Url {
        let port = self.listener.local_addr().expect("bound").port();
        Url::parse(&format!("https://localhost:{port}/")).expect("a URL")
    }

    /// Accepts, and says how many bytes of HTTP were sent.
    async fn told_in(&self, acceptor: &TlsAcceptor) -> usize {
        let (stream, _) = self.listener.accept().await.expect("accepts");
        let Ok(mut stream) = acceptor.accept(stream).await else {
            return 0;
        };
        stream.read(&mut [0; 1_024]).await.unwrap_or(0)
    }
}

fn trusting(authority: &NamedTempFile) -> Surroundings {
    Surroundings {
        authorities: Some(authority.path().to_owned()),
        ..surroundings()
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_of_an_authority_from_the_file_is_trusted() {
    let (authority, place) = (Authority::new(), Place::new().await);
    let file = authority.file();
    let acceptor = authority.serves(here());
    let mut desk = Desk::follow_with(place.base(), None, trusting(&file), 16);
    desk.next().await;
    let (stream, _) = place.listener.accept().await.expect("accepts");
    let mut stream = acceptor.accept(stream).await.expect("a handshake");
    assert!(stream.read(&mut [0; 1_024]).await.expect("reads") > 0);
    tokio::io::AsyncWriteExt::write_all(&mut stream, format!("{STREAM_HEAD}{HELLO}").as_bytes())
        .await
        .expect("writes");
    assert!(matches!(desk.link().await, Link::Connected { .. }));
}

#[tokio::test(start_paused = true)]
async fn a_server_that_cannot_prove_who_it_is_gets_no_byte_of_http_and_the_reason_is_told() {
    let authority = Authority::new();
    let file = authority.file();
    let (mut expired, mut early, mut no_name) = (here(), here(), valid(Vec::new()));
    expired.not_after = date_time_ymd(2021, 1, 1);
    early.not_before = date_time_ymd(2119, 1, 1);
    no_name
        .distinguished_name
        .push(DnType::CommonName, "localhost");
    let self_signed = {
        let key = KeyPair::generate().expect("a key");
        acceptor(here().self_signed(&key).expect("signs").der().clone(), &key)
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
async fn what_is_no_tls_is_told_so() {
    let authority = Authority::new();
    let file = authority.file();
    for bytes in [
        "HTTP/1.1 400 Bad Request\r\n\r\n",
        "\u{15}\u{3}\u{1}\0\u{2}\u{2}F",
    ] {
        let place = Place::new().await;
        let mut desk = Desk::follow_with(place.base(), None, trusting(&file), 16);
        desk.next().await;
        let (mut stream, _) = place.listener.accept().await.expect("accepts");
        tokio::io::AsyncWriteExt::write_all(&mut stream, bytes.as_bytes())
            .await
            .expect("writes");
        assert_eq!(desk.offline().await.0, "tls", "{bytes:?}");
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
