// Good and bad uses of the types that speak to somebody outside: notifications, git, and programs of others.
import type { BadUse, TaskCase } from './task-cases.ts'

export interface OutsideWorlds {
  readonly webUrl: string
  readonly smtpPort: number
  /** A repository with `_flows`, `_files` and `_dashboards`. */
  readonly repositoryUrl: string
  readonly batutaUrl: string
}

export function outsideCases({ webUrl, smtpPort, repositoryUrl, batutaUrl }: OutsideWorlds): readonly TaskCase[] {
  return [
    ...webhookCases(webUrl),
    ...messageCases(webUrl),
    ...mailCases(smtpPort),
    ...gitCases(repositoryUrl),
    ...programCases(),
    ...apiCases(batutaUrl),
  ]
}

const WEBHOOKS = [
  ...['slack.SlackIncomingWebhook', 'notifications.discord.DiscordIncomingWebhook'],
  ...['microsoft365.teams.TeamsIncomingWebhook', 'googleworkspace.chat.GoogleChatIncomingWebhook'],
  ...['notifications.zulip.ZulipIncomingWebhook', 'notifications.whatsapp.WhatsAppIncomingWebhook'],
  ...['notifications.squadcast.SquadcastIncomingWebhook', 'notifications.pagerduty.PagerDutyAlert'],
  ...['notifications.opsgenie.OpsgenieAlert', 'notifications.zenduty.ZendutyAlert'],
] as const
const EXECUTIONS = [
  ...['slack.SlackExecution', 'notifications.discord.DiscordExecution', 'microsoft365.teams.TeamsExecution'],
  ...['googleworkspace.chat.GoogleChatExecution', 'notifications.zulip.ZulipExecution'],
  ...['notifications.whatsapp.WhatsAppExecution', 'notifications.pagerduty.PagerDutyExecution'],
  ...['notifications.opsgenie.OpsgenieExecution', 'notifications.zenduty.ZendutyExecution'],
] as const
const GHOST = '{{ ghost }}'
const NO_GHOST = /Unable to find `ghost`/

function webhookCases(webUrl: string): readonly TaskCase[] {
  const broken = { url: `${webUrl}/broken` }
  return [
    ...WEBHOOKS.map(type => ({
      type,
      good: { props: { url: webUrl, payload: '{"text": "hello"}' } },
      bad: { props: { ...broken, payload: '{}' }, reason: /was answered with 500/ },
    })),
    ...EXECUTIONS.map(type => ({
      type,
      good: { props: { url: webUrl, customMessage: 'look' } },
      bad: { props: broken, reason: /was answered with 500/ },
    })),
  ]
}

