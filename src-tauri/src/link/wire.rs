//! Frames: a length of four bytes, the least first, and so many bytes of JSON.

use std::io;

use serde::{Serialize, de::DeserializeOwned};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};

/// The most bytes of a frame that a window or the command line may send: a bulk choice of 500 cells fits well.
pub const ASKED_MOST_BYTES: usize = 1024 * 1024;
/// The most bytes of a frame that the desk may send: a page of 50 rows of 20 long notices fits.
pub const TOLD_MOST_BYTES: usize = 8 * 1024 * 1024;

/// Why a connection is of no use any more.
#[derive(Debug, thiserror::Error)]
pub enum Broken {
    /// The other side ended it between two frames.
    #[error("the other side hung up")]
    Ended,
    /// The system ended it.
    #[error("the local socket failed: {0}")]
    Io(#[from] io::Error),
    /// A frame is longer than either side may send.
    #[error("a frame of {bytes} bytes is longer than {most}")]
    TooLong {
        /// Its length.
        bytes: usize,
        /// The most that is taken.
        most: usize,
    },
    /// A frame is not what was agreed on.
    #[error("a frame cannot be read: {0}")]
    Garbled(#[from] serde_json::Error),
}

/// Reads a frame of at most `most` bytes. Nothing is set aside for a longer one.
pub async fn read<T: DeserializeOwned>(
    from: &mut (impl AsyncRead + Unpin),
    most: usize,
) -> Result<T, Broken> {
    let mut length = [0; 4];
    match from.read_exact(&mut length[..1]).await {
        Err(end) if end.kind() == io::ErrorKind::UnexpectedEof => return Err(Broken::Ended),
        other => other?,
    };
    from.read_exact(&mut length[1..]).await?;
    let bytes = u32::from_le_bytes(length) as usize;
    if bytes > most {
        return Err(Broken::TooLong { bytes, most });
    }
    let mut frame = Vec::new();
    from.take(bytes as u64).read_to_end(&mut frame).await?;
    if frame.len() < bytes {
        return Err(Broken::Io(io::ErrorKind::UnexpectedEof.into()));
    }
    Ok(serde_json::from_slice(&frame)?)
}

/// Writes a frame of at most `most` bytes; a longer one leaves the connection as it was.
pub async fn write(
    to: &mut (impl AsyncWrite + Unpin),
    most: usize,
    value: &impl Serialize,
) -> Result<(), Broken> {
    let mut frame = vec![0; 4];
    serde_json::to_writer(&mut frame, value)?;
    let bytes = frame.len() - 4;
    let length = u32::try_from(bytes)
        .ok()
        .filter(|_| bytes <= most)
        .ok_or(Broken::TooLong { bytes, most })?;
    frame[..4].copy_from_slice(&length.to_le_bytes());
    to.write_all(&frame).await?;
    Ok(to.flush().await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn read_bytes(bytes: &[u8]) -> String {
        let mut from = bytes;
        match read::<serde_json::Value>(&mut from, 16).await {
            Ok(value) => value.to_string(),
            Err(broken) => broken.to_string(),
        }
    }

    #[tokio::test]
    async fn what_is_written_is_read() {
        let mut bytes = Vec::new();
        for value in ["", "a", "п'ять"] {
            write(&mut bytes, 64, &value).await.expect("written");
        }
        let mut from = bytes.as_slice();
        for value in ["", "a", "п'ять"] {
            assert_eq!(read::<String>(&mut from, 64).await.expect("read"), value);
        }
        assert!(matches!(
            read::<String>(&mut from, 64).await,
            Err(Broken::Ended)
        ));
    }

    #[tokio::test]
    async fn a_frame_that_is_cut_long_or_garbled_ends_the_connection() {
        for (bytes, said) in [
            (&b""[..], "the other side hung up"),
            (b"\x02", "the local socket failed: early eof"),
            (
                b"\x05\0\0\0true",
                "the local socket failed: unexpected end of file",
            ),
            (b"\x11\0\0\0", "a frame of 17 bytes is longer than 16"),
            (
                b"\xff\xff\xff\xff",
                "a frame of 4294967295 bytes is longer than 16",
            ),
            (
                b"\x04\0\0\0tru?",
                "a frame cannot be read: expected ident at line 1 column 4",
            ),
            (
                b"\x02\0\0\0\xff\xff",
                "a frame cannot be read: expected value at line 1 column 1",
            ),
            (b"\x04\0\0\0true", "true"),
        ] {
            assert_eq!(read_bytes(bytes).await, said, "{bytes:?}");
        }
    }

    #[tokio::test]
    async fn a_frame_that_is_too_long_is_not_sent() {
        let mut bytes = Vec::new();
        assert!(matches!(
            write(&mut bytes, 3, &"four").await,
            Err(Broken::TooLong { bytes: 6, most: 3 })
        ));
        assert!(bytes.is_empty());
    }
}
