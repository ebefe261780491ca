# Дзвіночок і те, що спільне з налаштуваннями: зв’язок, тиша, поєднання і перші кроки.

bell-title = Campanile
bell-tabs = Показувати
bell-tab-unread = Непрочитані
bell-tab-all = Усі
bell-tab-mentions = Згадки
bell-search = Пошук
bell-search-clear = Очистити пошук
bell-groups = Лише ці групи
bell-group-messages = Повідомлення
bell-group-assignment = Призначення
bell-group-changes = Зміни
bell-group-csat = Оцінки
bell-group-sla = SLA
bell-group-normatives = Нормативи
bell-group-calls = Дзвінки
bell-group-appointments = Зустрічі
bell-group-campaigns = Кампанії
bell-group-account = Обліковий запис
bell-group-reports = Звіти
bell-group-mail = Пошта
bell-list = Сповіщення
bell-count = { $count ->
    [0] Непрочитаних немає
    [one] { $count } непрочитане
    [few] { $count } непрочитані
   *[other] { $count } непрочитаних
}
bell-today = Сьогодні
bell-yesterday = Учора
bell-now = щойно
bell-minutes = { $count } хв
bell-unread = Непрочитане
bell-urgent = Термінове
bell-snoozed = Відкладено до { $until }
bell-not-on-server = Лише на цьому комп’ютері
bell-not-on-server-why = Сервер не має цього сповіщення: його відновлено зі старішої копії, або він його більше не зберігає. Тут воно лишається.
bell-more = { $count ->
    [one] ще { $count } повідомлення
    [few] ще { $count } повідомлення
   *[other] ще { $count } повідомлень
}
bell-fold = Згорнути
bell-beyond = { $count ->
    [one] і ще { $count } давніше
    [few] і ще { $count } давніші
   *[other] і ще { $count } давніших
}
bell-actions = Дії
bell-read = Позначити прочитаним
bell-mark-unread = Позначити непрочитаним
bell-snooze = Відкласти
bell-snooze-30 = 30 хвилин
bell-snooze-60 = 1 година
bell-snooze-180 = 3 години
bell-snooze-tomorrow = Завтра о 08:00
bell-snooze-choose = Вибрати час…
bell-snooze-day = День
bell-snooze-time = Час
bell-snooze-past = Цей час уже минув. Виберіть пізніший.
bell-snooze-unclear = Напишіть час так: 14:30.
bell-more-actions = Ще
bell-why = Чому це пролунало?
bell-why-rang = спрацювало
bell-why-silent = не спрацювало
bell-why-none = Про це сповіщення нічого не збережено.
bell-why-asking = Запитуємо сервер про решту каналів…
bell-why-no-answer = Не вдалося запитати сервер, що сталося зі сповіщенням у дзвіночку, поштою та в інших його каналах. Погляньте знову, коли з’явиться з’єднання.
bell-why-lacks = Сервер більше не має цього сповіщення: що він вирішив, невідомо.
bell-why-not-offered = Не налаштовано на цьому сервері: { $channels }.
bell-mute-kind = Вимкнути «{ $kind }» на 1 годину
bell-kind-preferences = Налаштування…
bell-remove = Вилучити
bell-close = Закрити
bell-cancel = Скасувати
bell-strange = Відкрити сторінку деінде?
bell-strange-host = Це сповіщення веде на
bell-strange-advice = Ваш сервер не ручається за цю адресу. Відкривайте, лише якщо чекаєте на неї.
bell-strange-open = Відкрити { $host }
bell-pair = Увійти деінде?
bell-pair-host = Посилання просить поєднати цей комп’ютер наново, з
bell-pair-advice = Тут вас буде виведено. Погоджуйтеся, лише якщо ви щойно самі відкрили посилання для поєднання.
bell-pair-open = Поєднати з { $host }
bell-read-all = Прочитати все
bell-preferences = Налаштування
bell-empty-unread = Усе прочитано
bell-empty-unread-more = Нові сповіщення з’являться тут.
bell-empty-all = Поки що нічого
bell-empty-all-more = Ваше перше сповіщення з’явиться тут.
bell-empty-mentions = Вас ніхто не згадав
bell-empty-mentions-more = Коли хтось згадає, це з’явиться тут і пролунає навіть у години тиші.
bell-empty-search = Нічого не знайдено
bell-empty-search-more = Спробуйте інші слова або шукайте в «Усі».
bell-search-all = Шукати в «Усі»
bell-loading = Завантаження…
bell-filling = Отримуємо ваші сповіщення з сервера…
bell-keys = Клавіші
bell-keys-move = Рух у списку
bell-keys-open = Відкрити
bell-keys-read = Позначити прочитаним
bell-keys-unread = Позначити непрочитаним
bell-keys-snooze = Відкласти
bell-keys-remove = Вилучити
bell-keys-search = Пошук
bell-keys-keys = Показати клавіші
bell-keys-close = Закрити

