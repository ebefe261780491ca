//! What came while the desk was away.

use campanile_client::message::Message;
use expect_test::expect;

use crate::stage::check;

#[test]
fn a_catch_up_of_more_than_three_is_one_summary_and_only_what_always_alerts_rings_singly() {
    check(
        |desk| {
            let kinds = [
                "ticket_message",
                "conversation_assigned",
                "operator_mentioned",
                "sla_expired",
                "csat_received",
            ];
            let entries: Vec<_> = (1..)
                .zip(kinds)
                .map(|(n, kind)| desk.arrival(n, kind))
                .collect();
            let heard = desk.caught_up(entries);
            desk.say("after a night away", heard);
            desk.wake("10:00:00.400");
            desk.say(
                "the summary is shown",
                Message::ToastShown(campanile_client::effect::ToastKey::Summary(0)),
            );
        },
        expect![[r##"
            after a night away
              keep items: n1..n5 (5); toasting: n1..n5 (5); cursor: at 5
              toast n3 "Ana Admin mentioned you" "#3" [Open, Mark read, In an hour] urgent 5000 ms
              play two-bells at 70 for n3
              tray Urgent Digit(5) "Campanile: 5 unread"
              wake 10:00:00.400
            10:00:00.400 woke
              toast Summary "4 notifications while you were away" "New conversation assigned to me: 1, CSAT received: 1, SLA breached: 1, …" [Open] 5000 ms
            the summary is shown
              keep toasted: n1 n2 n4 n5
        "##]],
    );
}

#[test]
fn a_catch_up_of_three_is_shown_singly() {
    check(
        |desk| {
            let entries = (1..=3)
                .map(|n| desk.arrival(n, "conversation_assigned"))
                .collect();
            let heard = desk.caught_up(entries);
            desk.say("after a while away", heard);
            desk.wake("10:00:00.400");
        },
        expect![[r##"
            after a while away
              keep items: n1 n2 n3; toasting: n1 n2 n3; cursor: at 3
              tray Calm Digit(3) "Campanile: 3 unread"
              wake 10:00:00.400
            10:00:00.400 woke
              toast n1 "Ana Admin assigned a conversation to you" "#1" [Open, Mark read, In an hour] 5000 ms
              toast n2 "Ana Admin assigned a conversation to you" "#2" [Open, Mark read, In an hour] 5000 ms
              toast n3 "Ana Admin assigned a conversation to you" "#3" [Open, Mark read, In an hour] 5000 ms
              play carillon at 70 for n1
        "##]],
    );
}

#[test]
fn a_catch_up_on_a_slow_line_is_summed_up_once_its_last_page_is_in() {
    check(
        |desk| {
            let page: Vec<_> = (1..=4).map(|n| desk.arrival(n, "sla_expired")).collect();
            let heard = desk.caught_up_with_more(page);
            desk.say("the first page", heard);
            desk.clock("10:00:30");
            let page = vec![desk.arrival(5, "csat_received")];
            let heard = desk.caught_up(page);
            desk.say("the last page, half a minute later", heard);
            desk.wake("10:00:30.400");
        },
        expect![[r#"
            the first page
              keep items: n1 n2 n3 n4; toasting: n1 n2 n3 n4; cursor: at 4
              tray Urgent Digit(4) "Campanile: 4 unread"
              wake 10:00:40
            the last page, half a minute later
              keep items: n5; toasting: n5; cursor: at 5
              tray Urgent Digit(5) "Campanile: 5 unread"
              wake 10:00:30.400
            10:00:30.400 woke
              toast Summary "5 notifications while you were away" "SLA breached: 4, CSAT received: 1" [Open] 5000 ms
              play alarm at 70 for n1
        "#]],
    );
}

#[test]
fn a_catch_up_that_breaks_off_is_summed_up_when_no_stream_would_be_waited_for_any_longer() {
    check(
        |desk| {
            let page: Vec<_> = (1..=4).map(|n| desk.arrival(n, "sla_expired")).collect();
            let heard = desk.caught_up_with_more(page);
            desk.say("the first page", heard);
            desk.wake("10:00:40");
        },
        expect![[r#"
            the first page
              keep items: n1 n2 n3 n4; toasting: n1 n2 n3 n4; cursor: at 4
              tray Urgent Digit(4) "Campanile: 4 unread"
              wake 10:00:40
            10:00:40 woke
              toast Summary "4 notifications while you were away" "SLA breached: 4" [Open] 5000 ms
              play alarm at 70 for n1
        "#]],
    );
}
