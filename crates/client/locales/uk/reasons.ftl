# Why a notice went out on a channel, or did not: the layer that had the last word.

fired = увімкнено: { $reason }
silent = вимкнено: { $reason }
held = стримано: { $reason }
waits = чекає на підсумок: { $reason }

reason-catalogue = типове значення
reason-unknown_kind = вид, якого застосунок не знає
reason-instance = типове значення вашого адміністратора
reason-chosen = ваш вибір
    .place = ваш вибір для { $place }
reason-channel_off = канал вимкнено
reason-only_mine = лише для вашого
reason-required = цього вимагає ваш адміністратор
reason-unavailable = адміністратор не дозволяє
reason-not_offered = не налаштовано на цьому сервері
reason-expired = надійшло запізно, щоб турбувати
reason-kind_muted = цей вид стишено
    .until = цей вид стишено до { $until }
reason-hours = години тиші { $start }–{ $end } { $zone }
reason-mute = тиша, доки не вимкнете
    .until = тиша до { $until }
reason-always_alert = сповіщає завжди
reason-focus = ви саме на це дивилися

fate-folded = показано разом з іншими в одному сповіщенні
fate-summed = повідомлено в підсумку
fate-too_soon = щойно звучала інша мелодія
fate-elsewhere = стримано на десять секунд, бо ви працювали за іншим комп’ютером
