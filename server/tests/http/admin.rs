//! The admin socket: its owner's alone, and nobody at it holds up the server.

use std::{os::unix::fs::PermissionsExt as _, path::Path};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::{cli::told, stage::Stage};

#[tokio::test]
async fn the_socket_and_the_files_are_their_owners_alone() {
    let stage = Stage::new().await;
    let data = stage.database().parent().unwrap().to_owned();
    let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&data), 0o700);
    for entry in std::fs::read_dir(&data).unwrap() {
        let path = entry.unwrap().path();
        assert_eq!(mode(&path), 0o600, "{}", path.display());
    }
    assert!(data.join("admin.sock").exists());
}

#[tokio::test]
async fn somebody_who_asks_the_socket_nothing_does_not_keep_the_server_from_ending() {
    let mut stage = Stage::new().await;
    let socket = stage.database().with_file_name("admin.sock");
    let mut idle = tokio::net::UnixStream::connect(&socket).await.unwrap();
    let mut half = tokio::net::UnixStream::connect(&socket).await.unwrap();
    half.write_all(b"{\"ask\":").await.unwrap();
    // Whoever connects later is answered later: both are being talked with by now.
    told(socket.parent().unwrap(), &["agent", "list"]).await;
    stage.stop().await;
    for connection in [&mut idle, &mut half] {
        let ended = connection.read(&mut [0]).await;
        assert!(matches!(ended, Ok(0) | Err(_)), "{ended:?}");
    }
    stage.start().await;
}
