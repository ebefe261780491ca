# The tray: its tooltip and its menu, and the times that both tell.

app-name = Campanile

tray-unread = { $count ->
    [0] Nothing unread
   *[other] { $count } unread
}
tray-tooltip = { app-name }: { $unread }
tray-tooltip-more = { app-name }: { $unread }, { $state }
tray-no-account = Not signed in
tray-signed-out = signed out
tray-too-old = this app is too old for the server
tray-offline = offline since { $since }
tray-store = cannot write to the disk
tray-quiet-until = quiet until { $until }
tray-quiet-open = quiet until you say

tray-sign-in = Sign in…
tray-sign-in-again = Sign in again…
tray-agent = { $name } · { $availability }
tray-available = Available
tray-busy = Busy
tray-away = Away
tray-hours-from = Quiet hours: from { $start }
tray-hours-off = Quiet hours: off
tray-hours-until = Quiet until { $until }
tray-hours-open = Quiet until you say
tray-half-an-hour = 30 minutes
tray-an-hour = 1 hour
tray-until-morning = Until { $until }
tray-until-i-say = Until I say
tray-off = Off
tray-read-all = Mark all read
tray-preferences = Preferences…
tray-test = Test notification
tray-quit = Quit

time-today = { $time }
time-tomorrow = tomorrow { $time }
time-yesterday = yesterday { $time }
time-day = { $day }, { $time }
time-date = { $day } { $month }
time-date-year = { $day } { $month } { $year }
month-1 = January
month-2 = February
month-3 = March
month-4 = April
month-5 = May
month-6 = June
month-7 = July
month-8 = August
month-9 = September
month-10 = October
month-11 = November
month-12 = December

quiet-next = Quiet from { $start } to { $end } ({ $zone })
quiet-next-open = Quiet from { $start } on ({ $zone })
quiet-now = Quiet until { $end } ({ $zone })
quiet-now-open = Quiet until you say
quiet-none = No quiet hours are set
clocks-forward = Clocks go forward on { $date }; the hours stay as you set them.
clocks-back = Clocks go back on { $date }; the hours stay as you set them.
