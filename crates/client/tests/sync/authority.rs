//! An authority of the test's own, the certificates that it signs, and servers that show them.

use std::{fs, io::Write as _, process::Command, sync::Arc};

use campanile_client::sync::Surroundings;
use rcgen::{
    BasicConstraints, Certificate, CertificateParams, DnType, IsCa, Issuer, KeyPair, date_time_ymd,
};
use tempfile::{NamedTempFile, TempDir};
use tokio::{
    io::AsyncReadExt,
    net::{TcpListener, TcpStream},
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        self,
        pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    },
};
use url::Url;

use crate::net::{Still, is_called, surroundings};

/// An authority of our own.
pub struct Authority {
    params: CertificateParams,
    key: KeyPair,
}

impl Authority {
    pub fn new() -> Self {
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

    /// A file with its certificate alone.
    pub fn file(&self) -> NamedTempFile {
        let mut file = NamedTempFile::new().expect("a file");
        file.write_all(self.certificate().pem().as_bytes())
            .expect("writes");
        file
    }

    fn certificate(&self) -> Certificate {
        self.params.clone().self_signed(&self.key).expect("signs")
    }

    /// Signs a certificate for a key of its own.
    pub fn signs(&self, params: CertificateParams) -> (Certificate, KeyPair) {
        let key = KeyPair::generate().expect("a key");
        let issuer = Issuer::from_params(&self.params, &self.key);
        let certificate = params.signed_by(&key, &issuer).expect("signs");
        (certificate, key)
    }

    /// A server that shows a certificate of this authority.
    pub fn serves(&self, params: CertificateParams) -> TlsAcceptor {
        let (certificate, key) = self.signs(params);
        acceptor(vec![certificate.der().clone()], &key)
    }

    /// A server whose certificate is signed with `digest`, by OpenSSL: no library that ours is built on signs with SHA-1.
    pub fn serves_signed_with(&self, digest: &str) -> TlsAcceptor {
        let folder = TempDir::new().expect("a folder");
        let key = KeyPair::generate().expect("a key");
        let request = here().serialize_request(&key).expect("a request");
        for (name, pem) in [
            ("authority.pem", self.certificate().pem()),
            ("authority.key", self.key.serialize_pem()),
            ("request.pem", request.pem().expect("writes")),
        ] {
            fs::write(folder.path().join(name), pem).expect("writes");
        }
        let made = Command::new("openssl")
            .args(["x509", "-req", "-in", "request.pem", "-days", "9"])
            .args(["-CA", "authority.pem", "-CAkey", "authority.key"])
            .args(["-copy_extensions", "copy", "-set_serial", "7", digest])
            .current_dir(folder.path())
            .output()
            .expect("openssl");
        let told = String::from_utf8_lossy(&made.stderr);
        let certificate = CertificateDer::from_pem_slice(&made.stdout).expect(&told);
        acceptor(vec![certificate], &key)
    }
}

/// A server that shows these certificates, its own first.
pub fn acceptor(chain: Vec<CertificateDer<'static>>, key: &KeyPair) -> TlsAcceptor {
    let key = PrivateKeyDer::try_from(key.serialize_der()).expect("a key");
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .expect("a certificate");
    TlsAcceptor::from(Arc::new(config))
}

/// Good from 2020 to 2120, for these names.
pub fn valid(names: Vec<String>) -> CertificateParams {
    let mut params = CertificateParams::new(names).expect("names");
    params.not_before = date_time_ymd(2020, 1, 1);
    params.not_after = date_time_ymd(2120, 1, 1);
    params
}

/// Good for the place where the servers of these tests are.
pub fn here() -> CertificateParams {
    valid(vec!["localhost".to_owned()])
}

/// Where a server is called, while time stands still.
pub struct Place {
    listener: TcpListener,
    _still: Still,
}

impl Place {
    pub async fn new() -> Self {
        Self {
            listener: TcpListener::bind("127.0.0.1:0").await.expect("binds"),
            _still: Still::new(),
        }
    }

    pub fn port(&self) -> u16 {
        self.listener.local_addr().expect("bound").port()
    }

    pub fn base(&self) -> Url {
        Url::parse(&format!("https://localhost:{}/", self.port())).expect("a URL")
    }

    pub async fn accept(&self) -> TcpStream {
        self.listener.accept().await.expect("accepts").0
    }

    /// Whether somebody waits to be accepted.
    pub async fn is_called(&self) -> bool {
        is_called(&self.listener).await
    }

    /// Accepts, and says how many bytes of HTTP were sent.
    pub async fn told_in(&self, acceptor: &TlsAcceptor) -> usize {
        let stream = self.accept().await;
        let Ok(mut stream) = acceptor.accept(stream).await else {
            return 0;
        };
        stream.read(&mut [0; 1_024]).await.unwrap_or(0)
    }
}

/// A desk's surroundings with the authority in a file.
pub fn trusting(authority: &NamedTempFile) -> Surroundings {
    Surroundings {
        authorities: Some(authority.path().to_owned()),
        ..surroundings()
    }
}
