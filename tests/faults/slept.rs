//! F34: the machine slept over a night and over a day, and its connections died without a word: logind's word that it is
//! awake brings the desk back at once, and what came due meanwhile is made up for, once.

use anyhow::{Context as _, Result, ensure};
use campanile_core::time::Timestamp;
use campanile_tests::stage::{
    Signal, Stage,
    app::App,
    hand::Hand,
    notify::{Ear, Notify},
    second::SecondDesk,
    server::Server,
    signal,
    tray::Tray,
};
use serde_json::{Value, json};

use crate::{
    clock::{Clock, now_s},
    logind::SystemBus,
    row::{Course, Row, Slowest},
    tap::Tap,
};

pub const ROW: Row = Row {
    id: "F34",
    fault: "asleep by night and by day, over a connection that died",
    full: 100,
    run: rounds,
};

const HOUR_S: i64 = 3_600;
const DAY_S: i64 = 24 * HOUR_S;
/// Quiet hours begin and end while the machine sleeps.
const EVENING_S: i64 = 22 * HOUR_S;
const MORNING_S: i64 = DAY_S + 7 * HOUR_S;
const QUIET: [&str; 2] = ["20:00", "06:00"];
/// What is put off comes back in the night; of two one may interrupt nobody any more by then.
const BACK_S: i64 = DAY_S + 3 * HOUR_S;
const STALE_S: i64 = DAY_S + 2 * HOUR_S;
/// How many events a day and its night leave unread.
const EVENTS: u32 = 5;

fn rounds(course: &Course) -> Result<String> {
    let (mut server, mut app, folder) = Stage::parts()?;
    let system = SystemBus::start(folder.path())?;
    let clock = Clock::within(folder.path())?;
    server.kill()?;
    for (name, value) in clock.environment() {
        server.with(name, &value);
        app.with(name, value);
    }
    server.resume()?;
    app.with("DBUS_SYSTEM_BUS_ADDRESS", system.address());
    app.start()?;
    let link = server.pairing_link()?;
    let tap = Tap::on(&link)?;
    app.pair(&tap.link(&link)?)?;
    app.wait_for("connected", |status| status["connected"] == true)?;
    let elsewhere = SecondDesk::pair(&server.pairing_link()?)?;
    let days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    let [start, end] = QUIET;
    let hours = json!({ "on": true, "zone": "Etc/UTC", "windows": [{ "days": days, "start": start, "end": end }] });
    elsewhere.choose("*", "*", "quiet_hours", &hours)?;
    elsewhere.choose("*", "*", "channel.sound", &json!(false))?;
    system.wait_until_heard()?;
    let mut trial = Trial {
        tomorrow_s: (now_s()? / DAY_S + 1) * DAY_S,
        server,
        app,
        system,
        clock,
        tap,
        ear: Ear::open()?,
        slowest: Slowest::default(),
    };
    for round in 0..course.rounds {
        let slept = if round % 2 == 0 {
            trial.day(round)
        } else {
            trial.night(round)
        };
        slept.with_context(|| format!("round {round}"))?;
    }
    Ok(format!(
        "back within {} of waking, with all that came due told once",
        trial.slowest
    ))
}

struct Trial {
    tomorrow_s: i64,
    server: Server,
    app: App,
    system: SystemBus,
    clock: Clock,
    tap: Tap,
    ear: Ear,
    slowest: Slowest,
}

impl Trial {
    /// It falls asleep in the morning, and wakes when it is quiet.
    fn day(&mut self, round: u32) -> Result<()> {
        let (midnight_s, before) = self.so_far(round);
        let [held, put_off, stale, ..] = ids(round);
        self.sleep_until(midnight_s + EVENING_S, || Ok(()))?;
        self.slowest.time(round, || {
            // A desk that is asked something looks at its clock for that alone; its icon tells without.
            Tray::open()?.wait_for("the quiet", |text| text.contains("quiet until 06:00"))?;
            Ok(())
        })?;
        for id in [&held, &put_off] {
            send(&self.server, id, None)?;
        }
        send(&self.server, &stale, Some(midnight_s + STALE_S))?;
        self.app
            .ask_until(|status| status["unread"] == before + 3)?;
        let mut hand = Hand::at(&self.app)?;
        let notices = hand.notices("unread")?;
        // The last deed is told to the server only when it can be undone no more: after the night.
        for id in [&stale, &put_off] {
            let notice = about(&notices, id)?;
            let until = timestamp(midnight_s + BACK_S);
            hand.act(&json!({ "do": "snooze", "what": { "notice": notice }, "until": until }))?;
        }
        self.app.ask_until(|status| status["unread"] == before + 1)
    }

