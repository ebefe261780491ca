//! A way between desk and server that can fall silent, and that catches the tokens given on it: so it is known what must be found nowhere.

use std::{
    fs,
    io::{self, Read as _, Write as _},
    net::{Shutdown, TcpListener, TcpStream},
    path::Path,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
    thread,
};

use anyhow::{Context as _, Result, ensure};
use url::Url;

/// What stands before a token in the answer to a pairing.
const BEFORE: &str = "\"token\":\"";

/// What the tap answers in the server's place: all that it was asked, its headers too, between these words.
#[derive(Clone, Copy)]
pub struct Echo {
    /// Status and media type.
    pub head: (&'static str, &'static str),
    pub before: &'static str,
    pub after: &'static str,
}

/// A way to the server that remembers what came back on it.
pub struct Tap {
    port: u16,
    heard: Arc<Mutex<Vec<u8>>>,
    /// The desk's ends of all connections.
    ends: Arc<Mutex<Vec<TcpStream>>>,
    /// Connections of an earlier age pass nothing on.
    age: Arc<AtomicU32>,
    echo: Arc<Mutex<Option<Echo>>>,
}

impl Tap {
    /// Opens a way to the server that `link` names.
    pub fn on(link: &str) -> Result<Self> {
        let server = server_of(link)?;
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let tap = Self {
            port: listener.local_addr()?.port(),
            heard: Arc::default(),
            ends: Arc::default(),
            age: Arc::default(),
            echo: Arc::default(),
        };
        let (heard, ends, age) = (tap.heard.clone(), tap.ends.clone(), tap.age.clone());
        let echo = tap.echo.clone();
        let address = ("127.0.0.1", server.port().context("a port")?);
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let echoes = *echo.lock().unwrap_or_else(PoisonError::into_inner);
                if let Some(echoes) = echoes {
                    // Whoever hung up meanwhile comes again.
                    thread::spawn(move || echoes.answer(client));
                    continue;
                }
                let Ok(server) = TcpStream::connect(address) else {
                    continue;
                };
                let (Ok(asks), Ok(asked)) = (client.try_clone(), server.try_clone()) else {
                    continue;
                };
                if let Ok(end) = client.try_clone() {
                    ends.lock()
                        .unwrap_or_else(PoisonError::into_inner)
                        .push(end);
                }
                let (heard, age) = (heard.clone(), age.clone());
                let born = age.load(Ordering::Acquire);
                let lives = move || age.load(Ordering::Acquire) == born;
                thread::spawn({
                    let lives = lives.clone();
                    move || pass(asks, asked, lives, |_| {})
                });
                thread::spawn(move || {
                    pass(server, client, lives, |bytes| {
                        heard
                            .lock()
                            .unwrap_or_else(PoisonError::into_inner)
                            .extend(bytes);
                    });
                });
            }
        });
        Ok(tap)
    }

    /// Returns a link that leads through the tap.
    pub fn link(&self, link: &str) -> Result<String> {
        through(self.port, link)
    }

    /// Lets every connection that stands fall silent without a word, as one does over a sleep; others can be made.
    pub fn fall_silent(&self) {
        self.age.fetch_add(1, Ordering::AcqRel);
    }

    /// Ends every connection that stands, as a network does that breaks.
    pub fn cut(&self) {
        let mut ends = self.ends.lock().unwrap_or_else(PoisonError::into_inner);
        for end in ends.drain(..) {
            // One that has ended already is as good.
            let _ = end.shutdown(Shutdown::Both);
        }
    }

    /// Answers every connection that is made from now on in the server's place.
    pub fn echo(&self, echo: Echo) {
        *self.echo.lock().unwrap_or_else(PoisonError::into_inner) = Some(echo);
    }

    /// Returns every token that was given.
    pub fn tokens(&self) -> Vec<String> {
        let heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        let heard = String::from_utf8_lossy(&heard);
        heard
            .split(BEFORE)
            .skip(1)
            .filter_map(|rest| Some(rest.split_once('"')?.0.to_owned()))
            .collect()
    }
}

impl Echo {
    fn answer(self, mut client: TcpStream) -> Result<()> {
        let mut asked = [0; 8192];
        let read = client.read(&mut asked)?;
        let asked = serde_json::to_string(&String::from_utf8_lossy(&asked[..read]))?;
        let body = format!("{}{}{}", self.before, asked.trim_matches('"'), self.after);
        let (status, kind) = self.head;
        let length = body.len();
        write!(
            client,
            "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
        )?;
        Ok(client.shutdown(Shutdown::Write)?)
    }
}

fn pass(
    mut from: TcpStream,
    mut to: TcpStream,
    lives: impl Fn() -> bool,
    mut heard: impl FnMut(&[u8]),
) {
    let mut buffer = [0; 8192];
    while let Ok(read @ 1..) = from.read(&mut buffer) {
        if !lives() {
            // Whatever comes is swallowed, and neither end hears of an end.
            continue;
        }
        heard(&buffer[..read]);
        if to.write_all(&buffer[..read]).is_err() {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Both);
}

/// Returns a link that leads to the server of `link` by a port of this machine.
pub fn through(port: u16, link: &str) -> Result<String> {
    let mut server = server_of(link)?;
    ensure!(server.set_port(Some(port)).is_ok(), "a port");
    let mut led = Url::parse("campanile://pair")?;
    led.query_pairs_mut()
        .append_pair("server", server.as_str().trim_end_matches('/'))
        .append_pair("code", &parameter(link, "code")?);
    Ok(led.into())
}

fn server_of(link: &str) -> Result<Url> {
    Ok(Url::parse(&parameter(link, "server")?)?)
}

/// Returns a part of a pairing link.
pub fn parameter(link: &str, name: &str) -> Result<String> {
    let link = Url::parse(link)?;
    let mut pairs = link.query_pairs();
    let (_, value) = pairs.find(|(key, _)| key == name).context("a part")?;
    Ok(value.into_owned())
}

/// Fails where one of the secrets stands in a plain file below `folder`; returns how many files were read.
pub fn stands_in_no_file(folder: &Path, secrets: &[String]) -> Result<u32> {
    let mut files = 0;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        match entry.file_type()? {
            kind if kind.is_dir() => files += stands_in_no_file(&entry.path(), secrets)?,
            kind if kind.is_file() => {
                // A journal may go while it is looked at.
                let bytes = match fs::read(entry.path()) {
                    Err(gone) if gone.kind() == io::ErrorKind::NotFound => continue,
                    read => read?,
                };
                stands_not_in(&bytes, &entry.path().display().to_string(), secrets)?;
                files += 1;
            }
            _ => {}
        }
    }
    Ok(files)
}

/// Fails where one of the secrets stands in `bytes`, or enough of it to guess the rest.
pub fn stands_not_in(bytes: &[u8], place: &str, secrets: &[String]) -> Result<()> {
    for secret in secrets {
        let (telling, _) = secret.as_bytes().split_at(secret.len().min(20));
        let found = bytes.windows(telling.len()).any(|part| part == telling);
        ensure!(!found, "a secret stands in {place}");
    }
    Ok(())
}
