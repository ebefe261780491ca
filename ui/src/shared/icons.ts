/** The icons, and which one stands for which group and channel: one library, one weight. */

import type { Component } from "svelte";

import ArrowLeftRight from "@lucide/svelte/icons/arrow-left-right";
import AtSign from "@lucide/svelte/icons/at-sign";
import Bell from "@lucide/svelte/icons/bell";
import CalendarDays from "@lucide/svelte/icons/calendar-days";
import ChartColumn from "@lucide/svelte/icons/chart-column";
import Gauge from "@lucide/svelte/icons/gauge";
import Globe from "@lucide/svelte/icons/globe";
import Mail from "@lucide/svelte/icons/mail";
import Megaphone from "@lucide/svelte/icons/megaphone";
import MessageCircle from "@lucide/svelte/icons/message-circle";
import MessageSquare from "@lucide/svelte/icons/message-square";
import MessageSquareText from "@lucide/svelte/icons/message-square-text";
import Phone from "@lucide/svelte/icons/phone";
import Send from "@lucide/svelte/icons/send";
import Smartphone from "@lucide/svelte/icons/smartphone";
import Star from "@lucide/svelte/icons/star";
import Timer from "@lucide/svelte/icons/timer";
import UserRound from "@lucide/svelte/icons/user-round";
import Volume2 from "@lucide/svelte/icons/volume-2";
import WalletCards from "@lucide/svelte/icons/wallet-cards";
import Webhook from "@lucide/svelte/icons/webhook";

// The library types its icons by an interface of its own, which a component of ours need not know.
export type IconShape = Component<any>;

const groups: Record<string, IconShape> = {
  messages: MessageSquare,
  assignment: UserRound,
  changes: ArrowLeftRight,
  csat: Star,
  sla: Timer,
  normatives: Gauge,
  calls: Phone,
  appointments: CalendarDays,
  campaigns: Megaphone,
  account: WalletCards,
  reports: ChartColumn,
  mail: Mail,
};

const channels: Record<string, IconShape> = {
  bell: Bell,
  toast: MessageSquareText,
  sound: Volume2,
  push: Globe,
  email: Mail,
  sms: Smartphone,
  telegram: Send,
  viber: Phone,
  whatsapp: MessageCircle,
  echat: MessageSquare,
  webhook: Webhook,
};

/** Returns the icon of a notice's kind: its group's, but a mention has its own. */
export const iconOfKind = (kind: string, group: string | null): IconShape =>
  kind === "operator_mentioned" ? AtSign : ((group && groups[group]) || Bell);

/** Returns the icon of a channel. */
export const iconOfChannel = (channel: string): IconShape => channels[channel] ?? Bell;
