//! A toast in the words of Windows. It knows nothing of Windows' types, so that it is tested everywhere.

use campanile_client::effect::{Press, Toast};

use super::{link, markup::escaped};

/// Windows refuses more than 5 KB and shows some four lines; with these even a text of quotes alone fits.
const TITLE_MOST_CHARS: usize = 120;
const BODY_MOST_CHARS: usize = 400;
const LABEL_MOST_CHARS: usize = 40;

/// A toast that Windows shows for some 7 seconds; its other length is some 25.
const SHORT_MS: u32 = 10_000;

/// How a press comes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Route {
    /// As a link that starts the program: from the history list too, and after the desk ended.
    Protocol,
    /// As an event of the toast, where the system would not start this program by its links.
    Event,
}

/// Writes a toast.
pub fn written(toast: &Toast, route: Route) -> String {
    let activation = match route {
        Route::Protocol => "protocol",
        Route::Event => "foreground",
    };
    let pressed = |press| escaped(&link::written(&toast.key, press));
    // A reminder stands until somebody sends it away; Windows grants it only to a toast with buttons.
    let stay = match toast.duration_ms {
        _ if toast.urgent => r#" scenario="reminder""#,
        None => r#" scenario="reminder""#,
        Some(ms) if ms > SHORT_MS => r#" duration="long""#,
        Some(_) => r#" duration="short""#,
    };
    let buttons: String = toast
        .buttons
        .iter()
        .map(|button| {
            let (label, pressed) = (text(&button.label, LABEL_MOST_CHARS), pressed(button.press));
            format!(
                r#"<action content="{label}" arguments="{pressed}" activationType="{activation}"/>"#
            )
        })
        .collect();
    format!(
        concat!(
            r#"<toast launch="{launch}" activationType="{activation}"{stay}>"#,
            r#"<visual><binding template="ToastGeneric"><text>{title}</text><text>{body}</text></binding></visual>"#,
            r#"<actions>{buttons}</actions><audio silent="true"/></toast>"#,
        ),
        launch = pressed(Press::Open),
        activation = activation,
        stay = stay,
        title = text(&toast.title, TITLE_MOST_CHARS),
        body = text(&toast.body, BODY_MOST_CHARS),
        buttons = buttons,
    )
}

/// Writes a text: cut where it is long, without what XML cannot hold, and escaped.
fn text(text: &str, most: usize) -> String {
    let mut letters = text
        .chars()
        .map(|letter| if fits(letter) { letter } else { '\u{fffd}' });
    let mut kept: String = letters.by_ref().take(most).collect();
    if letters.next().is_some() {
        kept.pop();
        kept.push('…');
    }
    escaped(&kept)
}

/// Says whether XML 1.0 has the letter: a single one that it lacks makes Windows refuse the toast.
const fn fits(letter: char) -> bool {
    matches!(letter, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}

#[cfg(test)]
mod tests {
    use campanile_client::effect::{Button, ToastKey};
    use campanile_core::ids::EventId;
    use expect_test::expect;

    use super::*;

    fn toast() -> Toast {
        let button = |press, label: &str| Button {
            press,
            label: label.into(),
        };
        Toast {
            key: ToastKey::Notice(EventId(uuid::Uuid::from_u128(7))),
            title: "Olha: нове повідомлення".into(),
            body: "5 < 7 & \"so\" on".into(),
            buttons: vec![
                button(Press::Open, "Open"),
                button(Press::Read, "Прочитано"),
                button(Press::Snooze, "Snooze"),
            ],
            urgent: false,
            duration_ms: Some(5_000),
        }
    }

    #[test]
    fn a_toast_is_written_with_its_links_and_without_a_sound() {
        let written = written(&toast(), Route::Protocol).replace("><", ">\n<");
        // Each run makes up its own.
        let link = link::written(&ToastKey::Summary(0), Press::Open);
        let (_, proof) = link.split_once("proof=").expect("a proof");
        let written = written.replace(proof, "…");
        expect![[r#"
            <toast launch="campanile://toast?key=notice-00000000-0000-0000-0000-000000000007&amp;press=default&amp;proof=…" activationType="protocol" duration="short">
            <visual>
            <binding template="ToastGeneric">
            <text>Olha: нове повідомлення</text>
            <text>5 &lt; 7 &amp; &quot;so&quot; on</text>
            </binding>
            </visual>
            <actions>
            <action content="Open" arguments="campanile://toast?key=notice-00000000-0000-0000-0000-000000000007&amp;press=default&amp;proof=…" activationType="protocol"/>
            <action content="Прочитано" arguments="campanile://toast?key=notice-00000000-0000-0000-0000-000000000007&amp;press=read&amp;proof=…" activationType="protocol"/>
            <action content="Snooze" arguments="campanile://toast?key=notice-00000000-0000-0000-0000-000000000007&amp;press=snooze&amp;proof=…" activationType="protocol"/>
            </actions>
            <audio silent="true"/>
            </toast>"#]]
        .assert_eq(&written);
    }

    #[test]
    fn how_long_it_stays_is_said_in_windows_own_words() {
        for (urgent, duration_ms, expected) in [
            (false, Some(5_000), "duration=\"short\""),
            (false, Some(10_001), "duration=\"long\""),
            (false, None, "scenario=\"reminder\""),
            (true, Some(5_000), "scenario=\"reminder\""),
        ] {
            let toast = Toast {
                urgent,
                duration_ms,
                ..toast()
            };
            assert!(
                written(&toast, Route::Event).contains(expected),
                "{urgent} {duration_ms:?}"
            );
        }
    }

    #[test]
    fn a_text_cannot_become_markup_nor_make_the_toast_too_large() {
        let hostile = "\"/><image src='http://canary/'/>\0\u{1b}\u{ffff}\n".repeat(10_000);
        let button = Button {
            press: Press::Read,
            label: hostile.clone(),
        };
        for body in [
            hostile,
            "\"".repeat(10_000),
            "𝕏".repeat(10_000),
            "ї".repeat(10_000),
        ] {
            let toast = Toast {
                title: body.clone(),
                body,
                buttons: vec![button.clone(); 3],
                ..toast()
            };
            let written = written(&toast, Route::Protocol);
            assert!(written.len() <= 5_000, "{} bytes", written.len());
            assert_eq!(
                written.matches('<').count(),
                2 * 6 + 4,
                "no element but ours: {written}"
            );
            assert!(written.chars().all(fits));
        }
    }
}
