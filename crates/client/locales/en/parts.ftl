# The parts of the desk: their names, their cures, and what can be the matter with each.

health-server = Server
health-tray = Tray
health-toast = Notification service
health-sound = Sound
health-keyring = Keyring
health-store = Local list
health-clock = Clock
health-zones = Time zone rules
health-autostart = Start at login
health-system_quiet = Do Not Disturb of the system
health-server-cure = Check the network, then try again.
health-tray-cure = This desktop shows no tray icons. Turn them on in its settings, or open the bell by starting Campanile again.
health-toast-cure = Allow notifications of Campanile in the settings of the system, then check again.
health-sound-cure = Connect or choose a sound device in the settings of the system, then check again.
health-keyring-cure = Start or unlock the keyring. Until then the sign-in ends with Campanile.
health-store-cure = Free some space on the disk, and see that its folder can be written.
health-clock-cure = Set the clock of this computer, best by turning on that the system sets it by itself, then check again.
health-zones-cure = Install the newest time zone rules (tzdata), then check again.
health-autostart-cure = Turn it on in the settings of your desktop.
health-system_quiet-cure = The system keeps notifications silent. Turn off its Do Not Disturb to hear them.
part-server-signed_out = The server does not know this computer any more. Pair it again under “Accounts”.
part-server-too_old = This Campanile is too old for the server. Install the newer version.
part-server-why = { $why }.
part-tray-no_host = This desktop shows no tray icons. Turn them on in its settings; until then start Campanile again to open the bell.
part-tray-no_bus = The desktop’s message bus does not answer. Sign in to the desktop again.
part-toast-none = No notification service is running. Turn notifications on in the settings of the desktop, or install a service such as dunst.
part-toast-refused = The system refuses notifications of Campanile. Allow them in its settings, then check again.
part-toast-off = Notifications are turned off in the settings of the system. Turn them on there, then check again.
part-toast-policy = Your organisation’s settings for this computer forbid notifications. Ask whoever looks after it.
part-toast-hangs = The notification service does not answer. Campanile goes on trying; signing in to the desktop again helps, too.
part-toast-no_bus = The desktop’s message bus does not answer. Sign in to the desktop again.
part-sound-no_device = There is no sound device. Connect or choose one in the settings of the system, then check again.
part-sound-busy = Another program keeps the sound device to itself. Close it, then check again.
part-sound-no_answer = The sound device does not answer. Choose another one in the settings of the system, then check again.
part-keyring-absent = There is no keyring on this computer: the sign-in ends with Campanile. Install one, such as gnome-keyring.
part-keyring-locked = The keyring is locked. Unlock it, then check again.
part-keyring-failed = The keyring does not work: the sign-in ends with Campanile. Start it again, then check again.
part-keyring-waiting = The keyring has not started yet. Campanile waits for it.
link-session-only = There is no keyring here: you stay signed in until Campanile ends.
link-unreadable = { $count ->
    [one] { $count } notification could not be read. Look for it on the platform, and update Campanile.
   *[other] { $count } notifications could not be read. Look for them on the platform, and update Campanile.
}
part-store-full = The disk is full. Free some space; until then nothing is kept on this computer.
part-store-read_only = The data folder cannot be written, and nothing is kept on this computer. See that it is yours and can be written, then check again.
part-store-broken = The local list cannot be written, and nothing is kept on this computer. Start Campanile again; the server still has everything.
part-clock-far = The clock of this computer is more than two minutes from the server’s: quiet hours, snoozes and times are off by as much. Set it, best by turning on that the system sets it by itself, then check again.
part-zones-old = The time zone rules are old: quiet hours may be an hour off in some places. Update the system’s time zone data (tzdata).
part-autostart-unreadable = Whether Campanile starts at login cannot be read. See that your configuration folder can be read.
part-autostart-unwritable = Start at login cannot be changed. See that your configuration folder can be written.
part-system_quiet-on = The system’s Do Not Disturb is on and keeps notifications silent. Turn it off to hear them.

clock-agrees = agrees with the server’s
clock-ahead = { $span } ahead of the server’s
clock-behind = { $span } behind the server’s
span-seconds = { $count } s
span-minutes = { $count } min
span-hours = { $count } h
span-days = { $count ->
    [one] { $count } day
   *[other] { $count } days
}
zones-system = of this system
zones-built-in = built into Campanile
zones-compiled = of last resort
zones-age = { $count ->
    [0] { $origin }, of today
    [one] { $origin }, { $count } day old
   *[other] { $origin }, { $count } days old
}