function messageCases(webUrl: string): readonly TaskCase[] {
  const [broken, dsn] = [`${webUrl}/broken`, `${webUrl.replace('//', '//KEY@')}/1`]
  const [bot, twilio] = [
    { token: 't', channel: 'c' },
    { accountSID: 'a', authToken: 't' },
  ]
  const phone = { ...twilio, from: '+1', to: GHOST, body: 'hello' }
  const grid = { sendgridApiKey: 'k', from: 'a@example.com', to: [GHOST] }
  const pages = { pageId: 'p', accessToken: 't', recipientIds: ['r'] }
  const noDsn = { props: { dsn: 'nobody', payload: '{}' }, reason: /must be a DSN/ }
  const answered = /was answered with 500/
  const ofTwilio = { props: { url: broken, ...twilio, payload: '{}' }, reason: answered }
  return [
    {
      type: 'notifications.telegram.TelegramSend',
      good: { props: { ...bot, payload: 'hello', endpointOverride: webUrl } },
      bad: { props: bot, reason: /payload/ },
    },
    {
      type: 'notifications.telegram.TelegramExecution',
      good: { props: { ...bot, endpointOverride: webUrl } },
      bad: { props: { ...bot, endpointOverride: 'nowhere' }, reason: /must begin with http/ },
    },
    {
      type: 'notifications.line.LineExecution',
      good: { props: { url: webUrl, channelAccessToken: 't' } },
      bad: { props: { url: broken, channelAccessToken: 't' }, reason: answered },
    },
    {
      type: 'notifications.messenger.MessengerExecution',
      good: { props: { ...pages, url: webUrl } },
      bad: { props: { ...pages, url: broken }, reason: answered },
    },
    {
      type: 'notifications.x.XExecution',
      good: { props: { url: webUrl, bearerToken: 't' } },
      bad: { props: { url: webUrl }, reason: /give "bearerToken"/ },
    },
    { type: 'notifications.sentry.SentryAlert', good: { props: { dsn, payload: '{}' } }, bad: noDsn },
    { type: 'notifications.sentry.SentryExecution', good: { props: { dsn } }, bad: noDsn },
    {
      type: 'notifications.squadcast.SquadcastExecution',
      good: { props: { url: webUrl, message: 'm' } },
      bad: { props: { url: broken, message: 'm' }, reason: answered },
    },
    { type: 'twilio.notify.TwilioAlert', good: { props: { url: webUrl, ...twilio, payload: '{}' } }, bad: ofTwilio },
    { type: 'twilio.notify.TwilioExecution', good: { props: { url: webUrl, ...twilio } }, bad: ofTwilio },
    { type: 'twilio.notify.sms.Send', bad: { props: phone, reason: NO_GHOST } },
    { type: 'twilio.notify.mms.Send', bad: { props: { ...phone, mediaUrls: [] }, reason: NO_GHOST } },
    { type: 'twilio.sendgrid.SendGridMailSend', bad: { props: grid, reason: NO_GHOST } },
    { type: 'twilio.sendgrid.SendGridMailExecution', bad: { props: grid, reason: NO_GHOST } },
  ]
}

function mailCases(port: number): readonly TaskCase[] {
  const mail = { host: '127.0.0.1', port, transportStrategy: 'SMTP', from: 'a@example.com', to: 'b@example.com' }
  const bad = { props: { ...mail, port: 1 }, reason: /could not be sent by 127\.0\.0\.1/ }
  return [
    { type: 'email.MailSend', good: { props: { ...mail, subject: 's', plainTextContent: 't' } }, bad },
    { type: 'email.MailExecution', good: { props: mail }, bad },
  ]
}

function gitCases(url: string): readonly TaskCase[] {
  const bad = (props: Readonly<Record<string, unknown>> = {}): BadUse => ({
    props: { url: `${url}-nowhere`, ...props },
    reason: /git ls-remote failed/,
  })
  const to = (branch: string): Readonly<Record<string, unknown>> => ({ url, branch, commitMessage: 'of a test' })
  const auth = { auth: { auto: true } }
  const oneFlow = { ...auth, targetNamespace: 'e2e.synced', flowPath: '_flows/one.yml' }
  return [
    { type: 'git.Clone', good: { props: { url } }, bad: bad() },
    {
      type: 'git.SyncFlows',
      good: { props: { url, targetNamespace: 'e2e.synced' }, outputs: {} },
      bad: { props: { url, targetNamespace: 'e2e.synced', gitDirectory: '_bad' }, reason: /holds no valid flow/ },
    },
    {
      type: 'git.SyncFlow',
      good: { props: { url, ...oneFlow }, outputs: { flowId: 'one', namespace: 'e2e.synced' } },
      bad: bad(oneFlow),
    },
    { type: 'git.SyncNamespaceFiles', good: { props: { url, namespace: 'e2e.synced' } }, bad: bad() },
    { type: 'git.SyncDashboards', good: { props: { url } }, bad: bad() },
    { type: 'git.PushFlows', good: { props: { ...to('flows'), sourceNamespace: 'e2e.synced' } }, bad: bad() },
    { type: 'git.PushNamespaceFiles', good: { props: { ...to('files'), namespace: 'e2e.synced' } }, bad: bad() },
    { type: 'git.PushDashboards', good: { props: to('boards') }, bad: bad() },
    { type: 'git.PushExecutionFiles', good: { props: { ...to('outputs'), filesMap: { 'a.txt': 'a' } } }, bad: bad() },
    {
      type: 'git.NamespaceSync',
      good: { props: { ...to('namespace'), namespace: 'e2e.synced' } },
      bad: bad({ namespace: 'e2e.synced', branch: 'main' }),
    },
    { type: 'git.TenantSync', good: { props: { ...to('tenant'), ...auth } }, bad: bad({ ...auth, branch: 'main' }) },
    { type: 'git.Sync', good: { props: { url, dryRun: true } }, bad: bad() },
    { type: 'git.Push', good: { props: to('old') }, bad: bad({ branch: 'main', commitMessage: 'm' }) },
  ]
}

