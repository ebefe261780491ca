//! Each choice at the outlet it is about: chosen at another desk, seen and heard at this one.

use anyhow::{Context as _, Result, bail};
use campanile_core::{catalogue::Kind, melody::Melody};
use expect_test::{Expect, expect};

use campanile_tests::stage::{
    Stage,
    notify::{Ear, Notify},
    second::SecondDesk,
    sink::{Sink, tones, tones_of},
    tray::Tray,
};

/// A stage, a second desk to choose at, and an ear.
struct Trial {
    stage: Stage,
    second: SecondDesk,
    ear: Ear,
}

impl Trial {
    fn begin() -> Result<Self> {
        let stage = Stage::up()?;
        let second = stage.second()?;
        let ear = Ear::open()?;
        Ok(Self { stage, second, ear })
    }

    /// Makes the choices (`scope kind facet value`), sends the kinds with their flags, and compares all
    /// toasts up to that of a mention, which is sent last.
    fn check(&self, chosen: &[&str], sent: &[&str], expected: Expect) -> Result<()> {
        for choice in chosen {
            self.choose(choice)?;
        }
        for (conversation, sent) in (1..).zip(sent) {
            self.send(sent, conversation)?;
        }
        self.send("operator_mentioned", 100)?;
        let mut told = String::new();
        self.ear.toast(|toast| {
            told += &line(toast);
            // A mention is urgent, whatever a toast may show of it.
            toast.urgency == Some(2)
        })?;
        expected.assert_eq(&told);
        // The next trial begins as this one did: nothing on the screen or held back, nothing chosen.
        self.second.read_all()?;
        for choice in chosen {
            let place = choice
                .rsplit_once(' ')
                .context("a choice has four words")?
                .0;
            self.choose(&format!("{place} null"))?;
        }
        self.stage
            .app
            .wait_for("nothing unread", |status| status["unread"] == 0)
    }

    fn choose(&self, choice: &str) -> Result<()> {
        let words: Vec<&str> = choice.splitn(4, ' ').collect();
        let [scope, kind, facet, value] = words[..] else {
            bail!("not a choice: {choice}");
        };
        self.second
            .choose(scope, kind, facet, &serde_json::from_str(value)?)
    }

    fn send(&self, sent: &str, conversation: u32) -> Result<()> {
        let (kind, flags) = sent.split_once(' ').unwrap_or((sent, ""));
        let conversation = conversation.to_string();
        let mut all = vec![
            "--recipient",
            "a1",
            "--contact",
            "Tomas Reed",
            "--body",
            "Where is it?",
        ];
        all.extend(["--conversation", &conversation]);
        all.extend(flags.split_whitespace());
        self.stage.server.send(kind, &all)
    }
}

fn line(toast: &Notify) -> String {
    let body = toast.body.replace('\n', " / ");
    let until = match toast.timeout_ms {
        0 => "until dismissed".to_owned(),
        ms => format!("{ms} ms"),
    };
    format!("{} | {body} | {until}\n", toast.title)
}