    /// Over the night what was put off comes back, one of it too late to interrupt anybody, and the quiet hours end.
    fn night(&mut self, round: u32) -> Result<()> {
        let (midnight_s, before) = self.so_far(round);
        let [_, put_off, _, meanwhile, after] = ids(round);
        self.sleep_until(midnight_s + MORNING_S, || {
            send(&self.server, &meanwhile, None)
        })?;
        let mut told = Vec::new();
        self.slowest.time(round, || {
            self.app
                .ask_until(|status| status["unread"] == before + 4)?;
            for _ in 0..3 {
                told.push(self.ear.toast(|_| true)?);
            }
            self.app.ask_until(|status| status["waiting"] == 0)
        })?;
        // The server has heard of all that was done: what comes after it shows that nothing was told twice.
        send(&self.server, &after, None)?;
        self.ear.toast(|toast| {
            told.push(toast.clone());
            names(toast, &after)
        })?;
        let is_quiet_sum = |toast: &Notify| toast.title == "1 notification while it was quiet";
        let told_of = |id| told.iter().filter(|toast| names(toast, id)).count();
        ensure!(
            told.iter().filter(|toast| is_quiet_sum(toast)).count() == 1
                && [&put_off, &meanwhile, &after].map(|id| told_of(id)) == [1; 3]
                && told.len() == 4,
            "these toasts came after the night: {told:#?}"
        );
        Ok(())
    }

    /// Returns, in seconds, when the day of a round began, and how much was unread then.
    fn so_far(&self, round: u32) -> (i64, u32) {
        let day = round / 2;
        (self.tomorrow_s + i64::from(day) * DAY_S, day * EVENTS)
    }

    /// Lets the machine sleep until the clock on the wall shows this, and things happen in the world meanwhile.
    fn sleep_until(&self, wall_s: i64, meanwhile: impl FnOnce() -> Result<()>) -> Result<()> {
        self.system.tell(true)?;
        let process = self.app.pid()?;
        signal(Signal::Stop, process)?;
        self.tap.fall_silent();
        let slept = self.clock.put(wall_s - now_s()?).and_then(|()| meanwhile());
        // One that stood still for ever could not even be ended.
        signal(Signal::Go, process)?;
        slept?;
        self.system.tell(false)
    }
}

/// Returns how the events of a day and its night are called: one that is held, one that is put off, one that is put off
/// for too long, one that comes in the night, and one after it.
fn ids(round: u32) -> [String; EVENTS as usize] {
    std::array::from_fn(|event| format!("{}-{event}", round / 2))
}

fn send(server: &Server, id: &str, expires_s: Option<i64>) -> Result<()> {
    let expires = expires_s.map(timestamp);
    let mut flags = vec!["--assignee", "a1", "--conversation", id];
    if let Some(expires) = &expires {
        flags.extend(["--expires-at", expires]);
    }
    server.send("conversation_assigned", &flags)
}

fn timestamp(at_s: i64) -> String {
    Timestamp::from_ms(1_000 * at_s).to_string()
}

/// Returns the id of the notice that is about this conversation.
fn about(notices: &[Value], conversation: &str) -> Result<Value> {
    let about = format!("#{conversation}");
    let notice = notices.iter().find(|notice| notice["about"] == about);
    Ok(notice.context("it is listed")?["id"].clone())
}

fn names(toast: &Notify, id: &str) -> bool {
    format!("{} {}", toast.title, toast.body)
        .split(|c: char| !c.is_ascii_digit() && c != '-')
        .any(|word| word == id)
}