const PROCESS = { taskRunner: { type: 'io.kestra.plugin.core.runner.Process' } }
const DBT_COMMANDS = ['Build', 'Compile', 'Deps', 'Freshness', 'List', 'Run', 'Seed', 'Snapshot', 'Test']

function programCases(): readonly TaskCase[] {
  const failed = /exit code/
  const commands = ['dbt.cli.DbtCLI', 'terraform.cli.TerraformCLI', 'ansible.cli.AnsibleCLI']
  return [
    ...commands.map(type => ({
      type,
      good: { props: { ...PROCESS, commands: ['echo fine'] }, outputs: { exitCode: 0 }, log: /fine/ },
      bad: { props: { ...PROCESS, commands: ['exit 3'] }, reason: failed },
    })),
    ...DBT_COMMANDS.map(name => ({
      type: `dbt.cli.${name}`,
      good: { props: { ...PROCESS, dbtPath: 'echo fine' }, outputs: { exitCode: 0 }, log: /fine/ },
      bad: { props: { ...PROCESS, dbtPath: 'exit 3 #' }, reason: failed },
    })),
    {
      type: 'dbt.cli.Setup',
      bad: { props: { ...PROCESS, profiles: 'a: {}', requirements: ['x'], pythonPath: 'exit 3 #' }, reason: failed },
    },
  ]
}

function apiCases(kestraUrl: string): readonly TaskCase[] {
  const own = { kestraUrl }
  const one = { kestraUrl, executionId: 'nobody' }
  const gone = { props: { kestraUrl: 'http://127.0.0.1:1' }, reason: /failed: .*ECONNREFUSED/ }
  const missing = { props: one, reason: /was answered with 404/ }
  const trigger = { flowId: 'switched', namespace: 'e2e', trigger: 'yearly', enabled: true }
  return [
    {
      type: 'kestra.executions.Count',
      good: { props: { ...own, namespaces: ['nowhere'] }, outputs: { count: 0 } },
      bad: gone,
    },
    { type: 'kestra.executions.Query', good: { props: { ...own, namespace: 'e2e', page: 1 } }, bad: gone },
    { type: 'kestra.executions.Delete', bad: missing },
    { type: 'kestra.executions.Kill', bad: missing },
    { type: 'kestra.executions.Resume', bad: missing },
    { type: 'kestra.flows.Export', good: { props: { ...own, namespace: 'e2e' } }, bad: gone },
    {
      type: 'kestra.flows.ExportById',
      good: { props: { ...own, flows: [{ id: 'switched', namespace: 'e2e' }] } },
      bad: gone,
    },
    { type: 'kestra.flows.List', good: { props: { ...own, namespace: 'tutorial' } }, bad: gone },
    { type: 'kestra.logs.Fetch', good: { props: own }, bad: gone },
    { type: 'kestra.namespaces.List', good: { props: { ...own, prefix: 'e2e' } }, bad: gone },
    {
      type: 'kestra.namespaces.NamespacesWithFlows',
      good: { props: { ...own, prefix: 'nowhere' }, outputs: { namespaces: [] } },
      bad: gone,
    },
    { type: 'kestra.triggers.Toggle', good: { props: { ...own, ...trigger } }, bad: gone },
  ]
}
