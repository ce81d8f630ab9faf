import type { TaskDefinition, TriggerDefinition } from '@batuta/plugin-sdk'
import { opsgenieAlert, opsgenieExecution } from './alert/opsgenie.ts'
import { pagerDutyAlert, pagerDutyExecution } from './alert/pagerduty.ts'
import { sentryAlert, sentryExecution } from './alert/sentry.ts'
import { squadcastExecution, squadcastIncomingWebhook } from './alert/squadcast.ts'
import { zendutyAlert, zendutyExecution } from './alert/zenduty.ts'
import { discordExecution, discordIncomingWebhook } from './chat/discord.ts'
import { googleChatExecution, googleChatIncomingWebhook } from './chat/google-chat.ts'
import { lineExecution } from './chat/line.ts'
import { messengerExecution } from './chat/messenger.ts'
import { slackExecution, slackIncomingWebhook } from './chat/slack.ts'
import { teamsExecution, teamsIncomingWebhook } from './chat/teams.ts'
import { telegramExecution, telegramSend } from './chat/telegram.ts'
import { whatsAppExecution, whatsAppIncomingWebhook } from './chat/whatsapp.ts'
import { xExecution } from './chat/x.ts'
import { zulipExecution, zulipIncomingWebhook } from './chat/zulip.ts'
import { mailReceivedTrigger, realTimeTrigger } from './mail/inbox/mail-triggers.ts'
import { mailExecution, mailSend } from './mail/mail-send.ts'
import { sendGridMailExecution, sendGridMailSend } from './mail/sendgrid.ts'
import { mmsSend, smsSend, twilioAlert, twilioExecution } from './phone/twilio.ts'

export const tasks: readonly TaskDefinition[] = [
  discordExecution,
  discordIncomingWebhook,
  googleChatExecution,
  googleChatIncomingWebhook,
  lineExecution,
  mailExecution,
  mailSend,
  messengerExecution,
  mmsSend,
  opsgenieAlert,
  opsgenieExecution,
  pagerDutyAlert,
  pagerDutyExecution,
  sendGridMailExecution,
  sendGridMailSend,
  sentryAlert,
  sentryExecution,
  slackExecution,
  slackIncomingWebhook,
  smsSend,
  squadcastExecution,
  squadcastIncomingWebhook,
  teamsExecution,
  teamsIncomingWebhook,
  telegramExecution,
  telegramSend,
  twilioAlert,
  twilioExecution,
  whatsAppExecution,
  whatsAppIncomingWebhook,
  xExecution,
  zendutyAlert,
  zendutyExecution,
  zulipExecution,
  zulipIncomingWebhook,
]

export const triggers: readonly TriggerDefinition[] = [mailReceivedTrigger, realTimeTrigger]
