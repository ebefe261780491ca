//! As much of HTTP/1.1 as a source and a desk speak: requests over one connection that stays open.

use std::{
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpStream},
};

use anyhow::{Context as _, Result, bail};

/// A request that is ready to be sent.
pub struct Request {
    /// Such as `POST /v1/ingest/bench`.
    pub line: String,
    /// The bearer token; none where it is empty.
    pub token: String,
    /// The body; a request without one is a `GET`.
    pub body: String,
}

impl Request {
    /// Returns a `GET` without a token.
    pub fn get(path: &str) -> Self {
        Self {
            line: format!("GET {path}"),
            token: String::new(),
            body: String::new(),
        }
    }

    /// Returns the bytes for the wire.
    pub fn bytes(&self) -> Vec<u8> {
        let Self { line, token, body } = self;
        let mut text = format!("{line} HTTP/1.1\r\nHost: 127.0.0.1\r\n");
        if !token.is_empty() {
            text += &format!("Authorization: Bearer {token}\r\n");
        }
        if !body.is_empty() {
            let length = body.len();
            text += &format!("Content-Type: application/json\r\nContent-Length: {length}\r\n");
        }
        text += "\r\n";
        text += body;
        text.into_bytes()
    }
}

/// A connection on which one request follows the answer to the one before.
pub struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    /// Connects.
    pub fn open(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            buffer: Vec::new(),
        })
    }

    /// Sends a request, and returns the body of the answer; one that is no success is an error.
    pub fn ask(&mut self, request: &Request) -> Result<String> {
        self.stream.write_all(&request.bytes())?;
        let body_at = loop {
            if let Some(at) = find(&self.buffer, b"\r\n\r\n") {
                break at + 4;
            }
            self.read()?;
        };
        let head = String::from_utf8_lossy(&self.buffer[..body_at]).to_ascii_lowercase();
        let length: usize = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length:"))
            .and_then(|length| length.trim().parse().ok())
            .context("the answer has no length")?;
        while self.buffer.len() < body_at + length {
            self.read()?;
        }
        let answer: Vec<u8> = self
            .buffer
            .drain(..body_at + length)
            .skip(body_at)
            .collect();
        let answer = String::from_utf8_lossy(&answer).into_owned();
        if !head.starts_with("http/1.1 2") {
            bail!("{} was answered: {answer}", request.line);
        }
        Ok(answer)
    }

    fn read(&mut self) -> Result<()> {
        let mut bytes = [0; 16 * 1024];
        let read = self.stream.read(&mut bytes)?;
        if read == 0 {
            bail!("the server closed the connection");
        }
        self.buffer.extend_from_slice(&bytes[..read]);
        Ok(())
    }
}

/// Returns where `wanted` stands first.
pub fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes
        .windows(wanted.len())
        .position(|window| window == wanted)
}
