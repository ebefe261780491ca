# What happened, as rows and toasts say it. An attribute is used where the fact that it is named after is known.

notice-ticket_created = Новий тикет
    .contact = Новий тикет від { $contact }
notice-chat_created = Новий чат
    .contact = Новий чат, { $contact }
notice-comment_created = Новий коментар
    .actor = { $actor }: новий коментар
notice-ticket_message = Нове повідомлення в тикеті
    .contact = { $contact } пише в тикеті
notice-conversation_message = Нове повідомлення для вас
    .contact = { $contact } пише вам
notice-message_received = Нове повідомлення
    .contact = { $contact } пише
notice-reply_received = Нова відповідь
    .actor = { $actor } відповідає вам
notice-operator_mentioned = Вас згадали
    .actor = { $actor } згадує вас
notice-conversation_assigned = Вам призначено розмову
    .actor = { $actor } призначає вам розмову
notice-ai_handover = ШІ передав розмову: потрібна людина
notice-contact_assigned = Вам призначено контакт
    .actor = { $actor } призначає вам контакт
notice-appointment_assigned = Вам призначено зустріч
    .actor = { $actor } призначає вам зустріч
notice-reminder_assigned = Вам призначено нагадування
    .actor = { $actor } призначає вам нагадування
notice-ticket_reassign = Тикет перепризначено
    .actor = { $actor } перепризначає тикет
notice-chat_reassign = Чат перепризначено
    .actor = { $actor } перепризначає чат
notice-send_transfer_chat = Вам передають чат
    .actor = { $actor } передає вам чат
notice-ticket_closed = Тикет закрито
    .actor = { $actor } закриває тикет
notice-ticket_reopened = Тикет відкрито знову
    .actor = { $actor } знову відкриває тикет
notice-chat_closed = Чат закрито
    .actor = { $actor } закриває чат
notice-ticket_status_name_changed = Змінено статус тикета
    .status = Статус тикета: { $status }
notice-watcher_added = Ви тепер спостерігач
    .actor = { $actor } робить вас спостерігачем
notice-subject_change = Змінено тему
    .actor = { $actor } змінює тему
notice-csat_received = Отримано оцінку
    .score = Отримано оцінку: { $score }
notice-csat_negative = Негативна оцінка
    .score = Негативна оцінка: { $score }
notice-sla_warning = Наближається строк SLA
notice-sla_expired = SLA порушено
notice-sla_time_in_status_exceeded = Надто довго в одному статусі
    .status = Надто довго в статусі { $status }
notice-normative_response_warning = Скоро строк відповіді
notice-normative_response_overlimit = Строк відповіді минув
notice-call_incoming = Вхідний дзвінок
    .contact = Дзвінок: { $contact }
notice-call_missed = Пропущений дзвінок
    .contact = Пропущений дзвінок: { $contact }
notice-voicemail_left = Нове голосове повідомлення
    .contact = Голосове повідомлення: { $contact }
notice-text_received = Нове текстове повідомлення
    .contact = Текстове повідомлення: { $contact }
notice-fax_received = Новий факс
    .contact = Факс: { $contact }
notice-high_sms = Багато повідомлень одразу
    .line = Багато повідомлень одразу: { $line }
notice-appointment_created = Нова зустріч
    .contact = Нова зустріч: { $contact }
notice-appointment_1_day = Зустріч за один день
notice-appointment_1_hour = Зустріч за одну годину
notice-appointment_15_minutes = Зустріч за 15 хвилин
notice-appointment_1_minute = Зустріч за одну хвилину
notice-campaign_finished = Кампанію завершено
notice-wallet_warning = Баланс гаманця низький
notice-wallet_critical = Баланс гаманця критичний
notice-did_kyc_pending = Запит на номер чекає на перевірку особи
notice-webhook_failure = Вебхук не працює
notice-integration_connection_failed = Інтеграція недоступна

notice-unknown = Сповіщення
notice-hidden = Нове сповіщення

toast-open = Відкрити
toast-read = Прочитано
toast-snooze = За годину

toast-more = { $count ->
    [one] Ще { $count } сповіщення
    [few] Ще { $count } сповіщення
    [many] Ще { $count } сповіщень
   *[other] Ще { $count } сповіщення
}
toast-summary-away = { $count ->
    [one] { $count } сповіщення за вашої відсутності
    [few] { $count } сповіщення за вашої відсутності
    [many] { $count } сповіщень за вашої відсутності
   *[other] { $count } сповіщення за вашої відсутності
}
toast-summary-quiet = { $count ->
    [one] { $count } сповіщення за час тиші
    [few] { $count } сповіщення за час тиші
    [many] { $count } сповіщень за час тиші
   *[other] { $count } сповіщення за час тиші
}
toast-summary-kind = { $kind }: { $count }
toast-test = Це сповіщення від Campanile
toast-test-text = Якщо ви це бачите й чуєте мелодію, обидва працюють.
