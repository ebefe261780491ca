# Why a notice went out on a channel, or did not: the layer that had the last word.

fired = on: { $reason }
silent = off: { $reason }
held = held: { $reason }
waits = waits for the summary: { $reason }

reason-catalogue = the default
reason-unknown_kind = a kind that this app does not know
reason-instance = your administrator’s default
reason-chosen = your choice
    .place = your choice for { $place }
reason-channel_off = the channel is off
reason-only_mine = only for what is yours
reason-required = required by your administrator
reason-unavailable = not available from your administrator
reason-not_offered = not set up on this server
reason-expired = it came too late to interrupt
reason-kind_muted = this kind is muted
    .until = this kind is muted until { $until }
reason-hours = quiet hours { $start }–{ $end } { $zone }
reason-mute = muted until you say
    .until = muted until { $until }
reason-always_alert = always alerts
reason-focus = you were looking at it

fate-folded = shown with others in one notification
fate-summed = told in a summary
fate-too_soon = another melody had just played
fate-elsewhere = kept back for ten seconds, as you were active at another computer
