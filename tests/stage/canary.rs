//! An address that nobody may call.

use std::{
    io::{BufRead as _, BufReader},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{Arc, Mutex, PoisonError, mpsc},
    thread,
};

use anyhow::{Context as _, Result};

use super::PATIENCE;

pub struct Canary {
    place: SocketAddr,
    called: mpsc::Receiver<Call>,
}

/// Who called, and what was asked as far as it was heard.
type Call = (SocketAddr, Arc<Mutex<String>>);

impl Canary {
    pub fn new() -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let place = listener.local_addr()?;
        let (calls, called) = mpsc::channel();
        thread::spawn(move || {
            // Whoever only looks whether somebody is there has called, too.
            while let Ok((call, who)) = listener.accept() {
                let heard = Arc::<Mutex<String>>::default();
                let asked = Arc::clone(&heard);
                thread::spawn(move || {
                    let mut line = String::new();
                    let _ = BufReader::new(call).read_line(&mut line);
                    *asked.lock().unwrap_or_else(PoisonError::into_inner) = line;
                });
                if calls.send((who, heard)).is_err() {
                    return;
                }
            }
        });
        Ok(Self { place, called })
    }

    /// Returns the address, with a slash at its end.
    pub fn address(&self) -> String {
        format!("http://{}/", self.place)
    }

    /// Returns what was asked for since it was last asked: all that came before this very call, which is taken last.
    pub fn calls(&self) -> Result<Vec<String>> {
        let own = TcpStream::connect(self.place)?.local_addr()?;
        let mut calls = Vec::new();
        loop {
            let call = self.called.recv_timeout(PATIENCE);
            let (who, asked) = call.context("the canary hears nothing")?;
            if who == own {
                return Ok(calls);
            }
            let asked = asked.lock().unwrap_or_else(PoisonError::into_inner);
            calls.push(format!("{who} asked {asked:?}"));
        }
    }
}
