import assert from 'node:assert/strict'
import { test } from 'node:test'
import { askedOf, entriesFrom, fieldsOf, groupsOf, labelIn, sentOf, type Entries, type Field } from './input-fields.ts'

const input = (id: string, type: string, more: object = {}): Readonly<Record<string, unknown>> => ({
  id,
  type,
  required: true,
  ...more,
})

function fields(...inputs: readonly object[]): readonly Field[] {
  return fieldsOf({
    inputs: inputs.map(item => ({ enabled: true, isDefault: false, input: {}, ...item })),
  })
}

test('what the server says becomes fields with what they usually are', () => {
  const [region, patience, dry, numbers, token] = fields(
    {
      input: input('region', 'SELECT', { values: ['EU', { value: 'US', label: 'United States' }], isRadio: true }),
      value: 'EU',
      isDefault: true,
    },
    { input: input('patience', 'DURATION', { defaults: 'PT15M' }), value: 900, isDefault: true },
    { input: input('dry', 'BOOL', { displayName: 'Dry run' }), value: true, isDefault: true },
    { input: input('numbers', 'ARRAY'), value: [1, 2], isDefault: true },
    { input: input('token', 'SECRET'), value: 'hush', isDefault: true },
  )

  assert.deepEqual(region?.choices, [
    { value: 'EU', label: 'EU' },
    { value: 'US', label: 'United States' },
  ])
  assert.equal(region?.usual, 'EU')
  assert.equal(patience?.usual, 'PT15M')
  assert.equal(dry?.label, 'Dry run')
  assert.equal(dry?.usual, true)
  assert.equal(numbers?.usual, '[1,2]')
  assert.equal(token?.usual, undefined)
})

test('problems are told without the name of their field', () => {
  const [limit, reason] = fields(
    {
      input: input('limit', 'INT'),
      errors: [{ message: 'Invalid input for `limit`, expected `INT`, an integer of 32 bits, but received `abc`' }],
    },
    { input: input('reason', 'STRING'), errors: [{ message: 'Missing required input: reason' }] },
  )

  assert.deepEqual(limit?.problems, ['Expected `INT`, an integer of 32 bits'])
  assert.deepEqual(reason?.problems, ['This is required.'])
})

test('only what somebody said travels, of inputs that take part', () => {
  const all = [
    ...fields(
      { input: input('name', 'STRING'), value: 'daily', isDefault: true },
      { input: input('limit', 'INT') },
      { input: input('patience', 'DURATION') },
      { input: input('strict', 'BOOLEAN') },
      { input: input('file', 'FILE') },
    ),
    ...fields({ input: input('hidden', 'STRING'), enabled: false }),
  ]
  const file = new File(['a,b'], 'my orders.csv')
  const entries: Entries = new Map<string, string | File>([
    ['name', ''],
    ['limit', ''],
    ['patience', '1h30m'],
    ['strict', 'false'],
    ['file', file],
    ['hidden', 'x'],
  ])

  const sent = sentOf(all, entries)

  assert.deepEqual(sent.values, { name: '', patience: 'PT1H30M', strict: false })
  assert.deepEqual(Object.keys(sent.files), ['file'])
  assert.equal(askedOf(sent)['file'], 'kestra:///upload/my%20orders.csv')
})

test('ids with dots that share their beginning are a group', () => {
  const groups = groupsOf(
    fields({ input: input('a', 'STRING') }, { input: input('db.host', 'STRING') }, { input: input('db.port', 'INT') }),
  )

  assert.deepEqual(
    groups.map(({ name, fields: members }) => [name, members.map(field => labelIn(name, field))]),
    [
      ['', ['a']],
      ['db', ['host', 'port']],
    ],
  )
})

test('the inputs of an execution fill the form, secrets never do', () => {
  const all = fields(
    { input: input('db.host', 'STRING') },
    { input: input('token', 'SECRET') },
    { input: input('sealed', 'STRING') },
    { input: input('span', 'DURATION') },
    { input: input('data', 'JSON') },
  )

  const entries = entriesFrom(
    {
      db: { host: 'warehouse' },
      token: 'hush',
      sealed: { type: 'io.kestra.datatype:aes_encrypted', value: 'x' },
      span: 90,
      data: { a: 1 },
    },
    all,
  )

  assert.deepEqual(
    [...entries],
    [
      ['db.host', 'warehouse'],
      ['span', 'PT1M30S'],
      ['data', '{\n  "a": 1\n}'],
    ],
  )
})
