//! An address that nobody may call.

use std::{
    io::{BufRead as _, BufReader},
    net::TcpListener,
    sync::{Arc, Mutex, PoisonError},
    thread,
};

use anyhow::Result;

pub struct Canary {
    address: String,
    called: Arc<Mutex<Vec<String>>>,
}

impl Canary {
    pub fn new() -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = format!("http://{}/", listener.local_addr()?);
        let called = Arc::<Mutex<Vec<String>>>::default();
        let calls = Arc::clone(&called);
        thread::spawn(move || {
            for call in listener.incoming().flatten() {
                let mut asked = String::new();
                // Whoever only looks whether somebody is there has called, too.
                let _ = BufReader::new(call).read_line(&mut asked);
                calls
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .push(asked);
            }
        });
        Ok(Self { address, called })
    }

    /// Returns the address, with a slash at its end.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Returns what was asked for so far.
    pub fn calls(&self) -> Vec<String> {
        let called = self.called.lock().unwrap_or_else(PoisonError::into_inner);
        called.clone()
    }
}
