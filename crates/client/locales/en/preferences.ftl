# The preferences.

preferences-title = Preferences
preferences-sections = Sections
preferences-types = Notification types
preferences-channels = Channels
preferences-quiet = Quiet hours
preferences-accounts = Accounts
preferences-general = General
preferences-health = Health
preferences-trouble = needs attention
preferences-loading = Loading…

types-for = For
types-everything = Everything
types-place-line = Lines
types-place-inbox = Inboxes
types-place-team = Teams
types-follow = Tell me what comes on { $name }
types-follow-more = Off, you are told only what names you or is assigned to you there.
types-scope-note = Here you choose only for { $name }. Pale ticks are taken over from “Everything”.
types-advice = { $count ->
    [one] You have toasts on for { $count } kind.
   *[other] You have toasts on for { $count } kinds.
} Most people keep assignments, mentions and SLA.
types-quieten = Quieten the rest
types-search = { $count ->
    [one] Search { $count } kind
   *[other] Search { $count } kinds
}
types-groups = Groups
types-all-groups = All groups
types-always = Always alert
types-copy = Copy to…
types-defaults = Back to defaults
types-column-bell = Bell
types-column-toast = Toast
types-column-sound = Sound
types-column-push = Push
types-column-email = Email
types-column-sms = SMS
types-column-telegram = Telegram
types-column-viber = Viber
types-column-whatsapp = WhatsApp
types-column-echat = eChat
types-column-webhook = Webhook
types-kind = Kind
types-melody = Melody
types-pin = Always
types-more = More
types-all-shown = All kinds shown
types-tick = { $kind }: { $channel }
types-inherited = taken over
types-locked-required = Required by your administrator
types-locked-unavailable = Not available: your administrator turned it off
types-locked-view_only = View only: your administrator keeps this
types-channel-off = { $channel } is off under “Channels”
types-view-only = View only: your administrator has not opened these kinds
types-muted = Muted for now
types-heard = Also heard in quiet hours
types-pin-kind = Always alert: { $kind }
types-pin-help = Rings in quiet hours, too
types-melody-kind = Melody: { $kind }
types-melody-own = Own melodies
types-melody-file = Own file…
types-melody-file-kind = Sound file for { $kind }
types-melody-elsewhere = File of another computer
types-melody-remove = Remove “{ $melody }” from this computer
types-play = Play: { $melody }
types-more-kind = More: { $kind }
types-volume-own = Own volume
types-volume = Volume
types-unmute = End the mute
types-none = No kind fits.
types-not-sent = { $count ->
    [one] Not available yet: { $count } kind
   *[other] Not available yet: { $count } kinds
}
types-not-sent-why = No source on your server sends these so far. They appear above as soon as one does.
types-simple-title = Notifications
types-simple = Your administrator keeps the simple screen: you choose how you are told, and the kinds follow the defaults.

channels-on = On
channels-off = Off
channels-test = Test
channels-only-mine = Only what is assigned to me
channels-required = Required by your administrator
channels-unavailable = Not available: your administrator turned it off
channels-view_only = View only: your administrator keeps this
channels-bell-about = The list and its number. It keeps everything, whatever else is off.
channels-toast-about = A short note in the corner of the screen.
channels-sound-about = A melody that tells what it is.
channels-push-about = Notes of your browser, also on other computers.
channels-email-about = Mail to the address of your profile.
channels-sms-about = A text message to your number.
channels-bot-about = A message of the bot that your administrator set up.
channels-webhook-about = A signed call to an address of yours.
channels-duration = Stays for
channels-seconds = { $count } s
channels-until-dismissed = until dismissed
channels-most = Most at once
channels-repeats = Repeats until read
channels-times = { $count ->
    [0] never
    [one] { $count } time
   *[other] { $count } times
}
channels-repeats-about = every 30 s
channels-shows = Shows
channels-shows-text = name and text
channels-shows-name = name only
channels-shows-nothing = neither
channels-focus = While you look at the inbox
channels-focus-inbox = all is silent
channels-focus-conversation = only that conversation is silent
channels-others-wait = While you work at one computer, the others wait 10 seconds
channels-volume = Volume
channels-percent = { $count } %
channels-gap = Pause between melodies
channels-sound-repeats = Repeat every 30 s until read

melody-refused-name = The file cannot be kept under this name. Choose another.
melody-refused-not_a_file = This is no plain file. Choose another.
melody-refused-too_large = The file is too large. Choose one of at most 20 MB.
melody-refused-too_long = The sound is too long. Choose one of at most 10 seconds.
melody-refused-format = This is no sound that can be played. Choose a file in the format WAV, OGG, FLAC or MP3.
melody-refused-too_many = There are 32 own melodies already. Remove one first.
melody-refused-damaged = The file is damaged or cannot be decoded. Choose another.
melody-refused-system = The file cannot be kept. See that there is room on the disk and that the data folder can be written.
melody-refused-no_desk = Campanile did not answer. Try again; if it stays so, start Campanile again.

hours-title = Quiet hours
hours-on = Quiet hours
hours-there-now = there now
hours-zone = Time zone
hours-zone-none = No zone of that name
hours-now = Quiet now
hours-week = The week
hours-draw = Draw over a day to make it quiet, draw over quiet to end it; or choose the times at the right.
hours-day-mon = Mon
hours-day-tue = Tue
hours-day-wed = Wed
hours-day-thu = Thu
hours-day-fri = Fri
hours-day-sat = Sat
hours-day-sun = Sun
hours-all-day = all day
hours-none = none
hours-until = until { $end }
hours-from = from { $start }
hours-between = { $start }–{ $end }
hours-edit = Quiet on { $day }: { $times }
hours-edit-title = Quiet on { $day }
hours-edit-from = From
hours-edit-to = To
hours-add = Add
hours-remove = Remove { $start }–{ $end }
hours-copy-all = Same every day
hours-copy-working = Same Monday to Friday
hours-unclear = Write the times as 19:00.
hours-overnight = A time to that is before the time from reaches into the next day.
hours-email = Email in quiet hours
hours-email-skip = Skip it
hours-email-hold = Hold it, and send one summary at the end
hours-heard = Still heard
hours-heard-none = Nothing rings in quiet hours.
hours-heard-change = Change
hours-bell = The bell keeps everything either way.

accounts-paired = Paired with { $host }
accounts-none = Nobody is signed in.
accounts-agent = Signed in as
accounts-server = Server
accounts-status = Link
accounts-availability = New chats
accounts-available = Available
accounts-busy = Busy
accounts-away = Away
accounts-session-only = There is no keyring on this computer: the sign-in ends when Campanile ends.
accounts-sign-out = Sign out…
accounts-sign-out-title = Sign out?
accounts-sign-out-more = This computer forgets { $host } and the list it keeps. Your notifications stay on the server.
accounts-sign-out-do = Sign out

general-autostart = Start at login
general-autostart-unknown = This system does not tell whether Campanile starts at login. Set it in the settings of your desktop.
general-language = Language
general-theme = Theme
general-as-system = As the system
general-english = English
general-ukrainian = Українська
general-light = Light
general-dark = Dark
general-about = Campanile { $build }

health-works = Works
health-off = Off
health-unknown = Not known
health-fails = Does not work
health-check = Check
health-check-part = Check: { $part }
health-fine = Everything works.

