# The tray: its tooltip and its menu, and the times that both tell.

app-name = Campanile

tray-unread = { $count ->
    [0] Немає непрочитаних
    [one] { $count } непрочитане
    [few] { $count } непрочитані
    [many] { $count } непрочитаних
   *[other] { $count } непрочитаного
}
tray-tooltip = { app-name }: { $unread }
tray-tooltip-more = { app-name }: { $unread }, { $state }
tray-no-account = Вхід не виконано
tray-signed-out = вхід більше не дійсний
tray-too-old = застосунок застарілий для сервера
tray-offline = немає зв’язку з { $since }
tray-store = не вдається записати на диск
tray-quiet-until = тиша до { $until }
tray-quiet-open = тиша, доки не вимкнете

tray-sign-in = Увійти…
tray-sign-in-again = Увійти знову…
tray-agent = { $name } · { $availability }
tray-available = На зв’язку
tray-busy = Зайнято
tray-away = Немає на місці
tray-hours-from = Години тиші: з { $start }
tray-hours-off = Години тиші: вимкнено
tray-hours-until = Тиша до { $until }
tray-hours-open = Тиша, доки не вимкнете
tray-half-an-hour = 30 хвилин
tray-an-hour = 1 година
tray-until-morning = До { $until }
tray-until-i-say = Доки не вимкну
tray-off = Вимкнути
tray-read-all = Позначити все прочитаним
tray-preferences = Налаштування…
tray-test = Пробне сповіщення
tray-quit = Вийти

time-today = { $time }
time-tomorrow = завтра { $time }
time-yesterday = вчора { $time }
time-day = { $day }, { $time }
time-date = { $day } { $month }
time-date-year = { $day } { $month } { $year }
month-1 = січня
month-2 = лютого
month-3 = березня
month-4 = квітня
month-5 = травня
month-6 = червня
month-7 = липня
month-8 = серпня
month-9 = вересня
month-10 = жовтня
month-11 = листопада
month-12 = грудня

quiet-next = Тиша: початок { $start }, кінець { $end } ({ $zone })
quiet-next-open = Тиша: початок { $start } ({ $zone })
quiet-now = Тиша до { $end } ({ $zone })
quiet-now-open = Тиша, доки не вимкнете
quiet-none = Години тиші не задано
clocks-forward = { $date } годинник переводять уперед; години лишаються, як ви їх задали.
clocks-back = { $date } годинник переводять назад; години лишаються, як ви їх задали.
