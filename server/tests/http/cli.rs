//! The command line, as a process of its own: beside a running server, and without one.

use std::{
    path::Path,
    process::{Output, Stdio},
    time::Duration,
};

use campanile_protocol::frame::Frame;
use expect_test::expect;
use serde_json::json;
use tokio::io::{AsyncBufReadExt as _, BufReader};

use crate::stage::Stage;

async fn run(data: &Path, args: &[&str]) -> Output {
    let mut command = tokio::process::Command::new(env!("CARGO_BIN_EXE_campanile-server"));
    command
        .env_clear()
        .env("CAMPANILE_SERVER_DATA", data)
        .args(args);
    command.output().await.unwrap()
}

/// Does what a command line says that must not fail, and returns what it printed.
pub async fn told(data: &Path, args: &[&str]) -> String {
    let output = run(data, args).await;
    assert!(
        output.status.success(),
        "{args:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

async fn refused(data: &Path, args: &[&str]) -> String {
    let output = run(data, args).await;
    assert!(!output.status.success(), "{args:?}");
    assert!(output.stdout.is_empty(), "{args:?}");
    String::from_utf8(output.stderr).unwrap()
}

/// The command signs by the system's clock, being a process of its own.
fn keep_the_systems_time(stage: &Stage) {
    let since = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap();
    stage.pass(i64::try_from(since.as_millis()).unwrap() - stage.now().ms());
}

#[tokio::test]
async fn commands_ask_the_running_server_and_without_one_the_database() {
    let mut stage = Stage::new().await;
    let data = stage.database().parent().unwrap().to_owned();
    for round in ["one", "two"] {
        let name = format!("Mira {round}");
        assert!(
            told(&data, &["agent", "add", &name, "--role", "admin"])
                .await
                .starts_with(&format!("mira-{round}"))
        );
        let link = told(&data, &["pair", "--agent", &name]).await;
        assert!(
            link.starts_with("campanile://pair?server=http%3A%2F%2F127.0.0.1%3A"),
            "{link}"
        );
        let keys = told(
            &data,
            &[
                "source",
                "add",
                round,
                "--link-origin",
                "https://desk.example.org/",
            ],
        )
        .await;
        assert!(
            keys.starts_with("secret  whsec_") && keys.contains("\ntoken   "),
            "{keys}"
        );
        told(
            &data,
            &["agent", "map", &name, "--source", round, "--id", "17"],
        )
        .await;
        if round == "one" {
            stage.stop().await;
        }
    }
    stage.start().await;
    expect![[r#"
        mira-one  Mira one  agent,admin  one=17
        mira-two  Mira two  agent,admin  two=17
    "#]]
    .assert_eq(&told(&data, &["agent", "list"]).await);
    expect![[r#"
        one  one  https://desk.example.org
        two  two  https://desk.example.org
    "#]]
    .assert_eq(&told(&data, &["source", "list"]).await);
    told(
        &data,
        &[
            "source",
            "set",
            "one",
            "--no-link-origins",
            "--kind",
            "call_missed",
        ],
    )
    .await;
    told(&data, &["source", "remove", "two"]).await;
    let (sources, agents) = (["source", "list"], ["agent", "list"]);
    assert_eq!(told(&data, &sources).await, "one  one    call_missed\n");
    assert!(!told(&data, &agents).await.contains("two=17"));
    told(&data, &["source", "set", "one", "--no-kinds"]).await;
    assert_eq!(told(&data, &sources).await, "one  one\n");
    told(&data, &["agent", "remove", "mira-two"]).await;
    assert!(!told(&data, &["agent", "list"]).await.contains("two"));
}

#[tokio::test]
async fn a_policy_that_means_something_is_imposed_and_any_other_is_refused_by_name() {
    let stage = Stage::new().await;
    let data = stage.database().parent().unwrap().to_owned();
    stage.team("shop", &["mira"]).await;
    let mira = stage.desk("mira").await;
    let file = data.join("policy.toml");
    let path = file.to_str().unwrap();
    let right = r#"
        extended_settings = true
        required = [{ kind = "operator_mentioned", channel = "toast" }]
        unavailable = [{ kind = "*", channel = "sms" }]
        defaults = [{ kind = "daily_activity_report", facet = "channel.bell", value = true }]
    "#;
    std::fs::write(&file, right).unwrap();
    told(&data, &["policy", "set", path]).await;
    let imposed = stage.present(&mira).await["head"]["policy"].clone();
    assert_eq!(imposed["required"][0]["kind"], "operator_mentioned");
    let mut lines = String::new();
    for wrong in [
        "requird = []".to_owned(),
        r#"required = [{ kind = "opertor_mentioned" }]"#.to_owned(),
        r#"required = [{ kind = "*", channel = "email" }]"#.to_owned(),
        r#"channels = ["bell", "telegram"]"#.to_owned(),
        r#"defaults = [{ kind = "*", facet = "chanel.bell", value = true }]"#.to_owned(),
        r#"defaults = [{ kind = "*", facet = "channel.bell", value = "on" }]"#.to_owned(),
        format!(
            "defaults = [{}]",
            r#"{ kind = "*", facet = "channel.bell", value = true },"#.repeat(6_000)
        ),
    ] {
        std::fs::write(&file, wrong).unwrap();
        lines += &refused(&data, &["policy", "set", path]).await;
    }
    expect![[r#"
        campanile-server: FILE: unknown key `requird`; there are channels, defaults, extended_settings, notification_center_enabled, required, unavailable
        campanile-server: `required[0].kind`: `opertor_mentioned` is neither a kind of the catalogue nor one that a source says it sends; `*` means all
        campanile-server: `required[0].channel`: this server does not send on email, so nobody would hear of anything there; it has bell, toast, sound
        campanile-server: `channels[1]`: this server does not send on telegram, so nobody would hear of anything there; it has bell, toast, sound
        campanile-server: `defaults[0].facet`: there is no facet `chanel.bell`
        campanile-server: `defaults[0].value`: expected true or false
        campanile-server: A policy has at most 262144 bytes; this one has 294132.
    "#]].assert_eq(&lines.replace(path, "FILE"));
    assert_eq!(
        stage.present(&mira).await["head"]["policy"],
        imposed,
        "the earlier one holds"
    );
}

#[tokio::test]
async fn the_owner_of_the_machine_can_shut_a_desk_out() {
    let stage = Stage::new().await;
    let data = stage.database().parent().unwrap().to_owned();
    stage.team("shop", &["mira", "ihor"]).await;
    let (mira, other) = (stage.desk("mira").await, stage.desk("mira").await);
    let ihor = stage.desk("ihor").await;
    let listed = told(&data, &["agent", "desks", "mira"])
        .await
        .replace(&mira.id, "FIRST")
        .replace(&other.id, "SECOND");
    expect![[r#"
        FIRST   laptop  paired 2026-11-21T08:30:00.000Z
        SECOND  laptop  paired 2026-11-21T08:30:00.000Z
    "#]]
    .assert_eq(
        &listed
            .replace("  laptop", "   laptop")
            .replace("SECOND   ", "SECOND  "),
    );
    let mut stream = stage.stream(&mira, None).await;
    stream.snapshot().await;
    stream.next().await;
    told(&data, &["agent", "shut-out", &mira.id]).await;
    assert!(matches!(stream.next().await.unwrap().frame, Frame::Goodbye));
    assert_eq!(stage.get(&mira, "/v1/devices").await.0, 401);
    for desk in [&other, &ihor] {
        assert_eq!(stage.get(desk, "/v1/devices").await.0, 200);
    }
    for id in [mira.id.as_str(), "laptop"] {
        let line = refused(&data, &["agent", "shut-out", id]).await;
        assert!(
            line.contains("`agent desks NAME` tells which there are"),
            "{line}"
        );
    }
}

#[tokio::test]
async fn an_event_that_is_sent_reaches_the_desk() {
    let stage = Stage::new().await;
    keep_the_systems_time(&stage);
    let data = stage.database().parent().unwrap().to_owned();
    stage.team("shop", &["mira"]).await;
    let mira = stage.desk("mira").await;
    let args = [
        "event",
        "send",
        "--source",
        "shop",
        "--kind",
        "operator_mentioned",
        "--agent",
        "mira",
        "--body",
        "Hello",
    ];
    let answer = told(&data, &args).await;
    assert!(answer.contains(r#""agents":1"#), "{answer}");
    assert_eq!(
        stage.bell(&mira).await,
        ["operator_mentioned mentioned unread"]
    );
    let told = told(&data, &["demo", "--agent", "mira"]).await;
    assert_eq!(told, "10 events sent to mira\n");
    assert_eq!(stage.bell(&mira).await.len(), 11);
}

#[tokio::test]
async fn a_demonstration_with_a_server_of_its_own_ends_when_it_is_asked_once() {
    let home = tempfile::tempdir().unwrap();
    let mut command = tokio::process::Command::new(env!("CARGO_BIN_EXE_campanile-server"));
    let mut demo = command
        .env_clear()
        .env("CAMPANILE_SERVER_DATA", home.path())
        .env("CAMPANILE_SERVER_LISTEN", "127.0.0.1:0")
        .args(["demo", "--every", "3600"])
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(demo.stdout.take().unwrap()).lines();
    while let Some(line) = lines.next_line().await.unwrap() {
        if line.ends_with("sent to Mira Oak") {
            break;
        }
    }
    let pid = demo.id().unwrap().to_string();
    let asked = std::process::Command::new("kill")
        .args(["-INT", &pid])
        .status();
    assert!(asked.unwrap().success());
    let ended = tokio::time::timeout(Duration::from_secs(60), demo.wait());
    assert!(ended.await.expect("it ends").unwrap().success());
}

#[tokio::test]
async fn what_cannot_be_done_is_told_with_what_to_do() {
    let mut stage = Stage::new().await;
    keep_the_systems_time(&stage);
    let data = stage.database().parent().unwrap().to_owned();
    stage.team("shop", &["mira"]).await;
    let roster = data.join("roster.toml");
    std::fs::write(&roster, "[[agents]]\nid = \"17\"\n").unwrap();
    let roster = roster.to_str().unwrap();
    let mut lines = vec![
        refused(&data, &["pair", "--agent", "nobody"]).await,
        refused(&data, &["source", "add", "shop"]).await,
        refused(&data, &["source", "add", "Shop"]).await,
        refused(
            &data,
            &[
                "source",
                "set",
                "shop",
                "--link-origin",
                "javascript:alert(1)",
            ],
        )
        .await,
        refused(
            &data,
            &["agent", "map", "mira", "--source", "shop", "--id", ""],
        )
        .await,
        refused(
            &data,
            &["event", "send", "--source", "shop", "--kind", "SLA"],
        )
        .await,
        refused(&data, &["roster", "import", roster, "--source", "shop"]).await,
        refused(&data, &["restore", roster]).await,
    ];
    stage.stop().await;
    lines.push(refused(&data, &["restore", roster]).await);
    let lines = lines.concat().replace(data.to_str().unwrap(), "DATA");
    expect![[r#"
        campanile-server: There is no agent `nobody`, or several are called so; `agent list` tells the handles.
        campanile-server: there is a source `shop` already; `source rotate shop` gives it other secrets
        campanile-server: the id of a source: use 1 to 64 characters of a-z, 0-9, '_', '-' and '.', beginning with a letter
        campanile-server: `javascript:alert(1)` is not an origin; write it like https://desk.example.org
        campanile-server: `id`: 1 to 200 characters without control characters
        campanile-server: The event is not well formed: `type`: use 1 to 64 characters of a-z, 0-9, '_', '-' and '.', beginning with a letter
        campanile-server: DATA/roster.toml: TOML parse error at line 1, column 1
          |
        1 | [[agents]]
          | ^^^^^^^^^^
        missing field `name`

        campanile-server: DATA is in use by a running campanile-server; stop it, or set another `data`
        campanile-server: DATA/roster.toml was not restored: DATA/roster.toml is damaged (file is not a database); restore it from a backup with `campanile-server restore`
    "#]].assert_eq(&lines);
}

#[tokio::test]
async fn a_restored_server_answers_earlier_cursors_with_the_present() {
    let mut stage = Stage::new().await;
    let data = stage.database().parent().unwrap().to_owned();
    let shop = stage.team("shop", &["mira"]).await;
    let mira = stage.desk("mira").await;
    let event =
        |id: &str| json!({ "id": id, "type": "module_event", "recipients": [{ "id": "mira" }] });
    stage.accept(&shop, event("1")).await;
    let (first, cursor) = stage.stream(&mira, None).await.snapshot().await;
    let copy = data.with_file_name("copy.db");
    let copy = copy.to_str().unwrap();
    told(&data, &["backup", copy]).await;
    stage.accept(&shop, event("2")).await;
    stage.stop().await;
    told(&data, &["restore", copy]).await;
    stage.start().await;
    let (second, _) = stage.stream(&mira, Some(&cursor)).await.snapshot().await;
    assert_ne!(first.epoch, second.epoch);
    assert_eq!(second.items.len(), 1);
    assert_eq!(stage.accept(&shop, event("2")).await["duplicate"], false);
}

#[tokio::test]
async fn the_configuration_in_force_is_printed_and_a_wrong_key_is_named() {
    let home = tempfile::tempdir().unwrap();
    let printed = told(home.path(), &["config"]).await;
    assert!(printed.contains("listen = \"127.0.0.1:7440\""), "{printed}");
    let file = home.path().join("campanile.toml");
    std::fs::write(&file, "lissen = 1\n").unwrap();
    let line = refused(home.path(), &["--config", file.to_str().unwrap(), "config"]).await;
    assert!(
        line.starts_with("campanile-server: unknown key `lissen` in "),
        "{line}"
    );
    let output = tokio::process::Command::new(env!("CARGO_BIN_EXE_campanile-server"));
    let mut command = output;
    command
        .env_clear()
        .env("CAMPANILE_SERVER_DATTA", "x")
        .env("HOME", home.path())
        .arg("config");
    let line = String::from_utf8(command.output().await.unwrap().stderr).unwrap();
    assert!(
        line.starts_with("campanile-server: unknown key `datta` in the environment"),
        "{line}"
    );
}
