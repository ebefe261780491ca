# Налаштування.

preferences-title = Налаштування
preferences-sections = Розділи
preferences-types = Види сповіщень
preferences-channels = Канали
preferences-quiet = Години тиші
preferences-accounts = Облікові записи
preferences-general = Загальне
preferences-health = Стан
preferences-trouble = потребує уваги
preferences-loading = Завантаження…

types-for = Для
types-everything = Усього
types-place-line = Лінії
types-place-inbox = Скриньки
types-place-team = Команди
types-follow = Сповіщати про те, що надходить на «{ $name }»
types-follow-more = Якщо вимкнено, ви дізнаєтеся звідти лише про те, де вас названо або що призначено вам.
types-scope-note = Тут ви вибираєте лише для «{ $name }». Бліді позначки успадковано від «Усього».
types-advice = { $count ->
    [one] Спливні сповіщення ввімкнено для { $count } виду.
   *[other] Спливні сповіщення ввімкнено для { $count } видів.
} Більшість залишає призначення, згадки та SLA.
types-quieten = Притишити решту
types-search = Пошук ({ $count })
types-groups = Групи
types-all-groups = Усі групи
types-always = Завжди лунають
types-copy = Копіювати до…
types-defaults = Початкові значення
types-column-bell = Дзвін
types-column-toast = Спливне
types-column-sound = Звук
types-column-push = Push
types-column-email = Пошта
types-column-sms = SMS
types-column-telegram = Telegram
types-column-viber = Viber
types-column-whatsapp = WhatsApp
types-column-echat = eChat
types-column-webhook = Webhook
types-kind = Вид
types-melody = Мелодія
types-pin = Завжди
types-more = Ще
types-all-shown = Усі показані види
types-tick = { $kind }: { $channel }
types-inherited = успадковано
types-locked-required = Обов’язково: так вирішив адміністратор
types-locked-unavailable = Недоступно: адміністратор вимкнув
types-locked-view_only = Лише перегляд: це визначає адміністратор
types-channel-off = Канал «{ $channel }» вимкнено в розділі «Канали»
types-view-only = Лише перегляд: адміністратор не відкрив ці види
types-muted = Зараз вимкнено
types-heard = Чути й у години тиші
types-pin-kind = Завжди лунає: { $kind }
types-pin-help = Лунає й у години тиші
types-melody-kind = Мелодія: { $kind }
types-melody-own = Власні мелодії
types-melody-file = Власний файл…
types-melody-file-kind = Звуковий файл: { $kind }
types-melody-elsewhere = Файл з іншого комп’ютера
types-melody-remove = Видалити «{ $melody }» з цього комп’ютера
types-play = Програти: { $melody }
types-more-kind = Ще: { $kind }
types-volume-own = Власна гучність
types-volume = Гучність
types-unmute = Увімкнути знову
types-none = Жоден вид не підходить.
types-not-sent = { $count ->
    [one] Ще недоступно: { $count } вид
    [few] Ще недоступно: { $count } види
   *[other] Ще недоступно: { $count } видів
}
types-not-sent-why = Жодне джерело на вашому сервері їх поки не надсилає. Щойно надсилатиме, вони з’являться вище.
types-simple-title = Сповіщення
types-simple = Адміністратор залишив простий екран: ви вибираєте, як дізнаватися, а види мають початкові значення.

channels-on = Увімкнено
channels-off = Вимкнено
channels-test = Перевірити
channels-only-mine = Лише призначене мені
channels-required = Обов’язково: так вирішив адміністратор
channels-unavailable = Недоступно: адміністратор вимкнув
channels-view_only = Лише перегляд: це визначає адміністратор
channels-bell-about = Список і його лічильник. Зберігає все, хоч би що було вимкнено.
channels-toast-about = Коротка записка в кутку екрана.
channels-sound-about = Мелодія, що каже, про що йдеться.
channels-push-about = Сповіщення браузера, також на інших комп’ютерах.
channels-email-about = Лист на адресу з вашого профілю.
channels-sms-about = Текстове повідомлення на ваш номер.
channels-bot-about = Повідомлення від бота, якого налаштував адміністратор.
channels-webhook-about = Підписаний виклик на вашу адресу.
channels-duration = Видно протягом
channels-seconds = { $count } с
channels-until-dismissed = доки не закриєте
channels-most = Найбільше водночас
channels-repeats = Повторювати, доки не прочитано
channels-times = { $count ->
    [0] ніколи
    [one] { $count } раз
    [few] { $count } рази
   *[other] { $count } разів
}
channels-repeats-about = кожні 30 с
channels-shows = Показувати
channels-shows-text = ім’я та текст
channels-shows-name = лише ім’я
channels-shows-nothing = нічого з цього
channels-focus = Поки ви дивитеся на вхідні
channels-focus-inbox = мовчить усе
channels-focus-conversation = мовчить лише ця розмова
channels-others-wait = Поки ви працюєте за одним комп’ютером, інші чекають 10 секунд
channels-volume = Гучність
channels-percent = { $count } %
channels-gap = Пауза між мелодіями
channels-sound-repeats = Повторювати кожні 30 с, доки не прочитано

