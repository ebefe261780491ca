//! What the windows draw, as text.

use campanile_client::{
    message::Message,
    session::Now,
    view::{Part, PartState},
};
use campanile_core::{change::Change, preferences::Scope};
use expect_test::expect;
use serde_json::json;

use crate::stage::{Stage, cell, nights, notice};

#[test]
fn the_bell_shows_a_notice_in_words() {
    let mut desk = Stage::signed_in();
    let mut one = notice(412, "sla_expired", desk.now);
    one.conversation
        .iter_mut()
        .for_each(|conversation| conversation.title = Some("Parcel late".into()));
    one.links[0].url = "https://elsewhere.example/".into();
    let entry = desk.entry(Change::Arrived {
        notice: Box::new(one),
        bell: true,
        replaces: None,
    });
    let heard = desk.heard(vec![entry]);
    let effects = desk.tell(heard);
    let kept = effects.iter().find_map(|effect| match effect {
        campanile_client::effect::Effect::Keep(kept) => kept.items.first(),
        _ => None,
    });
    let view = desk
        .session
        .item_view(kept.expect("an item"), &Now { wall: desk.now });
    expect![[r##"
        {
          "id": "0193490f-7b21-7cc3-8000-00000000019c",
          "kind": "sla_expired",
          "group": "sla",
          "title": "SLA breached",
          "about": "#412 Parcel late",
          "text": "",
          "lang": null,
          "time": "2026-11-21T08:00:00.000Z",
          "unread": true,
          "snoozed_until": null,
          "urgent": true,
          "not_on_server": false,
          "opens": true,
          "strange_host": "elsewhere.example"
        }
    "##]]
    .assert_eq(&(serde_json::to_string_pretty(&view).expect("writes") + "\n"));
    let view = desk.session.bell_view(&Now { wall: desk.now });
    expect![[r#"
        {
          "common": {
            "build": "test",
            "language": "en",
            "theme": null,
            "now": "2026-11-21T08:00:00.000Z",
            "link": {
              "state": "connected"
            },
            "account": {
              "name": "Mira Oak",
              "host": "desk.example.org",
              "session_only": false,
              "availability": "available"
            },
            "quiet": {
              "hold": null,
              "next_start": null,
              "zone": "Europe/Kyiv",
              "offset_minutes": 120
            },
            "waiting": 0,
            "parts": [
              {
                "part": "server",
                "is": {
                  "state": "works",
                  "detail": ""
                }
              },
              {
                "part": "sound",
                "is": {
                  "state": "unknown"
                }
              },
              {
                "part": "clock",
                "is": {
                  "state": "works",
                  "detail": ""
                },
                "measured": "agrees with the server’s"
              },
              {
                "part": "zones",
                "is": {
                  "state": "works",
                  "detail": "2026f"
                },
                "measured": "built into Campanile, 24 days old"
              }
            ],
            "pairing": false,
            "undo": null,
            "problem": null
          },
          "unread": 1,
          "filling": false,
          "groups": [
            "sla"
          ],
          "revision": 2,
          "ask": null
        }
    "#]]
    .assert_eq(&(serde_json::to_string_pretty(&view).expect("writes") + "\n"));
}

#[test]
fn the_matrix_shows_what_holds_and_what_it_inherits() {
    let mut desk = Stage::signed_in();
    let on_the_line = campanile_core::preferences::Cell {
        scope: Scope::parse("line:acme/l1").expect("a scope"),
        ..cell("call_missed", "channel.sound", json!(true))
    };
    desk.prefers(vec![
        nights(),
        cell("sla_expired", "channel.toast", json!(false)),
        on_the_line,
    ]);
    desk.tell(Message::Part(Part::Autostart, PartState::Off));
    for scope in ["*", "line:acme/l1"] {
        let scope = Scope::parse(scope).expect("a scope");
        let view = desk
            .session
            .preferences_view(&scope, &Now { wall: desk.now });
        let mut text = format!(
            "{} {:?}\n",
            view.scope,
            view.places.iter().map(|p| &p.name).collect::<Vec<_>>()
        );
        for kind in view.groups.iter().flat_map(|group| &group.kinds) {
            let cells = kind
                .cells
                .iter()
                .map(|cell| match (cell.on, cell.inherited, cell.lock) {
                    (_, _, Some(_)) if cell.on => "L",
                    (_, _, Some(_)) => "l",
                    (true, false, _) => "X",
                    (true, true, _) => "x",
                    (false, false, _) => "O",
                    (false, true, _) => "o",
                });
            let always = if kind.always_alert { " always" } else { "" };
            text += &format!(
                "{} {} {}{always}\n",
                cells.collect::<String>(),
                kind.id,
                kind.melody
            );
        }
        if view.scope == "*" {
            text += &format!("{:#?}\n", view.quiet_hours);
            text += &format!(
                "{} kinds with toasts, autostart {:?}\n",
                view.toast_kinds, view.autostart
            );
            expect![[r#"
                * ["", "Support"]
                xxo ticket_created soft-knock
                xxo chat_created soft-knock
                xxo comment_created soft-knock
                xxo ticket_message soft-knock
                xxx conversation_message soft-knock
                xxo message_received soft-knock
                xxo reply_received soft-knock
                xxx operator_mentioned two-bells always
                xoo module_event soft-knock
                xxx conversation_assigned carillon
                xxx ai_handover rising-fifth
                xxo contact_assigned carillon
                xxo appointment_assigned carillon
                xxo reminder_assigned carillon
                xxo ticket_reassign pebble
                xxo chat_reassign pebble
                xxx send_transfer_chat pebble
                xoo ticket_closed pebble
                xxo ticket_reopened pebble
                xoo chat_closed pebble
                xoo ticket_status_name_changed pebble
                xxo watcher_added pebble
                xoo subject_change pebble
                LLl csat_received bright-star
                LLL csat_negative falling-third
                LLl sla_warning alarm
                LLL sla_expired alarm
                LLl sla_time_in_status_exceeded alarm
                LLl normative_response_warning metronome
                LLL normative_response_overlimit metronome
                xxx call_incoming ring-ring
                xxo call_missed ring-ring
                xxo voicemail_left ring-ring
                xxo text_received ring-ring
                xxo fax_received ring-ring
                xxx high_sms ring-ring
                xoo appointment_created clock-chime
                xoo appointment_1_day clock-chime
                xxo appointment_1_hour clock-chime
                xxx appointment_15_minutes clock-chime
                xxx appointment_1_minute clock-chime
                xxo campaign_finished fanfare
                ooo unreplied_message letter
                ooo end_of_day_summary letter
                QuietHoursView {
                    on: true,
                    zone: "Europe/Kyiv",
                    there_now: "10:00",
                    windows: [
                        WindowView {
                            days: [
                                "mon",
                                "tue",
                                "wed",
                                "thu",
                                "fri",
                                "sat",
                                "sun",
                            ],
                            start: "19:00",
                            end: "08:00",
                        },
                    ],
                    hold_email: false,
                    still_heard: [
                        "operator_mentioned",
                    ],
                    next: "Quiet from 19:00 to tomorrow 08:00 (Europe/Kyiv)",
                    clocks: "Clocks go forward on 28 March 2027; the hours stay as you set them.",
                }
                35 kinds with toasts, autostart Some(false)
            "#]]
            .assert_eq(&text);
        } else {
            expect![[r#"
                line:acme/l1 ["", "Support"]
                xxo ticket_created soft-knock
                xxo chat_created soft-knock
                xxo comment_created soft-knock
                xxo ticket_message soft-knock
                xxx conversation_message soft-knock
                xxo message_received soft-knock
                xxo reply_received soft-knock
                xxx operator_mentioned two-bells always
                xoo module_event soft-knock
                xxx conversation_assigned carillon
                xxx ai_handover rising-fifth
                xxo contact_assigned carillon
                xxo appointment_assigned carillon
                xxo reminder_assigned carillon
                xxo ticket_reassign pebble
                xxo chat_reassign pebble
                xxx send_transfer_chat pebble
                xoo ticket_closed pebble
                xxo ticket_reopened pebble
                xoo chat_closed pebble
                xoo ticket_status_name_changed pebble
                xxo watcher_added pebble
                xoo subject_change pebble
                LLl csat_received bright-star
                LLL csat_negative falling-third
                LLl sla_warning alarm
                LLL sla_expired alarm
                LLl sla_time_in_status_exceeded alarm
                LLl normative_response_warning metronome
                LLL normative_response_overlimit metronome
                xxx call_incoming ring-ring
                xxX call_missed ring-ring
                xxo voicemail_left ring-ring
                xxo text_received ring-ring
                xxo fax_received ring-ring
                xxx high_sms ring-ring
                xoo appointment_created clock-chime
                xoo appointment_1_day clock-chime
                xxo appointment_1_hour clock-chime
                xxx appointment_15_minutes clock-chime
                xxx appointment_1_minute clock-chime
                xxo campaign_finished fanfare
                ooo unreplied_message letter
                ooo end_of_day_summary letter
            "#]]
            .assert_eq(&text);
        }
    }
}
