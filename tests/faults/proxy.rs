//! A proxy of the network: CONNECT and SOCKS5, in good and bad manners.

use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicU32, Ordering::Relaxed},
};

use anyhow::{Result, bail, ensure};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _, copy_bidirectional},
    net::{TcpListener, TcpStream},
};

use crate::front::PAGE;

/// How it treats those who come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    /// It connects whoever asks by CONNECT.
    Connects,
    /// The same for those who show this as `Basic` (RFC 7617).
    Asks(&'static str),
    /// It answers with a page for people.
    Page,
    /// It has no way to the server.
    Refuses,
    /// It speaks SOCKS5 (RFC 1928).
    Socks,
}

/// The proxy: it remembers what it heard before a way was open.
pub struct Proxy {
    pub port: u16,
    manner: Manner,
    opened: AtomicU32,
    heard: Mutex<Vec<u8>>,
}

impl Proxy {
    pub async fn raise(manner: Manner) -> Result<Arc<Self>> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let proxy = Arc::new(Self {
            port: listener.local_addr()?.port(),
            manner,
            opened: AtomicU32::new(0),
            heard: Mutex::default(),
        });
        let standing = proxy.clone();
        tokio::spawn(async move {
            while let Ok((desk, _)) = listener.accept().await {
                let proxy = standing.clone();
                // However it ends, the desk comes again.
                tokio::spawn(async move { proxy.meet(desk).await });
            }
        });
        Ok(proxy)
    }

    /// Returns how many ways it has opened.
    pub fn opened(&self) -> u32 {
        self.opened.load(Relaxed)
    }

    /// Returns all that was told to it.
    pub fn heard(&self) -> Vec<u8> {
        let heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        heard.clone()
    }

    async fn meet(&self, mut desk: TcpStream) -> Result<()> {
        let to = match self.manner {
            Manner::Socks => self.socks(&mut desk).await?,
            _ => self.connect(&mut desk).await?,
        };
        let mut server = TcpStream::connect(to).await?;
        self.opened.fetch_add(1, Relaxed);
        copy_bidirectional(&mut desk, &mut server).await?;
        Ok(())
    }

    async fn connect(&self, desk: &mut TcpStream) -> Result<String> {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            ensure!(desk.read_buf(&mut head).await? > 0, "it hung up");
        }
        self.hear(&head);
        let head = String::from_utf8(head)?;
        let proof = |wanted: &str| head.contains(&format!("asic {wanted}\r\n"));
        let answer = match self.manner {
            Manner::Asks(wanted) if !proof(wanted) => {
                "HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"proxy\"\r\nContent-Length: 0\r\n\r\n"
            }
            Manner::Page => {
                let (head, page) = PAGE.split_at(PAGE.len() - 20);
                desk.write_all(head.as_bytes()).await?;
                // What follows is not what was asked for.
                desk.read_buf(&mut Vec::new()).await?;
                page
            }
            Manner::Refuses => "HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n",
            _ => {
                desk.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n")
                    .await?;
                let to = head.strip_prefix("CONNECT ").unwrap_or_default();
                return Ok(to.split(' ').next().unwrap_or_default().to_owned());
            }
        };
        desk.write_all(answer.as_bytes()).await?;
        bail!("refused")
    }

    async fn socks(&self, desk: &mut TcpStream) -> Result<String> {
        let mut greeting = [0; 2];
        desk.read_exact(&mut greeting).await?;
        let mut methods = vec![0; greeting[1].into()];
        desk.read_exact(&mut methods).await?;
        desk.write_all(&[5, 0]).await?;
        // CONNECT to an IPv4 address.
        let mut request = [0; 10];
        desk.read_exact(&mut request).await?;
        self.hear(&request);
        let [5, 1, 0, 1, a, b, c, d, high, low] = request else {
            bail!("{request:?}");
        };
        desk.write_all(&[5, 0, 0, 1, 0, 0, 0, 0, 0, 0]).await?;
        Ok(format!(
            "{a}.{b}.{c}.{d}:{}",
            u16::from_be_bytes([high, low])
        ))
    }

    fn hear(&self, bytes: &[u8]) {
        let mut heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        heard.extend(bytes);
    }
}
