//! The two sides of the socket, in one process.

use std::time::Duration;

use campanile_client::view::{Page, Window};
use tokio::{io::AsyncWriteExt as _, sync::mpsc};

use super::{
    Broken,
    client::{Client, Unreached},
    door,
    server::{Asked, Server},
    wire,
    words::{Answer, Push, Question},
};
use crate::{places::Places, stamp};

/// A desk that answers every page with an empty one, refuses what else it is asked, and shows what watches it.
struct Desk {
    places: Places,
    watching: mpsc::Receiver<(Window, mpsc::Sender<Push>)>,
    left: mpsc::Receiver<()>,
    _folder: tempfile::TempDir,
}

fn desk() -> Desk {
    let folder = tempfile::tempdir().expect("a folder");
    let places = Places::below(folder.path());
    let (asked, mut questions) = mpsc::channel(8);
    let (watches, watching) = mpsc::channel(8);
    let (leaves, left) = mpsc::channel(8);
    tokio::spawn(Server::open(&places).expect("a socket").run(asked));
    tokio::spawn(async move {
        while let Some(asked) = questions.recv().await {
            match asked {
                Asked::Question(Question::Page { .. }, reply) => {
                    reply.send(Answer::Page(Page::default())).expect("a client")
                }
                Asked::Question(_, reply) => {
                    reply.send(Answer::Refused("no".into())).expect("a client")
                }
                Asked::Watch { window, pushes } => {
                    watches.send((window, pushes)).await.expect("a test")
                }
                Asked::Left => leaves.send(()).await.expect("a test"),
            }
        }
    });
    Desk {
        places,
        watching,
        left,
        _folder: folder,
    }
}

fn page() -> Question {
    Question::Page {
        filter: Default::default(),
        after: None,
    }
}

#[tokio::test]
async fn questions_are_answered_one_by_one() {
    let desk = desk();
    let mut client = Client::connect(&desk.places).await.expect("connected");
    for _ in 0..3 {
        assert_eq!(
            client.ask(&page()).await.expect("an answer"),
            Answer::Page(Page::default())
        );
        assert_eq!(
            client.ask(&Question::Zones).await.expect("an answer"),
            Answer::Refused("no".into())
        );
    }
}

#[tokio::test]
async fn a_window_hears_what_it_is_told_until_it_leaves() {
    let mut desk = desk();
    let client = Client::connect(&desk.places).await.expect("connected");
    let watching = client.watch(Window::Bell).await.expect("watching");
    let mut heard = watching.heard();
    let (which, pushes) = desk.watching.recv().await.expect("told of it");
    assert_eq!(which, Window::Bell);
    for push in [
        Push::Redraw,
        Push::Focus {
            activation: Some("token".into()),
        },
        Push::Redraw,
    ] {
        pushes
            .send(push.clone())
            .await
            .expect("the window is there");
        assert_eq!(heard.recv().await.expect("there").expect("a word"), push);
    }
    drop(heard);
    desk.left.recv().await.expect("told of it");
    assert!(pushes.is_closed());
}

#[tokio::test]
async fn another_build_may_only_ask_for_the_end() {
    let desk = desk();
    let mut stream = door::connect(&desk.places).await.expect("connected");
    wire::write(
        &mut stream,
        1024,
        &Question::Hello {
            build: "another".into(),
        },
    )
    .await
    .expect("said");
    let hello: Answer = wire::read(&mut stream, 1024).await.expect("an answer");
    assert_eq!(
        hello,
        Answer::Hello {
            build: stamp::build().into()
        }
    );
    for (question, refused) in [(page(), "this is another build"), (Question::Quit, "no")] {
        wire::write(&mut stream, 1024, &question)
            .await
            .expect("said");
        let answer: Answer = wire::read(&mut stream, 1024).await.expect("an answer");
        assert!(
            matches!(&answer, Answer::Refused(why) if why.starts_with(refused)),
            "{answer:?}"
        );
    }
}

#[tokio::test]
async fn who_does_not_keep_to_the_form_is_cut_off() {
    let desk = desk();
    for bytes in [
        &b"\x04\0\0\0null"[..],
        b"\xff\xff\xff\xff",
        b"GET / HTTP/1.1\r\n\r\n",
        b"\x0e\0\0\0{\"ask\":\"zones\"}",
    ] {
        let mut stream = door::connect(&desk.places).await.expect("connected");
        stream.write_all(bytes).await.expect("written");
        let ended = wire::read::<Answer>(&mut stream, 1024).await;
        let is_cut = matches!(
            ended,
            Err(Broken::Ended | Broken::Io(_)) | Ok(Answer::Refused(_))
        );
        assert!(is_cut, "{bytes:?}: {ended:?}");
    }
    let mut client = Client::connect(&desk.places)
        .await
        .expect("the others are served on");
    client.ask(&page()).await.expect("an answer");
}

#[tokio::test]
async fn without_a_desk_there_is_one_line_that_says_how_to_start_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let places = Places::below(folder.path());
    let unreached = Client::connect_within(&places, Duration::ZERO)
        .await
        .err()
        .expect("nobody is there");
    assert!(matches!(unreached, Unreached::NoDesk(_)));
    assert_eq!(
        unreached.to_string(),
        "Campanile is not running; start it: campanile"
    );
}
