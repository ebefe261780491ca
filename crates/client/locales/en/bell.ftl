# The bell, and what it shares with the preferences: the link, quiet, pairing and first steps.

bell-title = Campanile
bell-tabs = Show
bell-tab-unread = Unread
bell-tab-all = All
bell-tab-mentions = Mentions
bell-search = Search
bell-search-clear = Clear the search
bell-groups = Only these groups
bell-group-messages = Messages
bell-group-assignment = Assignment
bell-group-changes = Changes
bell-group-csat = CSAT
bell-group-sla = SLA
bell-group-normatives = Normatives
bell-group-calls = Calls
bell-group-appointments = Appointments
bell-group-campaigns = Campaigns
bell-group-account = Account
bell-group-reports = Reports
bell-group-mail = Mail
bell-list = Notifications
bell-count = { $count ->
    [0] Nothing unread
   *[other] { $count } unread
}
bell-today = Today
bell-yesterday = Yesterday
bell-now = now
bell-minutes = { $count } min
bell-unread = Unread
bell-urgent = Urgent
bell-snoozed = Snoozed until { $until }
bell-not-on-server = On this computer only
bell-not-on-server-why = The server does not have this notification: it was restored from an older copy, or no longer keeps it. Here it stays.
bell-more = { $count ->
    [one] { $count } more message
   *[other] { $count } more messages
}
bell-fold = Show less
bell-beyond = { $count ->
    [one] and { $count } older one
   *[other] and { $count } older ones
}
bell-actions = Actions
bell-read = Mark read
bell-mark-unread = Mark unread
bell-snooze = Snooze
bell-snooze-30 = 30 minutes
bell-snooze-60 = 1 hour
bell-snooze-180 = 3 hours
bell-snooze-tomorrow = Tomorrow 08:00
bell-snooze-choose = Choose a time…
bell-snooze-day = Day
bell-snooze-time = Time
bell-snooze-past = This time has passed. Choose a later one.
bell-snooze-unclear = Write the time as 14:30.
bell-more-actions = More
bell-why = Why did this ring?
bell-why-rang = went out
bell-why-silent = did not go out
bell-why-none = Nothing was kept about this one.
bell-why-asking = Asking the server about the other channels…
bell-why-no-answer = The server could not be asked what became of it in the bell, by mail and on its other channels. Look again once there is a connection.
bell-why-lacks = The server does not have this notification any more: what it decided is not known.
bell-why-not-offered = Not set up on this server: { $channels }.
bell-mute-kind = Mute “{ $kind }” for 1 hour
bell-kind-preferences = Preferences…
bell-remove = Remove
bell-close = Close
bell-cancel = Cancel
bell-strange = Open a page elsewhere?
bell-strange-host = This notification leads to
bell-strange-advice = Your server does not vouch for this address. Open it only if you expect it.
bell-strange-open = Open { $host }
bell-pair = Sign in elsewhere?
bell-pair-host = A link asks to pair this computer anew, with
bell-pair-advice = You would be signed out here. Agree only if you opened a pairing link yourself just now.
bell-pair-open = Pair with { $host }
bell-read-all = Mark all read
bell-preferences = Preferences
bell-empty-unread = All read
bell-empty-unread-more = What comes next appears here.
bell-empty-all = Nothing yet
bell-empty-all-more = Your first notification appears here.
bell-empty-mentions = Nobody mentioned you
bell-empty-mentions-more = When somebody does, it appears here and alerts you even in quiet hours.
bell-empty-search = Nothing found
bell-empty-search-more = Try other words, or look in “All”.
bell-search-all = Search in All
bell-loading = Loading…
bell-filling = Fetching your notifications from the server…
bell-keys = Keys
bell-keys-move = Move in the list
bell-keys-open = Open
bell-keys-read = Mark read
bell-keys-unread = Mark unread
bell-keys-snooze = Snooze
bell-keys-remove = Remove
bell-keys-search = Search
bell-keys-keys = Show the keys
bell-keys-close = Close

undo = Undo
undo-done = Done
undo-read = { $count ->
    [one] Marked read
   *[other] { $count } marked read
}
undo-snoozed = { $count ->
    [one] Snoozed
   *[other] { $count } snoozed
}
undo-preferred = { $count ->
    [one] { $count } choice changed
   *[other] { $count } choices changed
}
undo-melody_removed = Melody removed
undo-removed = { $count ->
    [one] Removed
   *[other] { $count } removed
}

link-connected = Connected
link-connecting = Connecting…
link-offline = No answer from { $host } since { $since }.
link-offline-short = Offline
link-retry = { $count ->
    [0] Trying again now.
   *[other] Trying again in { $count } s.
}
link-retry-now = Try now
link-why = Reason: { $why }.
link-waiting = { $count ->
    [one] { $count } change waits for the server.
   *[other] { $count } changes wait for the server.
}
link-signed-out = You are signed out.
link-signed-out-more = The server does not know this computer any more. Pair again to go on.
link-sign-in = Sign in again
link-too-old = This Campanile is too old for the server.
link-too-old-more = Install the newer version; until then nothing new arrives.
link-no-desk = That came to nothing: Campanile did not answer. Try again; if it stays so, start Campanile again.
link-dismiss = Hide

quiet-button = Quiet
quiet-is-off = Quiet is off
quiet-until = Quiet until { $until }
quiet-until-i-say = Quiet until you say
quiet-from = Quiet from { $from }
quiet-held = { $count ->
    [one] Held: { $count } notice
   *[other] Held: { $count } notices
}
quiet-for-half-an-hour = Quiet for 30 minutes
quiet-for-an-hour = Quiet for 1 hour
quiet-for-until-morning = Quiet until tomorrow 08:00
quiet-for-until-i-say = Quiet until I say
quiet-for-off = End quiet now

pair-title = Pair this computer
pair-more = Your administrator, or your page on the server, gives you a link that begins with campanile://pair. Paste it here.
pair-link = Pairing link
pair-do = Pair
pair-doing = Pairing…
pair-not-a-link = This is no pairing link. It begins with campanile://pair.

first-steps = First steps
first-step = Step { $step } of 3
first-sample-title = See and hear it
first-sample-more = Campanile shows a notification and plays a melody, so that you know what to expect.
first-sample-do = Show a sample
first-sample-again = Show it again
first-sample-trouble = If nothing appears or sounds, Health tells what is missing.
first-loud-title = How loud?
first-loud-more = You can change this at any time, for each kind of event.
first-loud-both = Toasts and sound
first-loud-both-more = A toast appears, and a melody tells what it is.
first-loud-toast = Toasts only
first-loud-toast-more = A toast appears without a sound.
first-loud-bell = Bell only
first-loud-bell-more = Nothing interrupts; the bell keeps count.
first-next = Next
first-skip = Skip
first-done = Done
first-welcome = Welcome, { $name }
