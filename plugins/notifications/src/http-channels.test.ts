import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { test } from 'node:test'
import { bindProperties, createTestRunContext, runTask } from '@batuta/plugin-sdk'
import type { TaskDefinition, ValueMap } from '@batuta/plugin-sdk'
import { tasks } from './index.ts'
import { send as sendGrid, sendGridMailSend } from './mail/sendgrid.ts'
import { sendMessage, smsSend } from './phone/twilio.ts'
import { captureServer, openRun, type Captured } from './testing/capture-server.ts'

function typeOf(name: string): TaskDefinition {
  const found = tasks.find(task => task.type.endsWith(`.${name}`))
  assert.ok(found, name)
  return found
}

const CARD = /company\.data\.load ended FAILED after PT1M3S/

interface Case {
  readonly name: string
  /** `{{url}}` stands for the server. */
  readonly properties: ValueMap
  /** What the service must have been asked. */
  readonly path?: string
  readonly headers?: Readonly<Record<string, string>>
  check(body: ReturnType<typeof JSON.parse>, captured: Captured): void
}

const EXECUTION = { executionId: 'e7', customFields: { team: 'data & co' }, customMessage: 'look at the disk' }

const CASES: readonly Case[] = [
  {
    name: 'SlackIncomingWebhook',
    properties: { url: '{{url}}/services/T/B', messageText: 'a "quoted" {{ 1 + 1 }}' },
    path: '/services/T/B',
    headers: { 'content-type': 'application/json; charset=utf-8' },
    check: body => assert.deepEqual(body, { text: 'a "quoted" 2' }),
  },
  {
    name: 'SlackIncomingWebhook',
    properties: { url: '{{url}}/', payload: '{"blocks": [12345678901234567890]}' },
    check: (_, { body }) => assert.equal(body, '{"blocks": [12345678901234567890]}'),
  },
  {
    name: 'SlackExecution',
    properties: { url: '{{url}}/', channel: '#data', iconEmoji: ':x:', ...EXECUTION },
    check: body => {
      assert.match(body.text, CARD)
      assert.equal(body.channel, '#data')
      assert.equal(body.icon_emoji, ':x:')
      const fields = Object.fromEntries(
        body.attachments[0].fields.map((one: { title: string; value: string }) => [one.title, one.value]),
      )
      assert.equal(fields['First failed task'], 'copy')
      assert.equal(fields['Last task'], 'clean')
      assert.equal(fields.team, 'data &amp; co')
      assert.equal(body.attachments[0].text, 'look at the disk')
    },
  },
  {
    name: 'SlackExecution',
    properties: {
      url: '{{url}}/',
      payload: '{"text": "{{ execution.flowId }} {{ duration }} {{ link }}"}',
      ...EXECUTION,
    },
    check: body =>
      assert.equal(body.text, 'load PT1M3S https://batuta.example.com/ui/main/executions/company.data/load/e7'),
  },
  {
    name: 'DiscordIncomingWebhook',
    properties: { url: '{{url}}/api/webhooks/1/x', payload: '{"content": "hello"}' },
    path: '/api/webhooks/1/x',
    check: body => assert.deepEqual(body, { content: 'hello' }),
  },
  {
    name: 'DiscordExecution',
    properties: {
      ...{ url: '{{url}}/', username: 'Batuta', content: 'now', ...EXECUTION },
      embedList: [{ title: 'T {{ execution.id }}', color: [255, 0, 1], footer: 'F', websiteUrl: 'https://x' }],
    },
    check: body => {
      assert.equal(body.username, 'Batuta')
      assert.deepEqual(body.embeds, [{ title: 'T e7', url: 'https://x', color: 0xff0001, footer: { text: 'F' } }])
    },
  },
  {
    name: 'DiscordExecution',
    properties: { url: '{{url}}/', ...EXECUTION },
    check: body => {
      assert.match(body.embeds[0].title, CARD)
      assert.equal(body.embeds[0].color, 0xdc3545)
    },
  },
  {
    name: 'TeamsIncomingWebhook',
    properties: { url: '{{url}}/w', payload: '{"text": "hello"}' },
    check: body => assert.deepEqual(body, { text: 'hello' }),
  },
  {
    name: 'TeamsExecution',
    properties: { url: '{{url}}/w', activityTitle: 'Title', ...EXECUTION },
    check: body => {
      assert.equal(body['@type'], 'MessageCard')
      assert.equal(body.themeColor, '0076D7')
      assert.equal(body.sections[0].activityTitle, 'Title')
      assert.deepEqual(body.sections[0].facts[3], { name: 'State', value: 'FAILED' })
    },
  },
  {
    name: 'GoogleChatIncomingWebhook',
    properties: { url: '{{url}}/v1/spaces/S/messages?key=k', payload: '{"text": "hello"}' },
    path: '/v1/spaces/S/messages?key=k',
    check: body => assert.deepEqual(body, { text: 'hello' }),
  },
  {
    name: 'GoogleChatExecution',
    properties: { url: '{{url}}/', ...EXECUTION },
    check: body => {
      assert.match(body.text, CARD)
      assert.equal(body.cardsV2[0].card.header.title, 'company.data.load')
    },
  },
  {
    name: 'TelegramSend',
    properties: { token: 'T:1', channel: '42', payload: '<b>x</b>', parseMode: 'HTML', endpointOverride: '{{url}}/' },
    path: '/botT:1/sendMessage',
    check: body => assert.deepEqual(body, { chat_id: '42', text: '<b>x</b>', parse_mode: 'HTML' }),
  },
  {
    name: 'TelegramExecution',
    properties: { token: 'T', channel: '42', parseMode: 'MarkdownV2', endpointOverride: '{{url}}', ...EXECUTION },
    check: body => {
      assert.equal(body.parse_mode, 'MarkdownV2')
      assert.match(body.text, /company\\\.data\\\.load ended FAILED/)
      assert.match(body.text, /look at the disk/)
    },
  },
  {
    name: 'ZulipIncomingWebhook',
    properties: { url: '{{url}}/api', payload: '{"text": "hello"}' },
    check: body => assert.deepEqual(body, { text: 'hello' }),
  },
  {
    name: 'ZulipExecution',
    properties: { url: '{{url}}/api', channel: 'ops', ...EXECUTION },
    check: body => {
      assert.match(body.text, CARD)
      assert.equal(body.channel, 'ops')
    },
  },
  {
    name: 'LineExecution',
    properties: { url: '{{url}}/v2/bot/message/broadcast', channelAccessToken: 'tok', ...EXECUTION },
    headers: { authorization: 'Bearer tok' },
    check: body => {
      assert.equal(body.messages[0].type, 'text')
      assert.match(body.messages[0].text, CARD)
    },
  },
  {
    name: 'MessengerExecution',
    properties: {
      ...{ url: '{{url}}/m', pageId: 'p', accessToken: '{{ "tok" }}', recipientIds: ['9'], textBody: 'hi' },
      ...EXECUTION,
    },
    headers: { authorization: 'Bearer tok' },
    check: body =>
      assert.deepEqual(body, { recipient: { id: '9' }, messaging_type: 'UPDATE', message: { text: 'hi' } }),
  },
  {
    name: 'WhatsAppIncomingWebhook',
    properties: { url: '{{url}}/', payload: '{"to": "1"}' },
    check: body => assert.deepEqual(body, { to: '1' }),
  },
  {
    name: 'WhatsAppExecution',
    properties: { url: '{{url}}/', recipientId: '380', textBody: 'hi', ...EXECUTION },
    check: body => {
      assert.equal(body.messaging_product, 'whatsapp')
      assert.deepEqual([body.to, body.text], ['380', { body: 'hi' }])
    },
  },
  {
    name: 'WhatsAppExecution',
    properties: { url: '{{url}}/', whatsAppIds: ['a'], profileName: 'P', from: 'f', textBody: 'hi', ...EXECUTION },
    check: body => {
      assert.deepEqual(body.contacts, [{ profile: { name: 'P' }, wa_id: 'a' }])
      assert.equal(body.messages[0].from, 'f')
    },
  },
  {
    name: 'XExecution',
    properties: { url: '{{url}}/2/tweets', bearerToken: 'tok', ...EXECUTION },
    headers: { authorization: 'Bearer tok' },
    check: body => assert.match(body.text, CARD),
  },
  {
    name: 'XExecution',
    properties: {
      ...{ url: '{{url}}/2/tweets', consumerKey: 'ck', consumerSecret: 'cs', accessToken: 'at', accessSecret: 'as' },
      ...{ textBody: 'hi', ...EXECUTION },
    },
    check: (body, { headers }) => {
      assert.deepEqual(body, { text: 'hi' })
      const header = String(headers['authorization'])
      const parts = new Map([...header.matchAll(/(\w+)="([^"]*)"/g)].map(([, name, value]) => [name, value]))
      const signed = [...parts]
        .filter(([name]) => name !== 'oauth_signature')
        .map(([name, value]) => `${name}=${value}`)
      const host = `http://${headers['host']}/2/tweets`
      const base = ['POST', host, signed.sort().join('&')].map(encodeURIComponent).join('&')
      const signature = createHmac('sha1', 'cs&as').update(base).digest('base64')
      assert.equal(decodeURIComponent(parts.get('oauth_signature') ?? ''), signature)
    },
  },
  {
    name: 'PagerDutyAlert',
    properties: { url: '{{url}}/v2/enqueue', payload: '{"routing_key": "r"}' },
    check: body => assert.deepEqual(body, { routing_key: 'r' }),
  },
  {
    name: 'PagerDutyExecution',
    properties: { url: '{{url}}/v2/enqueue', routingKey: 'r', ...EXECUTION },
    check: body => {
      assert.deepEqual([body.routing_key, body.event_action, body.dedup_key], ['r', 'trigger', 'e7'])
      assert.match(body.payload.summary, CARD)
      assert.equal(body.payload.severity, 'error')
      assert.equal(body.payload.custom_details.team, 'data & co')
    },
  },
  {
    name: 'OpsgenieAlert',
    properties: { url: '{{url}}/v2/alerts', payload: '{"message": "m"}', authorizationToken: 'k' },
    headers: { authorization: 'GenieKey k' },
    check: body => assert.deepEqual(body, { message: 'm' }),
  },
  {
    name: 'OpsgenieExecution',
    properties: {
      ...{ url: '{{url}}/', authorizationToken: 'GenieKey k', responders: { a1: 'team' }, tags: ['x'], priority: 'P2' },
      ...EXECUTION,
    },
    headers: { authorization: 'GenieKey k' },
    check: body => {
      assert.match(body.message, CARD)
      assert.deepEqual(body.responders, [{ id: 'a1', type: 'team' }])
      assert.deepEqual([body.tags, body.priority, body.alias], [['x'], 'P2', 'e7'])
    },
  },
  {
    name: 'ZendutyAlert',
    properties: { url: '{{url}}/api', payload: '{"alert_type": "error"}' },
    check: body => assert.deepEqual(body, { alert_type: 'error' }),
  },
  {
    name: 'ZendutyExecution',
    properties: { url: '{{url}}/api', urls: ['https://x'], ...EXECUTION },
    check: body => {
      assert.equal(body.alert_type, 'error')
      assert.deepEqual(body.urls[1], { link_url: 'https://x', link_text: 'https://x' })
    },
  },
  {
    name: 'SquadcastIncomingWebhook',
    properties: { url: '{{url}}/api', payload: '{"message": "m"}' },
    check: body => assert.deepEqual(body, { message: 'm' }),
  },
  {
    name: 'SquadcastExecution',
    properties: { url: '{{url}}/api', message: 'm {{ execution.flowId }}', tags: { a: 'b' }, ...EXECUTION },
    check: body => {
      assert.deepEqual([body.message, body.status, body.event_id, body.tags], ['m load', 'trigger', 'e7', { a: 'b' }])
    },
  },
  {
    name: 'TwilioAlert',
    properties: { url: '{{url}}/n', payload: '{"identity": "1", "body": "b & c"}', accountSID: 'A', authToken: 'T' },
    headers: { authorization: `Basic ${btoa('A:T')}`, 'content-type': 'application/x-www-form-urlencoded' },
    check: (_, { body }) => assert.equal(body, 'Identity=1&Body=b+%26+c'),
  },
  {
    name: 'TwilioExecution',
    properties: { url: '{{url}}/n', body: 'b', identity: '1', tag: 't', accountSID: 'A', authToken: 'T', ...EXECUTION },
    check: (_, { body }) => assert.equal(body, 'Body=b&Identity=1&Tag=t'),
  },
  {
    name: 'SentryAlert',
    properties: { dsn: '{{dsn}}/7', payload: '{"level": "error", "event_id": "ab"}', endpointType: 'STORE' },
    path: '/api/7/store/',
    headers: { 'x-sentry-auth': 'Sentry sentry_version=7, sentry_client=batuta/1.0, sentry_key=KEY' },
    check: body => assert.deepEqual(body, { event_id: 'ab', level: 'error' }),
  },
  {
    name: 'SentryExecution',
    properties: { dsn: '{{dsn}}/sub/7', level: 'WARNING', extra: { a: 1 }, platform: 'PYTHON', ...EXECUTION },
    path: '/sub/api/7/envelope/',
    headers: { 'content-type': 'application/x-sentry-envelope' },
    check: (_, { body }) => {
      const [header, item, event] = body.split('\n').map(line => (line === '' ? undefined : JSON.parse(line)))
      assert.equal(header.event_id, event.event_id)
      assert.match(event.event_id, /^[0-9a-f]{32}$/)
      assert.equal(item.type, 'event')
      assert.deepEqual([event.level, event.platform, event.extra.a], ['warning', 'python', 1])
    },
  },
]

for (const { name, properties, path, headers = {}, check } of CASES) {
  test(`${name} sends what the service takes: ${Object.keys(properties).join(', ')}`, async t => {
    const { url, requests } = await captureServer(t)
    const dsn = url.replace('http://', 'http://KEY@')
    const filled = JSON.parse(
      JSON.stringify(properties).replaceAll('{{url}}', url).replaceAll('{{dsn}}', dsn),
    ) as ValueMap

    const result = await runTask(typeOf(name), filled, await openRun(t))

    assert.equal(result.state, 'SUCCESS', result.message)
    const [captured] = requests
    assert.ok(captured && requests.length === 1)
    assert.equal(captured.method, 'POST')
    if (path !== undefined) assert.equal(captured.path, path)
    for (const [header, value] of Object.entries(headers)) assert.equal(captured.headers[header], value)
    check(captured.body.startsWith('{') ? JSON.parse(captured.body.split('\n')[0] ?? '') : captured.body, captured)
  })
}

test('what the service refuses fails the task, with its words and without the secret path', async t => {
  const { url } = await captureServer(t, 404, 'no_service')

  const result = await runTask(
    typeOf('SlackIncomingWebhook'),
    { url: `${url}/services/SECRET`, messageText: 'x' },
    await openRun(t),
  )

  assert.equal(result.state, 'FAILED')
  assert.equal(result.message, `POST ${url} was answered with 404: no_service`)
})

test('a service that is not there fails the task, with the way out where one is known', async t => {
  const run = await openRun(t)
  const gone = await runTask(typeOf('DiscordIncomingWebhook'), { url: 'http://127.0.0.1:1/S', payload: '{}' }, run)
  const bad = await runTask(typeOf('DiscordIncomingWebhook'), { url: 'hooks/S', payload: '{}' }, run)
  const empty = await runTask(typeOf('SlackIncomingWebhook'), { url: 'http://127.0.0.1:1/S' }, run)
  const noJson = await runTask(
    typeOf('SlackExecution'),
    { url: 'http://127.0.0.1:1/S', payload: '{"text": ', ...EXECUTION },
    run,
  )
  const unknown = await runTask(typeOf('SlackExecution'), { url: 'http://127.0.0.1:1/S', executionId: 'none' }, run)

  assert.match(gone.message ?? '', /^POST http:\/\/127\.0\.0\.1:1 failed: .*ECONNREFUSED/)
  assert.match(bad.message ?? '', /must begin with http/)
  assert.match(empty.message ?? '', /give "messageText" or "payload"/)
  assert.match(noJson.message ?? '', /the message must be JSON/)
  assert.match(unknown.message ?? '', /nothing to tell about the execution "none"/)
})

test('where a task may not connect to, nothing is sent', async t => {
  const { url, requests } = await captureServer(t)
  const run = await createTestRunContext({
    egress: { mode: 'none', allow: [], deny: [], isPrivateOpen: false, isLoopbackOpen: false },
  })
  t.after(() => run.close())

  const result = await runTask(typeOf('DiscordIncomingWebhook'), { url, payload: '{}' }, run)

  assert.match(result.message ?? '', /may not be called/)
  assert.equal(requests.length, 0)
})

test('a template of the author is a stored file', async t => {
  const { url, requests } = await captureServer(t)
  const run = await openRun(t)
  const templateUri = await run.ctx.files.put('{"text": "{{ customFields.team }} {{ mood }}"}')

  const properties = { url, templateUri, templateRenderMap: { mood: 'sad' }, ...EXECUTION }
  const result = await runTask(typeOf('SlackExecution'), properties, run)

  assert.equal(result.state, 'SUCCESS', result.message)
  assert.deepEqual(JSON.parse(requests[0]?.body ?? ''), { text: 'data & co sad' })
})

test('options reach the call, and headers of the author win', async t => {
  const { url, requests } = await captureServer(t)

  const options = { headers: { 'X-Own': 'a', 'Content-Type': 'text/plain' }, readTimeout: 'PT5S' }
  const result = await runTask(typeOf('ZulipIncomingWebhook'), { url, payload: '{}', options }, await openRun(t))

  assert.equal(result.state, 'SUCCESS', result.message)
  assert.equal(requests[0]?.headers['x-own'], 'a')
  assert.equal(requests[0]?.headers['content-type'], 'text/plain')
})

test('a short message tells its id and its state', async t => {
  const { url, requests } = await captureServer(t, 201, '{"sid": "SM1", "status": "queued"}')
  const { ctx } = await openRun(t)
  const written = { accountSID: 'AC1', authToken: 'T', from: '+1', to: '+2', body: 'hi' }

  const sent = await sendMessage(
    ctx,
    bindProperties(smsSend.properties, written, ctx),
    ['https://x/1', 'https://x/2'],
    url,
  )

  assert.deepEqual(sent, { sid: 'SM1', status: 'queued' })
  assert.equal(requests[0]?.path, '/2010-04-01/Accounts/AC1/Messages.json')
  assert.equal(requests[0]?.body, 'From=%2B1&To=%2B2&Body=hi&MediaUrl=https%3A%2F%2Fx%2F1&MediaUrl=https%3A%2F%2Fx%2F2')
})

test('a mail of SendGrid carries its files', async t => {
  const { url, requests } = await captureServer(t, 202, '')
  const { ctx } = await openRun(t)
  const uri = await ctx.files.put('a,b\n')
  const written = {
    ...{ sendgridApiKey: 'k', from: 'a@x', to: ['b@x'], cc: ['c@x'] },
    attachments: [{ uri, name: 'r.csv', contentType: 'text/csv' }],
  }

  const props = bindProperties(sendGridMailSend.properties, written, ctx)
  const { statusCode, headers } = await sendGrid(ctx, props, { subject: 's', html: '<p>h</p>', text: undefined }, url)

  assert.equal(statusCode, 202)
  assert.equal(headers['x-answer'], 'yes')
  const body = JSON.parse(requests[0]?.body ?? '')
  assert.equal(requests[0]?.headers['authorization'], 'Bearer k')
  assert.deepEqual(body.personalizations, [{ to: [{ email: 'b@x' }], cc: [{ email: 'c@x' }], subject: 's' }])
  assert.deepEqual(body.attachments, [
    { content: btoa('a,b\n'), type: 'text/csv', filename: 'r.csv', disposition: 'attachment' },
  ])
})