melody-refused-name = Файл не можна зберегти під цією назвою. Виберіть інший.
melody-refused-not_a_file = Це не звичайний файл. Виберіть інший.
melody-refused-too_large = Файл завеликий. Виберіть не більший за 20 МБ.
melody-refused-too_long = Звук задовгий. Виберіть не довший за 10 секунд.
melody-refused-format = Цей звук не вдасться програти. Виберіть файл у форматі WAV, OGG, FLAC або MP3.
melody-refused-too_many = Власних мелодій уже 32. Спершу видаліть одну.
melody-refused-damaged = Файл пошкоджено або його не вдається декодувати. Виберіть інший.
melody-refused-system = Файл не вдається зберегти. Переконайтеся, що на диску є місце і в теку даних можна писати.
melody-refused-no_desk = Campanile не відповів. Спробуйте ще раз; якщо не допоможе, запустіть Campanile знову.

hours-title = Години тиші
hours-on = Години тиші
hours-there-now = там зараз
hours-zone = Часовий пояс
hours-zone-none = Немає поясу з такою назвою
hours-now = Тиша зараз
hours-week = Тиждень
hours-draw = Проведіть по дню, щоб зробити його тихим, або по тиші, щоб її прибрати; або виберіть час праворуч.
hours-day-mon = Пн
hours-day-tue = Вт
hours-day-wed = Ср
hours-day-thu = Чт
hours-day-fri = Пт
hours-day-sat = Сб
hours-day-sun = Нд
hours-all-day = увесь день
hours-none = немає
hours-until = до { $end }
hours-from = з { $start }
hours-between = { $start }–{ $end }
hours-edit = Тиша, { $day }: { $times }
hours-edit-title = Тиша, { $day }
hours-edit-from = З
hours-edit-to = До
hours-add = Додати
hours-remove = Прибрати { $start }–{ $end }
hours-copy-all = Так само щодня
hours-copy-working = Так само з понеділка до п’ятниці
hours-unclear = Напишіть час так: 19:00.
hours-overnight = Якщо кінець раніший за початок, тиша триває до наступного дня.
hours-email = Пошта в години тиші
hours-email-skip = Не надсилати
hours-email-hold = Притримати й надіслати один підсумок наприкінці
hours-heard = Усе одно чути
hours-heard-none = У години тиші ніщо не лунає.
hours-heard-change = Змінити
hours-bell = Дзвіночок зберігає все в будь-якому разі.

accounts-paired = Поєднано з { $host }
accounts-none = Ніхто не ввійшов.
accounts-agent = Ви ввійшли як
accounts-server = Сервер
accounts-status = Зв’язок
accounts-availability = Нові чати
accounts-available = На зв’язку
accounts-busy = Зайнято
accounts-away = Немає на місці
accounts-session-only = На цьому комп’ютері немає сховища паролів: вхід діє, доки працює Campanile.
accounts-sign-out = Вийти…
accounts-sign-out-title = Вийти?
accounts-sign-out-more = Цей комп’ютер забуде { $host } і свій список. Ваші сповіщення залишаться на сервері.
accounts-sign-out-do = Вийти

general-autostart = Запускати під час входу
general-autostart-unknown = Ця система не каже, чи запускається Campanile під час входу. Задайте це в налаштуваннях стільниці.
general-language = Мова
general-theme = Вигляд
general-as-system = Як у системі
general-english = English
general-ukrainian = Українська
general-light = Світлий
general-dark = Темний
general-about = Campanile { $build }

health-works = Працює
health-off = Вимкнено
health-unknown = Невідомо
health-fails = Не працює
health-check = Перевірити
health-check-part = Перевірити: { $part }
health-fine = Усе працює.

