// The sixty types that public flows use most run here, but for those that belong to the clouds, and each is named by a test or by a recorded flow.
import assert from 'node:assert/strict'
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { controlTypes, createCatalogue, inlineTypes } from '@batuta/core'
import { buildManifests } from '../../scripts/build-manifests.ts'

const PREFIX = 'io.kestra.plugin.'
const ROOT = join(import.meta.dirname, '..', '..')

/** The most used first. */
const RANKING: readonly string[] = [
  ...['core.trigger.Schedule', 'slack.SlackIncomingWebhook', 'core.log.Log', 'scripts.runner.docker.Docker'],
  ...['scripts.python.Script', 'core.flow.ForEach', 'core.flow.If', 'core.http.Request', 'scripts.shell.Commands'],
  ...['core.http.Download', 'core.trigger.Flow', 'core.debug.Return', 'core.runner.Process'],
  ...['core.flow.WorkingDirectory', 'core.condition.ExecutionStatus', 'git.Clone', 'core.condition.ExecutionNamespace'],
  ...['serdes.csv.IonToCsv', 'core.trigger.Webhook', 'core.storage.PurgeCurrentExecutionFiles', 'core.execution.Fail'],
  ...['core.flow.Pause', 'ai.provider.GoogleGemini', 'email.MailSend', 'core.flow.Parallel', 'dbt.cli.DbtCLI'],
  ...['core.execution.Labels', 'core.kv.Set', 'core.execution.Assert', 'scripts.python.Commands'],
  ...['jdbc.postgresql.Queries', 'openai.ChatCompletion', 'gcp.bigquery.Query', 'serdes.json.IonToJson'],
  ...['jdbc.postgresql.CopyIn', 'core.flow.Sequential', 'aws.s3.Upload', 'jdbc.duckdb.Queries'],
  ...['ai.rag.IngestDocument', 'serdes.csv.CsvToIon', 'jdbc.duckdb.Query', 'ansible.cli.AnsibleCLI'],
  ...['terraform.cli.TerraformCLI', 'gcp.bigquery.Load', 'ai.agent.AIAgent', 'core.output.OutputValues'],
  ...['core.storage.Write', 'jdbc.postgresql.Query', 'core.flow.Subflow', 'serdes.json.JsonToIon'],
  ...['ai.embeddings.KestraKVStore', 'gcp.gcs.Upload', 'core.flow.Switch', 'core.flow.ForEachItem', 'core.kv.Get'],
  ...['ai.completion.ChatCompletion', 'slack.SlackExecution', 'git.SyncNamespaceFiles', 'docker.cli.Build'],
  'discord.DiscordIncomingWebhook',
]

/** Of the services of the large clouds none is here yet. */
const OF_CLOUDS: readonly string[] = ['gcp.bigquery.Query', 'aws.s3.Upload', 'gcp.bigquery.Load', 'gcp.gcs.Upload']

test('the types that are used most run here, but for those of clouds', async () => {
  const catalogue = createCatalogue()
  const plugins = (await buildManifests()).flatMap(({ tasks }) => tasks.map(({ type }) => type))
  const ours = new Set([...controlTypes(), ...inlineTypes(), ...plugins])
  const missing = RANKING.filter(name => {
    const found = catalogue.resolve(PREFIX + name)
    assert.ok(found !== undefined, `nobody knows ${name}`)
    return !found.implemented && !ours.has(found.type)
  })

  assert.equal(new Set(RANKING).size, 60)
  assert.deepEqual(missing, OF_CLOUDS)
})

test('each of them is named by a test or by a recorded flow', () => {
  const folders = [...['tests/e2e', 'tests/services', 'tests/conformance', 'plugins'], 'packages/core/src']
  const texts = folders.flatMap(testsBelow)

  const unused = RANKING.filter(name => !OF_CLOUDS.includes(name)).filter(name => {
    const parts = name.split('.')
    const [family = '', simple = ''] = parts.slice(-2)
    const whole = new RegExp(`\\b${family}\\.${simple}\\b`)
    const short = new RegExp(`['"\`.]${simple}['"\`]`)
    return !texts.some(
      ({ path, text }) => whole.test(text) || (path.startsWith(`plugins/${parts[0]}/`) && short.test(text)),
    )
  })

  assert.ok(texts.length > 100)
  assert.deepEqual(unused, [])
})

interface Text {
  readonly path: string
  readonly text: string
}

function testsBelow(folder: string): readonly Text[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .map(name => `${folder}/${name.replaceAll('\\', '/')}`)
    .filter(path => !path.includes('node_modules') && /(?:\.test\.ts|\.check\.ts|-cases\.ts|\.ya?ml)$/.test(path))
    .map(path => ({ path, text: readFileSync(join(ROOT, path), 'utf8') }))
}
