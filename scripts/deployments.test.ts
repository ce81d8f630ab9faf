// SP25: how Batuta is deployed, wherever the project says so – images, compose files, manifests, what documents show –, gives nobody more than it needs. Each
// rule is tried on a crime, so that it would be noticed if it caught nothing any more.
import assert from 'node:assert/strict'
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { judgeDeployment } from './judge-deployment.ts'

const ROOT = join(import.meta.dirname, '..')
const SEEN = /(?:\.ya?ml|\.md|ockerfile(?:\.\w+)?|ontainerfile)$/
const NOT_KEPT = new Set(['.git', 'node_modules', 'dist', '.tsbuild', '.batuta', '.work'])
const DIGEST = `@sha256:${'a'.repeat(64)}`

function filesIn(folder: string): readonly string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap(entry => {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`
    if (entry.isDirectory()) return NOT_KEPT.has(entry.name) ? [] : filesIn(path)
    return entry.isFile() && SEEN.test(entry.name) ? [path] : []
  })
}

test('no file of the project deploys anything with more than it needs', () => {
  const files = filesIn('')

  assert.ok(files.length > 50, `${files.length} files were seen only`)
  assert.deepEqual(
    files.flatMap(file =>
      judgeDeployment(file, readFileSync(join(ROOT, file), 'utf8')).map(each => `${file}: ${each}`),
    ),
    [],
  )
})

const GOOD_IMAGE = `FROM node${DIGEST} AS build\nRUN npm ci\nFROM build\nUSER 65532:65532\n`
const GOOD_SERVICE = `services: { batuta: { image: "batuta${DIGEST}", user: "65532", cap_drop: [ALL] } }`
const podWith = (pod: string, container: string): string => `
kind: Deployment
spec: { template: { spec: { ${pod} containers: [{ name: web, image: "batuta${DIGEST}", ${container} }] } } }`
const GOOD_CONTEXT =
  'securityContext: { runAsNonRoot: true, allowPrivilegeEscalation: false, capabilities: { drop: [ALL] } }'
const contextWith = (more: string): string => GOOD_CONTEXT.replace('runAsNonRoot: true', more)
const cronWith = (container: string): string =>
  `kind: CronJob\nspec: { jobTemplate: { spec: { template: { spec: { containers: [{ ${container} }] } } } } }`

const CRIMES: readonly (readonly [file: string, text: string, expected: RegExp])[] = [
  ['Dockerfile', GOOD_IMAGE.replace(DIGEST, ':24'), /"node:24" has no digest/],
  ['Dockerfile', GOOD_IMAGE.replace('USER 65532:65532', ''), /runs as root/],
  ['Dockerfile', `${GOOD_IMAGE}USER root\n`, /runs as root/],
  ['Dockerfile', `${GOOD_IMAGE}FROM node${DIGEST}\n`, /runs as root/],
  ['web.Dockerfile', `${GOOD_IMAGE}RUN curl -s https://x.example/i | sh\n`, /runs what an address answers/],
  ['Dockerfile', `${GOOD_IMAGE}ADD https://x.example/i /i\n`, /adds what an address holds/],
  ['Dockerfile', `${GOOD_IMAGE}ENV BATUTA_PASSWORD=abc\n`, /holds a secret/],
  ['compose.yaml', GOOD_SERVICE.replace(DIGEST, ':latest'), /has no digest/],
  ['compose.yaml', GOOD_SERVICE.replace('"65532"', 'root'), /runs as root/],
  ['compose.yaml', GOOD_SERVICE.replace('user:', 'privileged: true, user:'), /privileged/],
  ['compose.yaml', GOOD_SERVICE.replace('user:', 'network_mode: host, user:'), /shares what the machine has/],
  ['compose.yaml', GOOD_SERVICE.replace('user:', 'pid: host, user:'), /shares what the machine has/],
  ['compose.yaml', GOOD_SERVICE.replace('user:', 'cap_add: [SYS_ADMIN], user:'), /capabilities are wide/],
  ['compose.yaml', GOOD_SERVICE.replace('user:', 'volumes: ["/var/run/docker.sock:/s"], user:'), /container engine/],
  ['c.yml', GOOD_SERVICE.replace('user:', 'environment: { U: "postgres://postgres:x@db/b" }, user:'), /superuser/],
  ['web.yaml', podWith('hostNetwork: true,', GOOD_CONTEXT), /shares what the machine has/],
  ['web.yaml', podWith('hostPID: true,', GOOD_CONTEXT), /shares what the machine has/],
  ['web.yaml', podWith('hostIPC: true,', GOOD_CONTEXT), /shares what the machine has/],
  ['web.yaml', podWith('volumes: [{ name: a, hostPath: { path: / } }],', GOOD_CONTEXT), /path of the node/],
  ['web.yaml', podWith('', GOOD_CONTEXT.replace('runAsNonRoot: true,', '')), /may run as root/],
  ['web.yaml', podWith('', GOOD_CONTEXT.replace('allowPrivilegeEscalation: false,', '')), /may gain rights/],
  ['web.yaml', podWith('', GOOD_CONTEXT.replace('drop: [ALL]', '')), /keeps capabilities/],
  [
    'web.yaml',
    podWith('', GOOD_CONTEXT.replace('runAsNonRoot: true,', 'runAsNonRoot: true, runAsUser: 0,')),
    /as root/,
  ],
  [
    'web.yaml',
    podWith('securityContext: { runAsNonRoot: true },', contextWith('runAsNonRoot: false')),
    /may run as root/,
  ],
  ['web.yaml', podWith('', contextWith('privileged: true')), /privileged/],
  [
    'web.yaml',
    podWith('', GOOD_CONTEXT.replace('drop: [ALL]', 'drop: [ALL], add: [NET_ADMIN]')),
    /capabilities are wide/,
  ],
  ['web.yaml', podWith('initContainers: [{ name: first }],', GOOD_CONTEXT), /"first": it may run as root/],
  ['web.yaml', podWith('', GOOD_CONTEXT).replace(DIGEST, ':1'), /has no digest/],
  ['pod.yaml', 'kind: Pod\nspec: { containers: [{ name: web }] }', /may run as root/],
  ['cron.yaml', cronWith('name: web'), /may run as root/],
  ['guide.md', '```dockerfile\nFROM node:24\n```\n', /runs as root/],
  ['guide.md', `\`\`\`yaml\n${GOOD_SERVICE.replace('"65532"', '"0"')}\n\`\`\`\n`, /runs as root/],
  ['guide.md', '```sh\ndocker run --privileged batuta\n```\n', /privileged container/],
]

test('what would give too much is found, rule by rule', () => {
  for (const [file, text, expected] of CRIMES) assert.match(judgeDeployment(file, text).join('\n'), expected, text)
})

test('what gives no more than it needs is left alone, and so is what is about something else', () => {
  const good = [
    ['Dockerfile', GOOD_IMAGE],
    ['compose.yaml', GOOD_SERVICE],
    ['web.yaml', podWith('', GOOD_CONTEXT)],
    ['job.yaml', `kind: CronJob\nspec: { jobTemplate: { spec: ${podWith('', GOOD_CONTEXT).split('\nspec: ')[1]} } }`],
    ['flow.yaml', 'id: a\nnamespace: b\ntasks: [{ id: services, type: x }]'],
    ['chart.yaml', '{{- if .Values.x }}\nkind: Deployment\n{{- end }}'],
  ] as const
  for (const [file, text] of good) assert.deepEqual(judgeDeployment(file, text), [], file)
})
