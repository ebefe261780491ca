//! A server of names (RFC 1035), in good and bad manners.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    sync::{Arc, Mutex, PoisonError},
};

use anyhow::{Context as _, Result};
use tokio::net::UdpSocket;

/// What it says to whoever asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Says {
    /// These addresses, for no longer than this answer.
    Addresses(Option<Ipv4Addr>, Option<Ipv6Addr>),
    /// There is no such name.
    NoSuchName,
    /// It has trouble of its own.
    Trouble,
    /// Nothing at all.
    Nothing,
}

const A: [u8; 2] = [0, 1];
const AAAA: [u8; 2] = [0, 28];
const HEAD_BYTES: usize = 12;

/// The server of names.
pub struct Names(Mutex<Says>);

impl Names {
    /// Answers at this address, to whatever name it is asked for.
    pub async fn raise(address: IpAddr) -> Result<Arc<Self>> {
        let socket = UdpSocket::bind((address, 53))
            .await
            .context("only root answers for names")?;
        let names = Arc::new(Self(Mutex::new(Says::Nothing)));
        let standing = names.clone();
        tokio::spawn(async move {
            let mut question = [0; 512];
            while let Ok((read, from)) = socket.recv_from(&mut question).await {
                let answer = answer(&question[..read], standing.says());
                if let Some(answer) = answer {
                    // Whoever does not wait any more asks again.
                    let _ = socket.send_to(&answer, from).await;
                }
            }
        });
        Ok(names)
    }

    pub fn say(&self, says: Says) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = says;
    }

    fn says(&self) -> Says {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Returns the answer to a question; none where there is none.
fn answer(question: &[u8], says: Says) -> Option<Vec<u8>> {
    let name = question.get(HEAD_BYTES..)?;
    let name_bytes = name.iter().position(|length| *length == 0)? + 1;
    let kind: [u8; 2] = name.get(name_bytes..name_bytes + 2)?.try_into().ok()?;
    let asked = question.get(..HEAD_BYTES + name_bytes + 4)?;
    let (code, record) = match says {
        Says::Addresses(v4, v6) => {
            let v4 = v4.filter(|_| kind == A).map(|v4| v4.octets().to_vec());
            let v6 = v6.filter(|_| kind == AAAA).map(|v6| v6.octets().to_vec());
            (0, v4.or(v6))
        }
        Says::NoSuchName => (3, None),
        Says::Trouble => (2, None),
        Says::Nothing => return None,
    };
    let mut answer = asked.to_vec();
    // An answer, with recursion; one question, and one record or none.
    answer[2..HEAD_BYTES].copy_from_slice(&[
        0x81,
        0x80 | code,
        0,
        1,
        0,
        u8::from(record.is_some()),
        0,
        0,
        0,
        0,
    ]);
    if let Some(record) = record {
        // The name as asked, the kind, the Internet, good for no second.
        answer.extend([0xc0, HEAD_BYTES as u8]);
        answer.extend(kind);
        answer.extend([0, 1, 0, 0, 0, 0, 0, record.len() as u8]);
        answer.extend(record);
    }
    Some(answer)
}