undo = Повернути
undo-done = Зроблено
undo-read = { $count ->
    [one] Прочитано { $count } сповіщення
    [few] Прочитано { $count } сповіщення
   *[other] Прочитано { $count } сповіщень
}
undo-snoozed = { $count ->
    [one] Відкладено { $count } сповіщення
    [few] Відкладено { $count } сповіщення
   *[other] Відкладено { $count } сповіщень
}
undo-preferred = { $count ->
    [one] Змінено { $count } вибір
    [few] Змінено { $count } вибори
   *[other] Змінено { $count } виборів
}
undo-melody_removed = Мелодію видалено
undo-removed = { $count ->
    [one] Вилучено { $count } сповіщення
    [few] Вилучено { $count } сповіщення
   *[other] Вилучено { $count } сповіщень
}

link-connected = На зв’язку
link-connecting = З’єднання…
link-offline = { $host } не відповідає з { $since }.
link-offline-short = Немає зв’язку
link-retry = { $count ->
    [0] Пробуємо ще раз.
   *[other] Наступна спроба за { $count } с.
}
link-retry-now = Спробувати
link-why = Причина: { $why }.
link-waiting = { $count ->
    [one] { $count } зміна чекає на сервер.
    [few] { $count } зміни чекають на сервер.
   *[other] { $count } змін чекають на сервер.
}
link-signed-out = Ви вийшли з облікового запису.
link-signed-out-more = Сервер більше не знає цього комп’ютера. Поєднайте його знову, щоб продовжити.
link-sign-in = Увійти знову
link-too-old = Цей Campanile застарілий для сервера.
link-too-old-more = Установіть новішу версію; доти нове не надходить.
link-no-desk = Не вдалося: Campanile не відповів. Спробуйте ще раз; якщо не допоможе, запустіть Campanile знову.
link-dismiss = Сховати

quiet-button = Тиша
quiet-is-off = Тишу вимкнено
quiet-until = Тиша до { $until }
quiet-until-i-say = Тиша, доки не вимкнете
quiet-from = Тиша з { $from }
quiet-held = { $count ->
    [one] Притримано { $count } сповіщення
    [few] Притримано { $count } сповіщення
   *[other] Притримано { $count } сповіщень
}
quiet-for-half-an-hour = Тиша на 30 хвилин
quiet-for-an-hour = Тиша на 1 годину
quiet-for-until-morning = Тиша до завтра, 08:00
quiet-for-until-i-say = Тиша, доки не вимкну
quiet-for-off = Закінчити тишу

pair-title = Поєднайте цей комп’ютер
pair-more = Адміністратор або ваша сторінка на сервері дає посилання, що починається з campanile://pair. Вставте його сюди.
pair-link = Посилання для поєднання
pair-do = Поєднати
pair-doing = Поєднуємо…
pair-not-a-link = Це не посилання для поєднання. Воно починається з campanile://pair.

first-steps = Перші кроки
first-step = Крок { $step } з 3
first-sample-title = Подивіться й послухайте
first-sample-more = Campanile покаже сповіщення і програє мелодію, щоб ви знали, чого чекати.
first-sample-do = Показати зразок
first-sample-again = Показати ще раз
first-sample-trouble = Якщо нічого не видно й не чути, розділ «Стан» скаже, чого бракує.
first-loud-title = Наскільки гучно?
first-loud-more = Це можна змінити будь-коли для кожного виду подій.
first-loud-both = Спливні сповіщення і звук
first-loud-both-more = З’являється сповіщення, а мелодія каже, про що воно.
first-loud-toast = Лише спливні сповіщення
first-loud-toast-more = Сповіщення з’являється без звуку.
first-loud-bell = Лише дзвіночок
first-loud-bell-more = Ніщо не відволікає; дзвіночок веде лік.
first-next = Далі
first-skip = Пропустити
first-done = Готово
first-welcome = Вітаємо, { $name }