#[test]
fn what_is_chosen_for_toasts_is_what_the_daemon_is_asked_for() -> Result<()> {
    let trial = Trial::begin()?;
    let check =
        |chosen: &[&str], expected| trial.check(chosen, &["conversation_assigned"], expected);
    check(
        &[],
        expect![[r#"
        A conversation was assigned to you | #1 · Tomas Reed / Where is it? | 5000 ms
        You were mentioned | #100 · Tomas Reed / Where is it? | 5000 ms
    "#]],
    )?;
    check(
        &["* conversation_assigned channel.toast false"],
        expect![[r#"
            You were mentioned | #100 · Tomas Reed / Where is it? | 5000 ms
        "#]],
    )?;
    check(
        &["* * toast.duration_ms 10000"],
        expect![[r#"
        A conversation was assigned to you | #1 · Tomas Reed / Where is it? | 10000 ms
        You were mentioned | #100 · Tomas Reed / Where is it? | 10000 ms
    "#]],
    )?;
    check(
        &["* * toast.duration_ms 0"],
        expect![[r#"
        A conversation was assigned to you | #1 · Tomas Reed / Where is it? | until dismissed
        You were mentioned | #100 · Tomas Reed / Where is it? | until dismissed
    "#]],
    )?;
    check(
        &["* * toast.shows \"name\""],
        expect![[r#"
        A conversation was assigned to you | Tomas Reed | 5000 ms
        You were mentioned | Tomas Reed | 5000 ms
    "#]],
    )?;
    check(
        &["* * toast.shows \"nothing\""],
        expect![[r#"
        New notification |  | 5000 ms
        New notification |  | 5000 ms
    "#]],
    )?;
    check(
        &["* conversation_assigned mute {\"until\":null}"],
        expect![[r#"
            You were mentioned | #100 · Tomas Reed / Where is it? | 5000 ms
        "#]],
    )?;
    // A general mute lets through what always alerts: by default the mention alone.
    check(
        &["* * mute {\"until\":null}"],
        expect![[r#"
        You were mentioned | #100 · Tomas Reed / Where is it? | 5000 ms
    "#]],
    )?;
    check(
        &[
            "* * mute {\"until\":null}",
            "* conversation_assigned always_alert true",
        ],
        expect![[r#"
            A conversation was assigned to you | #1 · Tomas Reed / Where is it? | 5000 ms
            You were mentioned | #100 · Tomas Reed / Where is it? | 5000 ms
        "#]],
    )
}

#[test]
fn a_choice_for_a_line_holds_on_that_line_alone() -> Result<()> {
    Trial::begin()?.check(
        &["line:acme/l7 conversation_assigned channel.toast false"],
        &[
            "conversation_assigned --line l7",
            "conversation_assigned --line l8",
        ],
        expect![[r#"
            A conversation was assigned to you | #2 · Tomas Reed / Where is it? | 5000 ms
            You were mentioned | #100 · Tomas Reed / Where is it? | 5000 ms
        "#]],
    )
}

#[test]
fn of_one_toast_at_most_the_others_are_counted() -> Result<()> {
    let trial = Trial::begin()?;
    trial.choose("* * toast.most 1")?;
    for conversation in 1..=3 {
        trial.send("conversation_assigned", conversation)?;
    }
    Tray::open()?.wait_for("all of them", |tooltip| tooltip.contains("3 unread"))?;
    trial.ear.toast(|toast| toast.title.contains("2 more"))?;
    Ok(())
}

#[test]
fn a_kind_plays_the_melody_that_was_chosen_for_it() -> Result<()> {
    let trial = Trial::begin()?;
    let sink = Sink::record()?;
    trial.choose("* conversation_assigned melody \"fanfare\"")?;
    trial.send("conversation_assigned", 1)?;
    sink.hear(
        &tones_of(Melody::find("fanfare").expect("built in")),
        &tones(),
    )
}

#[test]
fn what_was_silenced_leaves_the_air_to_the_next() -> Result<()> {
    let kind = Kind::find("conversation_message").expect("in the catalogue");
    let next = Melody::find(kind.melody).expect("built in");
    for silence in ["channel.sound false", "volume 0", "melody \"silent\""] {
        let trial = Trial::begin()?;
        let sink = Sink::record()?;
        trial.choose(&format!("* conversation_assigned {silence}"))?;
        trial.send("conversation_assigned", 1)?;
        trial.ear.toast(|toast| toast.title.contains("assigned"))?;
        // Within the gap after a melody this one, which matters no more, would not be played.
        trial.send("conversation_message", 2)?;
        sink.hear(&tones_of(next), &tones())?;
    }
    Ok(())
}

#[test]
fn with_the_channels_off_nothing_is_shown_or_played_and_the_badge_goes_on() -> Result<()> {
    let trial = Trial::begin()?;
    let (tray, sink) = (Tray::open()?, Sink::record()?);
    trial.choose("* * channel.toast false")?;
    trial.choose("* * channel.sound false")?;
    trial.send("conversation_assigned", 1)?;
    tray.wait_for("the number", |tooltip| tooltip.contains("1 unread"))?;
    trial.choose("* * channel.toast true")?;
    trial.send("operator_mentioned", 2)?;
    let first = trial.ear.toast(|_| true)?;
    assert!(first.title.contains("mentioned"), "{first:?}");
    assert!(!sink.heard_anything());
    Ok(())
}
