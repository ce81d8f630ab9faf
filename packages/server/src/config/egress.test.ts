import assert from 'node:assert/strict'
import { test } from 'node:test'
import { OPEN_EGRESS } from '@batuta/plugin-sdk'
import { readEgress } from './egress.ts'
import { Sources } from './sources.ts'

const read = (text: string, environment: Readonly<Record<string, string>> = {}): ReturnType<typeof readEgress> =>
  readEgress(new Sources(undefined, { KESTRA_CONFIGURATION: text, ...environment }))

test('nothing said leaves tasks to everything but metadata services', () => {
  assert.deepEqual(read('a: 1'), OPEN_EGRESS)
})

test('a namespace says what is otherwise; what is denied to all stays denied', () => {
  const { byNamespace, ...all } = read(`
egress:
  private: false
  allow: [10.1.0.0/16]
  deny: [evil.example]
  namespaces:
    company.team: { mode: listed, allow: [api.example.com, "*.example.org", 10.2.3.4], deny: [bad.example.org] }
`)

  assert.deepEqual(all, {
    mode: 'open',
    allow: ['10.1.0.0/16'],
    deny: ['evil.example'],
    isPrivateOpen: false,
    isLoopbackOpen: true,
  })
  assert.deepEqual(byNamespace['company.team'], {
    mode: 'listed',
    allow: ['api.example.com', '*.example.org', '10.2.3.4'],
    deny: ['evil.example', 'bad.example.org'],
    isPrivateOpen: false,
    isLoopbackOpen: true,
  })
})

test('the environment goes before the file', () => {
  const { mode, isLoopbackOpen } = read('egress: { mode: open }', {
    BATUTA_EGRESS_MODE: 'none',
    BATUTA_EGRESS_LOOPBACK: 'false',
  })

  assert.deepEqual([mode, isLoopbackOpen], ['none', false])
})

test('what cannot be meant is refused with its place', () => {
  const wrong: Readonly<Record<string, RegExp>> = {
    'egress: { mode: closed }': /egress\.mode .*open, listed, none/,
    'egress: { private: perhaps }': /egress\.private/,
    'egress: { allow: evil.example }': /egress\.allow/,
    'egress: { allow: [10.0.0.0/99] }': /egress\.allow/,
    'egress: { deny: [10.0.0] }': /egress\.deny/,
    'egress: { deny: ["https://evil.example/"] }': /egress\.deny/,
    'egress: { namespaces: { a: 1 } }': /egress\.namespaces\.a/,
  }

  for (const [text, message] of Object.entries(wrong)) assert.throws(() => read(text), message, text)
})
