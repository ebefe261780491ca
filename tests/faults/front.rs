//! What stands before the server and speaks TLS: as it should, or as the network of a hotel.

use std::{
    io::Write as _,
    net::{IpAddr, Ipv4Addr},
    process::{self, Command},
    sync::{Arc, Mutex, PoisonError},
};

use anyhow::{Context as _, Result};
use campanile_tests::stage::run;
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, date_time_ymd};
use tempfile::NamedTempFile;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _, copy_bidirectional},
    net::{TcpListener, TcpStream},
    sync::Notify,
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{ServerConfig, crypto::aws_lc_rs, pki_types::PrivateKeyDer},
};

/// What a desk meets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Face {
    /// The server.
    Server,
    /// A page for people.
    Page,
    /// A way to the page of a sign-in.
    Moved,
    /// Somebody who claims to be the server.
    Forger,
}

/// An address of this machine that is none of its loopback, as a desk hands no loopback to a proxy. Dropped, it is gone.
pub struct Address(Ipv4Addr);

impl Address {
    /// Takes one of the network that is kept for tests of networks (RFC 2544), another for each process.
    pub fn take() -> Result<Self> {
        let [.., high, low] = process::id().to_be_bytes();
        let address = Self(Ipv4Addr::new(198, 18, high, low));
        address
            .change("add")
            .context("only root has addresses to give")?;
        Ok(address)
    }

    pub fn ip(&self) -> IpAddr {
        self.0.into()
    }

    fn change(&self, what: &str) -> Result<()> {
        let address = format!("{}/32", self.0);
        let mut ip = Command::new("ip");
        run(ip.args(["address", what, &address, "dev", "lo"])).map(drop)
    }
}

impl Drop for Address {
    fn drop(&mut self) {
        let _ = self.change("del");
    }
}

/// The front: it passes on what it is told to, and remembers what it heard in the clear.
pub struct Front {
    pub port: u16,
    authorities: NamedTempFile,
    face: Mutex<Face>,
    heard: Mutex<Vec<u8>>,
    met: Mutex<Option<IpAddr>>,
    hung_up: Notify,
}

impl Front {
    /// Stands at these addresses under these names, before the server at `server`.
    pub async fn raise(
        addresses: &[IpAddr],
        names: Vec<String>,
        server: String,
    ) -> Result<Arc<Self>> {
        let authority = Authority::new()?;
        let good = authority.serves(names.clone())?;
        let forged = Authority::new()?.serves(names)?;
        let mut port = 0;
        let mut listeners = Vec::new();
        for address in addresses {
            let listener = TcpListener::bind((*address, port)).await?;
            port = listener.local_addr()?.port();
            listeners.push(listener);
        }
        let front = Arc::new(Self {
            port,
            authorities: authority.file()?,
            face: Mutex::new(Face::Server),
            heard: Mutex::default(),
            met: Mutex::default(),
            hung_up: Notify::new(),
        });
        for listener in listeners {
            let (good, forged) = (good.clone(), forged.clone());
            tokio::spawn(front.clone().stand(listener, good, forged, server.clone()));
        }
        Ok(front)
    }

    async fn stand(
        self: Arc<Self>,
        listener: TcpListener,
        good: TlsAcceptor,
        forged: TlsAcceptor,
        server: String,
    ) {
        while let Ok((desk, _)) = listener.accept().await {
            let face = *lock(&self.face);
            let acceptor = match face {
                Face::Forger => forged.clone(),
                _ => good.clone(),
            };
            *lock(&self.met) = desk.local_addr().ok().map(|address| address.ip());
            let (front, server) = (self.clone(), server.clone());
            tokio::spawn(async move {
                tokio::select! {
                    // However it ends, the desk comes again.
                    _ = front.meet(desk, &acceptor, face, server) => {}
                    () = front.hung_up.notified() => {}
                }
            });
        }
    }

    async fn meet(
        &self,
        desk: TcpStream,
        acceptor: &TlsAcceptor,
        face: Face,
        server: String,
    ) -> Result<()> {
        let mut desk = acceptor.accept(desk).await?;
        let mut head = vec![0; 8 * 1024];
        let read = desk.read(&mut head).await?;
        lock(&self.heard).extend(&head[..read]);
        let answer = match face {
            Face::Server | Face::Forger => {
                let mut server = TcpStream::connect(server).await?;
                server.write_all(&head[..read]).await?;
                copy_bidirectional(&mut desk, &mut server).await?;
                return Ok(());
            }
            Face::Page => PAGE.to_owned(),
            Face::Moved => MOVED.to_owned(),
        };
        desk.write_all(answer.as_bytes()).await?;
        Ok(desk.shutdown().await?)
    }

    pub fn show(&self, face: Face) {
        *lock(&self.face) = face;
    }

    /// Ends every connection, and forgets where they came.
    pub fn hang_up(&self) {
        *lock(&self.met) = None;
        self.hung_up.notify_waiters();
    }

    /// Returns at which address it was called last; none where it was not since it hung up.
    pub fn met(&self) -> Option<IpAddr> {
        *lock(&self.met)
    }

    /// Returns what came since it was last asked.
    pub fn heard(&self) -> Vec<u8> {
        std::mem::take(&mut *lock(&self.heard))
    }

    /// Returns the file with the authority that vouches for it.
    pub fn authorities(&self) -> &std::path::Path {
        self.authorities.path()
    }
}

/// A page as a hotel shows it.
pub const PAGE: &str = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 20\r\nConnection: close\r\n\r\n<h1>Sign in here</h1";

const MOVED: &str = "HTTP/1.1 302 Found\r\nLocation: http://portal.example/login\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

struct Authority {
    params: CertificateParams,
    key: KeyPair,
}

impl Authority {
    fn new() -> Result<Self> {
        let mut params = valid(Vec::new())?;
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate()?;
        Ok(Self { params, key })
    }

    fn file(&self) -> Result<NamedTempFile> {
        let mut file = NamedTempFile::new()?;
        let certificate = self.params.clone().self_signed(&self.key)?;
        file.write_all(certificate.pem().as_bytes())?;
        Ok(file)
    }

    fn serves(&self, names: Vec<String>) -> Result<TlsAcceptor> {
        let key = KeyPair::generate()?;
        let issuer = Issuer::from_params(&self.params, &self.key);
        let certificate = valid(names)?.signed_by(&key, &issuer)?;
        let secret = PrivateKeyDer::try_from(key.serialize_der())
            .ok()
            .context("a key")?;
        let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], secret)?;
        Ok(TlsAcceptor::from(Arc::new(config)))
    }
}

/// Good from 2020 to 2120, for these names.
fn valid(names: Vec<String>) -> Result<CertificateParams> {
    let mut params = CertificateParams::new(names)?;
    params.not_before = date_time_ymd(2020, 1, 1);
    params.not_after = date_time_ymd(2120, 1, 1);
    Ok(params)
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
