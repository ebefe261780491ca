//! A stream as a desk reads it, frame by frame.

use campanile_core::change::Entry;
use campanile_protocol::{frame::Frame, snapshot::Snapshot};

/// A frame as it came.
#[derive(Debug)]
pub struct Heard {
    pub id: Option<String>,
    pub frame: Frame,
}

pub struct Stream {
    answer: reqwest::Response,
    text: String,
}

impl Stream {
    /// Opens a stream by a request for one.
    pub async fn of(request: reqwest::RequestBuilder) -> Self {
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.headers()["content-type"], "text/event-stream");
        Self {
            answer,
            text: String::new(),
        }
    }

    /// Waits for the next frame; none if the server ended the stream.
    pub async fn next(&mut self) -> Option<Heard> {
        loop {
            let block = self.block().await?;
            if !block.starts_with(':') {
                return Some(read(&block));
            }
        }
    }

    /// Waits for the next block, a comment as well.
    pub async fn block(&mut self) -> Option<String> {
        loop {
            if let Some((block, rest)) = self.text.split_once("\n\n") {
                let (block, rest) = (block.to_owned(), rest.to_owned());
                self.text = rest;
                return Some(block);
            }
            // A connection that is cut ends the stream as well.
            let chunk = self.answer.chunk().await.ok()??;
            self.text.push_str(std::str::from_utf8(&chunk).unwrap());
        }
    }

    /// Waits for entries, past all other frames, and returns them with the cursor after them.
    pub async fn entries(&mut self) -> (Vec<Entry>, String) {
        loop {
            let heard = self.next().await.expect("the stream goes on");
            if let Frame::Entries(entries) = heard.frame {
                return (entries.entries, heard.id.unwrap());
            }
        }
    }

    /// Waits for a snapshot, past all other frames, and returns its cursor.
    pub async fn snapshot(&mut self) -> (Snapshot, String) {
        loop {
            let heard = self.next().await.expect("the stream goes on");
            match heard.frame {
                Frame::Snapshot(snapshot) => return (*snapshot, heard.id.unwrap()),
                Frame::Entries(_) => panic!("entries before a snapshot"),
                _ => {}
            }
        }
    }
}

fn read(block: &str) -> Heard {
    let field = |name: &str| {
        block
            .lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    };
    let frame = Frame::read(field("event").unwrap(), field("data").unwrap()).unwrap();
    Heard {
        id: field("id").map(str::to_owned),
        frame,
    }
}
