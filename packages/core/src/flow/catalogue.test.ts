import assert from 'node:assert/strict'
import test from 'node:test'
import { createCatalogue } from './catalogue.ts'

const catalogue = createCatalogue()

const NAMES: readonly (readonly [string, string])[] = [
  ['io.kestra.plugin.core.log.Log', 'io.kestra.plugin.core.log.Log'],
  ['core.log.Log', 'io.kestra.plugin.core.log.Log'],
  ['io.kestra.core.tasks.log.Log', 'io.kestra.plugin.core.log.Log'],
  ['io.kestra.core.tasks.debugs.Return', 'io.kestra.plugin.core.debug.Return'],
  ['io.kestra.core.tasks.flows.Worker', 'io.kestra.plugin.core.flow.WorkingDirectory'],
  ['io.kestra.core.tasks.flows.Flow', 'io.kestra.plugin.core.flow.Subflow'],
  ['io.kestra.core.tasks.flows.WaitFor', 'io.kestra.plugin.core.flow.LoopUntil'],
  ['io.kestra.plugin.core.flow.WaitFor', 'io.kestra.plugin.core.flow.LoopUntil'],
  ['io.kestra.core.tasks.executions.Counts', 'io.kestra.plugin.core.execution.Count'],
  ['io.kestra.core.tasks.storages.Purge', 'io.kestra.plugin.core.execution.PurgeExecutions'],
  ['io.kestra.core.models.triggers.types.Schedule', 'io.kestra.plugin.core.trigger.Schedule'],
  ['io.kestra.core.models.conditions.types.VariableCondition', 'io.kestra.plugin.core.condition.Expression'],
  ['io.kestra.plugin.core.condition.WeekendCondition', 'io.kestra.plugin.core.condition.Weekend'],
  ['io.kestra.plugin.fs.http.Request', 'io.kestra.plugin.core.http.Request'],
  ['io.kestra.plugin.notifications.mail.MailSend', 'io.kestra.plugin.email.MailSend'],
  ['io.kestra.plugin.notifications.slack.SlackIncomingWebhook', 'io.kestra.plugin.slack.SlackIncomingWebhook'],
  ['io.kestra.plugin.slack.notifications.SlackIncomingWebhook', 'io.kestra.plugin.slack.SlackIncomingWebhook'],
  ['io.kestra.plugin.discord.DiscordExecution', 'io.kestra.plugin.notifications.discord.DiscordExecution'],
  ['io.kestra.plugin.meta.whatsapp.WhatsAppExecution', 'io.kestra.plugin.notifications.whatsapp.WhatsAppExecution'],
  ['io.kestra.plugin.docker.Run', 'io.kestra.plugin.docker.cli.Run'],
  ['io.kestra.plugin.kubernetes.PodCreate', 'io.kestra.plugin.kubernetes.core.PodCreate'],
  ['io.kestra.plugin.redis.TriggerList', 'io.kestra.plugin.redis.list.Trigger'],
  ['io.kestra.plugin.nats.Produce', 'io.kestra.plugin.nats.core.Produce'],
  ['io.kestra.plugin.jdbc.vectorwise.Query', 'io.kestra.plugin.jdbc.actianvector.Query'],
  ['io.kestra.plugin.langchain4j.ChatCompletion', 'io.kestra.plugin.ai.completion.ChatCompletion'],
  ['io.kestra.plugin.aws.runner.AwsBatchTaskRunner', 'io.kestra.plugin.aws.runner.Batch'],
  ['io.kestra.plugin.scripts.runner.docker.DockerTaskRunner', 'io.kestra.plugin.scripts.runner.docker.Docker'],
  ['io.kestra.plugin.core.runner.ProcessTaskRunner', 'io.kestra.plugin.core.runner.Process'],
  ['io.kestra.plugin.ai.tool.KestraFlowCalling', 'io.kestra.plugin.ai.tool.KestraFlow'],
  ['io.kestra.plugin.serdes.csv.CsvReader', 'io.kestra.plugin.serdes.csv.CsvToIon'],
]

for (const [name, type] of NAMES) {
  test(`${name} is ${type}`, () => {
    const resolved = catalogue.resolve(name)

    assert.equal(resolved?.type, type)
    assert.equal(resolved?.alias, name !== type && `io.kestra.plugin.${name}` !== type)
  })
}

test('a name that nobody knows is undefined, with a suggestion where one is near', () => {
  assert.equal(catalogue.resolve('io.kestra.plugin.core.log.Lug'), undefined)
  assert.equal(catalogue.resolve('x'.repeat(10_000)), undefined)
  assert.equal(catalogue.suggest('io.kestra.plugin.core.log.log'), 'io.kestra.plugin.core.log.Log')
  assert.equal(catalogue.suggest('io.kestra.plugin.scripts.shell.Command'), 'io.kestra.plugin.scripts.shell.Commands')
  assert.equal(catalogue.suggest('Log'), 'io.kestra.plugin.core.log.Log')
  assert.equal(catalogue.suggest('zzz.qqq.Nonsense'), undefined)
})

test('a known type tells its properties and outputs', () => {
  const type = catalogue.resolve('core.flow.ForEach')

  assert.equal(type?.kind, 'flowable')
  assert.equal(type?.properties.get('values')?.isRequired, true)
  assert.equal(type?.properties.get('concurrencyLimit')?.isRequired, false)
  assert.deepEqual(
    catalogue.resolve('core.flow.If')?.outputs.map(({ name }) => name),
    ['evaluationResult'],
  )
})

test('what the engine or a manifest brings is implemented, the rest is known', () => {
  const type = 'io.kestra.plugin.jdbc.postgresql.Query'
  const installed = createCatalogue([{ type, kind: 'task', schema: { properties: {} } }])

  assert.equal(catalogue.resolve(type)?.implemented, false)
  assert.equal(installed.resolve(type)?.implemented, true)
  assert.equal(installed.resolve(type)?.isStrict, true)
  assert.equal(catalogue.resolve('core.flow.Sequential')?.implemented, true)
})

test('a manifest can bring a type of its own, with old names', () => {
  const own = createCatalogue([{ type: 'com.acme.Paint', kind: 'task', aliases: ['com.acme.Brush'] }])

  assert.equal(own.resolve('com.acme.Brush')?.type, 'com.acme.Paint')
  assert.equal(own.resolve('com.acme.Brush')?.alias, true)
  assert.equal(own.resolve('com.acme.Paint')?.implemented, true)
  assert.ok([...own.names()].includes('com.acme.Paint'))
})

test('where an installed plugin goes by another of the names, all of them lead there', () => {
  const type = 'io.kestra.plugin.notifications.mail.MailSend'
  const installed = createCatalogue([{ type, kind: 'task' }])

  const resolved = installed.resolve('io.kestra.plugin.email.MailSend')

  assert.equal(resolved?.type, type)
  assert.equal(resolved?.implemented, true)
  assert.equal(resolved?.properties.has('subject'), true)
})

test('all published types are known, each with its own name', () => {
  const names = [...catalogue.names()]

  assert.ok(names.length > 950)
  assert.equal(new Set(names).size, names.length)
  for (const name of names) assert.equal(catalogue.resolve(name)?.type, name)
})
