import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fieldsOf } from '../input-form/input-fields.ts'
import { momentIn, parseLabels, runLines, type RunRequest } from './run-lines.ts'
import { inputsOfPairs } from './run-pairs.ts'
import { flowOfPath, runTargetOf } from './run-target.ts'

const FIELDS = fieldsOf({
  inputs: ['region', 'token'].map(id => ({
    input: { id, type: id === 'token' ? 'SECRET' : 'STRING' },
    enabled: true,
    isDefault: false,
  })),
})

const REQUEST: RunRequest = {
  flow: { namespace: 'company.sales', id: 'orders' },
  sent: { values: { region: "EU's", token: 'hush' }, files: {} },
  fields: FIELDS,
  labels: ['team:data'],
  revision: 3,
}

test('a start is the same as lines for a shell, for a flow and as a link; secrets are only named', () => {
  const lines = Object.fromEntries(
    runLines(REQUEST, 'http://localhost/x?labels=team%3Adata', 'http://localhost/ui/flows').map(({ name, text }) => [
      name,
      text,
    ]),
  )

  assert.equal(
    lines['cURL'],
    [
      "curl -sS -X POST 'http://localhost/x?labels=team%3Adata' \\",
      '  -H "Authorization: Bearer $BATUTA_TOKEN" \\',
      "  -H 'Content-Type: application/json' \\",
      `  --data '{"region":"EU'\\''s","token":"$TOKEN"}'`,
    ].join('\n'),
  )
  assert.match(lines['CLI'] ?? '', /^batuta flow run company\.sales\.orders \\\n {2}-i 'region=EU'\\''s'/)
  assert.match(lines['CLI'] ?? '', /-l team=data \\\n {2}--revision 3$/)
  assert.match(lines['YAML'] ?? '', /inputs:\n {2}region: "EU's"/)
  assert.equal(lines['Link'], "http://localhost/ui/flows?run=company.sales/orders&in.region=EU's")
  for (const text of Object.values(lines)) assert.ok(!text.includes('hush'))
})

test('files travel as parts', () => {
  const sent = { values: { region: 'EU' }, files: { data: new File([''], 'a.csv') } }
  const [curl] = runLines({ ...REQUEST, sent }, 'http://localhost/x', '')

  assert.match(curl?.text ?? '', /-F region=EU \\\n {2}-F data=@a\.csv$/)
})

test('an address fills the form', () => {
  assert.deepEqual(
    inputsOfPairs([
      ['run', 'a/b'],
      ['in.region', 'EU'],
      ['in.tags', '["x"]'],
      ['in.odd', '[x'],
    ]),
    { region: 'EU', tags: ['x'], odd: '[x' },
  )
})

test('the dialog knows which flow it is about', () => {
  assert.deepEqual(runTargetOf('company.sales/orders', '/executions'), { namespace: 'company.sales', id: 'orders' })
  assert.deepEqual(runTargetOf('1', '/flows/edit/company/orders/logs'), { namespace: 'company', id: 'orders' })
  assert.equal(runTargetOf('1', '/executions'), 'choose')
  assert.equal(runTargetOf(undefined, '/flows/edit/company/orders'), undefined)
  assert.deepEqual(flowOfPath('/executions/company/orders/4kQ2'), { namespace: 'company', id: 'orders' })
})

test('labels and moments are read as they are typed', () => {
  assert.deepEqual(parseLabels('team:data, env:prod'), { labels: ['team:data', 'env:prod'] })
  assert.deepEqual(parseLabels('team'), { labels: [], wrong: 'team' })
  assert.equal(momentIn('2026-11-22T08:00', 'UTC'), '2026-11-22T08:00:00.000Z')
  assert.equal(momentIn('', 'UTC'), undefined)
})
