# What happened, as rows and toasts say it. An attribute is used where the fact that it is named after is known.

notice-ticket_created = New ticket
    .contact = New ticket from { $contact }
notice-chat_created = New chat
    .contact = New chat with { $contact }
notice-comment_created = New comment
    .actor = { $actor } left a comment
notice-ticket_message = New message in a ticket
    .contact = { $contact } wrote in a ticket
notice-conversation_message = New message for you
    .contact = { $contact } wrote to you
notice-message_received = New message
    .contact = { $contact } wrote
notice-reply_received = New reply
    .actor = { $actor } replied to you
notice-operator_mentioned = You were mentioned
    .actor = { $actor } mentioned you
notice-conversation_assigned = A conversation was assigned to you
    .actor = { $actor } assigned a conversation to you
notice-ai_handover = AI handed over: a human is needed
notice-contact_assigned = A contact was assigned to you
    .actor = { $actor } assigned a contact to you
notice-appointment_assigned = An appointment was assigned to you
    .actor = { $actor } assigned an appointment to you
notice-reminder_assigned = A reminder was assigned to you
    .actor = { $actor } assigned a reminder to you
notice-ticket_reassign = Ticket reassigned
    .actor = { $actor } reassigned a ticket
notice-chat_reassign = Chat reassigned
    .actor = { $actor } reassigned a chat
notice-send_transfer_chat = A chat is transferred to you
    .actor = { $actor } transfers a chat to you
notice-ticket_closed = Ticket closed
    .actor = { $actor } closed a ticket
notice-ticket_reopened = Ticket opened again
    .actor = { $actor } opened a ticket again
notice-chat_closed = Chat closed
    .actor = { $actor } closed a chat
notice-ticket_status_name_changed = Ticket status changed
    .status = Ticket status: { $status }
notice-watcher_added = You are a watcher now
    .actor = { $actor } made you a watcher
notice-subject_change = Subject changed
    .actor = { $actor } changed the subject
notice-csat_received = Rating received
    .score = Rating received: { $score }
notice-csat_negative = Negative rating
    .score = Negative rating: { $score }
notice-sla_warning = SLA deadline near
notice-sla_expired = SLA breached
notice-sla_time_in_status_exceeded = Too long in one status
    .status = Too long in status { $status }
notice-normative_response_warning = An answer is due soon
notice-normative_response_overlimit = An answer is overdue
notice-call_incoming = Incoming call
    .contact = Call from { $contact }
notice-call_missed = Missed call
    .contact = Missed call from { $contact }
notice-voicemail_left = New voicemail
    .contact = Voicemail from { $contact }
notice-text_received = New text message
    .contact = Text message from { $contact }
notice-fax_received = New fax
    .contact = Fax from { $contact }
notice-high_sms = Many messages at once
    .line = Many messages at once on { $line }
notice-appointment_created = New appointment
    .contact = New appointment with { $contact }
notice-appointment_1_day = Appointment in one day
notice-appointment_1_hour = Appointment in one hour
notice-appointment_15_minutes = Appointment in 15 minutes
notice-appointment_1_minute = Appointment in one minute
notice-campaign_finished = Campaign finished
notice-wallet_warning = Wallet balance is low
notice-wallet_critical = Wallet balance is critical
notice-did_kyc_pending = A number request waits for the identity check
notice-webhook_failure = A webhook fails
notice-integration_connection_failed = An integration cannot be reached

notice-unknown = Notification
notice-hidden = New notification

toast-open = Open
toast-read = Mark read
toast-snooze = In an hour

toast-more = { $count ->
    [one] { $count } more notification
   *[other] { $count } more notifications
}
toast-summary-away = { $count ->
    [one] { $count } notification while you were away
   *[other] { $count } notifications while you were away
}
toast-summary-quiet = { $count ->
    [one] { $count } notification while it was quiet
   *[other] { $count } notifications while it was quiet
}
toast-summary-kind = { $kind }: { $count }
toast-test = This is a notification of Campanile
toast-test-text = If you see this and hear a melody, both work.
